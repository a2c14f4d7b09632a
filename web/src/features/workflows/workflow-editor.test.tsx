import { fireEvent, screen, waitFor, within } from "@testing-library/react";
import { HttpResponse, http } from "msw";
import { afterAll, afterEach, beforeEach, expect, test } from "vitest";
import type { Workflow } from "@/api/types";
import { API, aRun, aWorkflow, openPage, problem, quietLists, startServer } from "@/test-app";

const FINDING = {
  code: "unknown_type",
  message: "There is no node type x.y@1.",
  severity: "error",
  node_id: "a",
  path: "/nodes/0/type",
  hint: null,
};

let stored: Workflow;
const server = startServer(
  ...quietLists,
  http.post(`${API}/workflows/validate`, async ({ request }) => {
    const text = JSON.stringify(await request.json());
    return HttpResponse.json({ findings: text.includes("x.y@1") ? [FINDING] : [] });
  }),
  http.get(`${API}/workflows/wf_1`, () => HttpResponse.json(stored)),
  http.post(`${API}/workflows`, async ({ request }) => {
    const { definition } = (await request.json()) as { definition: Workflow["definition"] };
    stored = aWorkflow({ definition, name: String(definition.name), published_version: null });
    return HttpResponse.json(stored, { status: 201 });
  }),
  http.put(`${API}/workflows/wf_1`, async ({ request }) => {
    const body = (await request.json()) as { definition: Workflow["definition"]; draft_revision: number };
    if (body.draft_revision !== stored.draft_revision) return problem(409, "The draft has changed");
    stored = { ...stored, definition: body.definition, draft_revision: stored.draft_revision + 1 };
    return HttpResponse.json(stored);
  }),
  http.post(`${API}/workflows/wf_1/publish`, () => {
    const version = (stored.published_version ?? 0) + 1;
    stored = { ...stored, published_version: version };
    return HttpResponse.json({ version, published_at: "2026-01-01T00:00:00.000Z" });
  }),
);
beforeEach(() => {
  stored = aWorkflow();
});
afterEach(() => server.resetHandlers());
afterAll(() => server.close());

const definition = () => screen.findByLabelText<HTMLTextAreaElement>("Definition as JSON");
const write = (area: HTMLElement, text: string) => fireEvent.change(area, { target: { value: text } });
const button = (name: string) => screen.getByRole("button", { name });

test("the example is saved, published and offered to run", async () => {
  const { user, router } = openPage("/workflows/new");
  expect((await definition()).value).toContain('"Order check"');
  await user.click(button("Save"));
  await waitFor(() => expect(router.state.location.pathname).toBe("/workflows/wf_1"));
  await user.click(await screen.findByRole("button", { name: "Publish" }));
  expect(await screen.findByText(/Published v1/)).toBeVisible();
});

test("findings of the server appear while typing and keep the draft from being published", async () => {
  const { user } = openPage("/workflows/wf_1?tab=definition");
  const area = await definition();
  expect(await screen.findByText("Nothing is wrong.")).toBeVisible();
  write(area, '{"nodes": [{"id": "a", "type": "x.y@1"}]}');
  const finding = await screen.findByText("There is no node type x.y@1.");
  expect(button("Publish")).toBeDisabled();
  expect(button("1 error")).toBeVisible();
  await user.click(finding);
  expect(area.value.slice(area.selectionStart, area.selectionEnd)).toBe('"x.y@1"');
});

test("a text that is not JSON can not be saved and says why", async () => {
  openPage("/workflows/wf_1?tab=definition");
  write(await definition(), '{"nodes": [');
  expect(await screen.findByRole("alert")).toHaveTextContent("not a definition yet");
  expect(button("Save")).toBeDisabled();
});

test("somebody else's save is not overwritten without a question", async () => {
  const { user } = openPage("/workflows/wf_1?tab=definition");
  write(await definition(), '{"name": "Mine"}');
  stored = { ...stored, draft_revision: 7, definition: { name: "Theirs" } };
  await user.click(button("Save"));
  expect(await screen.findByText(/Somebody saved this workflow/)).toBeVisible();
  await user.click(button("Keep mine"));
  await waitFor(() => expect(button("Save")).toBeEnabled());
  await user.click(button("Save"));
  await waitFor(() => expect(stored.definition).toEqual({ name: "Mine" }));
  expect(stored.draft_revision).toBe(8);
});

test("unsaved changes are not left behind without a question", async () => {
  const { user, router } = openPage("/workflows/wf_1?tab=definition");
  write(await definition(), '{"name": "Changed"}');
  await user.click(screen.getByRole("link", { name: "Runs" }));
  await user.click(within(await screen.findByRole("dialog")).getByRole("button", { name: "Stay" }));
  expect(router.state.location.pathname).toBe("/workflows/wf_1");
  await user.click(screen.getByRole("link", { name: "Runs" }));
  await user.click(within(await screen.findByRole("dialog")).getByRole("button", { name: "Leave" }));
  await waitFor(() => expect(router.state.location.pathname).toBe("/runs"));
});

test("warnings are asked about once before publishing", async () => {
  stored = aWorkflow({ findings: [{ ...FINDING, severity: "warning", message: "This may be sent twice." }] });
  const { user } = openPage("/workflows/wf_1");
  await user.click(await screen.findByRole("button", { name: "Publish" }));
  const dialog = await screen.findByRole("dialog", { name: "Publish with warnings?" });
  expect(within(dialog).getByText("This may be sent twice.")).toBeVisible();
  await user.click(within(dialog).getByRole("button", { name: "Publish anyway" }));
  expect(await screen.findByText(/Published v2/)).toBeVisible();
});

test("a run starts once, with the input that was given", async () => {
  const run = aRun();
  const requests: { key: string | null; body: unknown }[] = [];
  server.use(
    http.post(`${API}/workflows/wf_1/runs`, async ({ request }) => {
      requests.push({ key: request.headers.get("Idempotency-Key"), body: await request.json() });
      return requests.length === 1 ? problem(503, "Not ready") : HttpResponse.json(run, { status: 202 });
    }),
    http.get(`${API}/runs/${run.id}`, () => HttpResponse.json(run)),
    http.get(`${API}/runs/${run.id}/nodes`, () => HttpResponse.json({ items: [], next_cursor: null })),
    http.get(`${API}/runs/${run.id}/events`, () => problem(404, "none")),
    http.get(`${API}/workflows/wf_1/versions/1`, () => HttpResponse.json({ version: 1, definition: {} })),
  );
  const { user, router } = openPage("/workflows/wf_1");
  await user.click(await screen.findByRole("button", { name: "Run" }));
  const dialog = await screen.findByRole("dialog", { name: "Run Order sync" });
  write(within(dialog).getByLabelText("Input as JSON"), "[1]");
  expect(within(dialog).getByText("The input of a run is a JSON object.")).toBeVisible();
  write(within(dialog).getByLabelText("Input as JSON"), '{"total": 3}');
  await user.click(within(dialog).getByRole("button", { name: "Run" }));
  expect(await within(dialog).findByRole("alert")).toHaveTextContent("Not ready");
  await user.click(within(dialog).getByRole("button", { name: "Run" }));
  await waitFor(() => expect(router.state.location.pathname).toBe(`/runs/${run.id}`));
  expect(requests[0]?.body).toMatchObject({ input: { total: 3 }, version: null });
  expect(requests[0]?.key).toMatch(/^[0-9a-f]{32}$/);
  expect(requests[1]?.key).toBe(requests[0]?.key);
});
