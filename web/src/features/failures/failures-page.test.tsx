import { screen, waitFor, within } from "@testing-library/react";
import { HttpResponse, http } from "msw";
import { afterAll, afterEach, beforeEach, expect, test } from "vitest";
import type { Failure } from "@/api/failures";
import { API, list, openPage, problem, quietLists, startServer } from "@/test-app";

const AT = "2026-01-01T00:00:01.000Z";

function failure(more: Partial<Failure> = {}): Failure {
  return {
    fingerprint: "f1",
    count: 120,
    first_seen: AT,
    last_seen: AT,
    state: "open",
    by: null,
    run_id: "abcdefghij-01k0000000000000000000000a",
    workflow_id: "wf_1",
    workflow_name: "Order sync",
    error: {
      name: "HttpError",
      message: "shop.example answered 418",
      node_id: "send",
      key: "send",
      attempts: 1,
      retryable: false,
    },
    days: [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 100, 20],
    ...more,
  };
}

let failures: Failure[];
let asked: Record<string, unknown>[];
const server = startServer(
  ...quietLists,
  http.get(`${API}/failures`, ({ request }) => {
    const states = new URL(request.url).searchParams.getAll("state");
    return list(failures.filter(({ state }) => states.includes(state)));
  }),
  http.post(`${API}/failures/:fingerprint/:decision`, ({ params }) => {
    failures = failures.map((one) =>
      one.fingerprint === params.fingerprint
        ? { ...one, state: params.decision === "resolve" ? "resolved" : "open", by: "ann" }
        : one,
    );
    return HttpResponse.json(failures[0]);
  }),
  http.post(`${API}/runs/bulk`, async ({ request }) => {
    const body = (await request.json()) as Record<string, unknown>;
    asked.push(body);
    const told = {
      count: 120,
      sample: [],
      done: [] as string[],
      failed: [] as unknown[],
      next: null as string | null,
    };
    if (!body.preview) told.done = Array.from({ length: body.cursor ? 19 : 100 }, (_, n) => `r${n}`);
    if (body.cursor)
      told.failed = [{ run_id: "abcdefghij-01k0000000000000000000000b", reason: "nothing is published" }];
    if (!body.preview && !body.cursor) told.next = "r99";
    return HttpResponse.json(told, { status: 202 });
  }),
);
beforeEach(() => {
  failures = [failure()];
  asked = [];
});
afterEach(() => server.resetHandlers());
afterAll(() => server.close());

test("a failure is shown with its count and its days, and resolved", async () => {
  const { user } = openPage("/failures");
  expect(await screen.findByText("shop.example answered 418")).toBeVisible();
  expect(screen.getByRole("img", { name: "120 in the last 14 days" })).toBeVisible();
  expect(screen.getByRole("link", { name: "120" })).toHaveAttribute("href", "/runs?fingerprint=f1");
  await user.click(screen.getByRole("button", { name: "Resolve" }));
  expect(await screen.findByRole("heading", { name: "Nothing to look at" })).toBeVisible();
  await user.selectOptions(screen.getByRole("combobox", { name: "Show" }), "resolved");
  expect(await screen.findByText("by ann")).toBeVisible();
  await user.click(screen.getByRole("button", { name: "Open again" }));
  expect(await screen.findByRole("heading", { name: "Nothing has been resolved" })).toBeVisible();
});

test("many runs are repeated only when their number is typed, page after page", async () => {
  const { user } = openPage("/failures");
  await user.click(await screen.findByRole("button", { name: "Run again…" }));
  const dialog = await screen.findByRole("dialog", { name: "Run again what failed in Order sync" });
  const button = await within(dialog).findByRole("button", { name: "Run 120 runs again" });
  expect(button).toBeDisabled();
  await user.type(within(dialog).getByRole("textbox"), "120");
  await user.click(button);
  expect(await within(dialog).findByText("119 runs begun again.")).toBeVisible();
  expect(within(dialog).getByText("nothing is published")).toBeVisible();
  expect(asked.slice(1)).toEqual([
    expect.objectContaining({
      filter: { fingerprint: "f1" },
      rerun: { from: "failed", definition: "latest", alone: false },
      preview: false,
      cursor: null,
    }),
    expect.objectContaining({ cursor: "r99" }),
  ]);
});

test("an error of the server can be tried again", async () => {
  server.use(http.get(`${API}/failures`, () => problem(422, "Unprocessable"), { once: true }));
  const { user } = openPage("/failures");
  await user.click(await screen.findByRole("button", { name: "Try again" }));
  await waitFor(() => expect(screen.getByText("shop.example answered 418")).toBeVisible());
});
