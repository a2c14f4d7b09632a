import { screen, waitFor, within } from "@testing-library/react";
import { HttpResponse, http } from "msw";
import { afterAll, afterEach, expect, test } from "vitest";
import { API, aRun, list, openPage, quietLists, startServer } from "@/test-app";

const AT = "2026-01-01T00:00:01.000Z";
const run = aRun({ status: "failed", ended_at: AT, input: { n: 1 } });
let asked: unknown;
const server = startServer(
  ...quietLists,
  http.get(`${API}/runs/:id`, ({ params }) =>
    HttpResponse.json(params.id === run.id ? run : aRun({ id: "ws-again", parent_run_id: run.id })),
  ),
  http.get(`${API}/runs/:id/nodes`, () => list([])),
  http.get(
    `${API}/runs/:id/events`,
    () => new HttpResponse("", { headers: { "Content-Type": "text/event-stream" } }),
  ),
  http.get(`${API}/workflows/:id/versions/:n`, () =>
    HttpResponse.json({ version: 1, definition: { nodes: [], edges: [] } }),
  ),
  http.post(`${API}/runs/:id/rerun`, async ({ request }) => {
    asked = await request.json();
    return HttpResponse.json(
      {
        ...aRun({ id: "ws-again", parent_run_id: run.id }),
        reuse: [],
        reuse_truncated: false,
        continues: [],
      },
      { status: 202 },
    );
  }),
);
afterEach(() => server.resetHandlers());
afterAll(() => server.close());

test("a failed run is run again from what failed, with another input and the published version", async () => {
  const { user } = openPage(`/runs/${run.id}`);
  await user.click(await screen.findByRole("button", { name: "Run again" }));
  const dialog = await screen.findByRole("dialog", { name: "Run again" });
  expect(within(dialog).getByRole("radio", { name: /From what failed/ })).toBeChecked();
  await user.selectOptions(within(dialog).getByLabelText("Definition"), "latest");
  await user.click(within(dialog).getByText("Input"));
  const input = within(dialog).getByLabelText("Input, as JSON");
  await user.clear(input);
  await user.type(input, "{{}");
  await user.click(within(dialog).getByRole("button", { name: "Run again" }));
  await waitFor(() =>
    expect(asked).toEqual({ alone: false, from: "failed", definition: "latest", input: {}, overrides: {} }),
  );
  await waitFor(() => expect(screen.queryByRole("dialog")).toBeNull());
  expect(await screen.findByText("Repeats")).toBeVisible();
});

test("what is no JSON is not sent", async () => {
  const { user } = openPage(`/runs/${run.id}`);
  await user.click(await screen.findByRole("button", { name: "Run again" }));
  const dialog = await screen.findByRole("dialog", { name: "Run again" });
  await user.click(within(dialog).getByText("Input"));
  await user.type(within(dialog).getByLabelText("Input, as JSON"), "x");
  expect(within(dialog).getByText("The input is no JSON object.")).toBeVisible();
  expect(within(dialog).getByRole("button", { name: "Run again" })).toBeDisabled();
});
