import { screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { HttpResponse, http } from "msw";
import { afterAll, afterEach, beforeEach, expect, test } from "vitest";
import type { NodeRow } from "@/graph/live-run";
import { API, aRun, list, openPage, quietLists, startServer } from "@/test-app";

const NODES = [
  { id: "ask", type: "core.approval@1", config: {} },
  { id: "event", type: "core.wait_for_event@1", config: {} },
  { id: "bad", type: "core.fail@1", config: {}, on_error: "hold" },
];
let told: { path: string; body: unknown }[];
const run = aRun();

function row(key: string, type: string, more: Partial<NodeRow> = {}): NodeRow {
  const none = { iteration: null, attempt: 1, started_at: run.created_at, ended_at: null, reused: false };
  return {
    node_id: key,
    key,
    type,
    status: "waiting",
    ...none,
    input: null,
    output: null,
    error: null,
    ...more,
  };
}

const error = { name: "Refused", message: "no", attempts: 1, retryable: false };
const server = startServer(
  ...quietLists,
  http.get(`${API}/runs/:id`, () => HttpResponse.json(run)),
  http.get(`${API}/runs/:id/nodes`, () =>
    list([
      row("ask", "core.approval@1", { input: { title: "Pay 7?", message: "to the shop" } }),
      row("event", "core.wait_for_event@1"),
      row("bad", "core.fail@1", { error }),
    ]),
  ),
  http.get(`${API}/runs/:id/events`, () => new HttpResponse(new ReadableStream())),
  http.get(`${API}/workflows/wf_1/versions/1`, () =>
    HttpResponse.json({ version: 1, definition: { nodes: NODES, edges: [] } }),
  ),
  http.post(`${API}/runs/:id/nodes/:key/:action`, async ({ request, params }) => {
    const text = await request.text();
    told.push({ path: `${params.key}/${params.action}`, body: text ? JSON.parse(text) : null });
    return HttpResponse.json(run, { status: 202 });
  }),
);
beforeEach(() => {
  told = [];
});
afterEach(() => server.resetHandlers());
afterAll(() => server.close());

test("an approval shows what is asked and sends the decision with its reason", async () => {
  openPage(`/runs/${run.id}?node=ask`);
  const user = userEvent.setup();
  expect(await screen.findByText("Pay 7?")).toBeVisible();
  expect(screen.getByText("to the shop")).toBeVisible();
  await user.type(screen.getByLabelText("Reason"), "fine");
  await user.click(screen.getByRole("button", { name: "Approve" }));
  await waitFor(() =>
    expect(told).toEqual([{ path: "ask/resume", body: { decision: "approve", reason: "fine" } }]),
  );
});

test("an event is sent as JSON, and only when it is JSON", async () => {
  openPage(`/runs/${run.id}?node=event`);
  const user = userEvent.setup();
  const field = await screen.findByLabelText(/Payload/);
  await user.clear(field);
  await user.type(field, "[[1");
  expect(screen.getByRole("button", { name: "Send event" })).toBeDisabled();
  await user.type(field, "]");
  await user.click(screen.getByRole("button", { name: "Send event" }));
  await waitFor(() => expect(told).toEqual([{ path: "event/resume", body: { payload: [1], reason: "" } }]));
});

test("a held node is tried again, skipped or let fail", async () => {
  openPage(`/runs/${run.id}?node=bad`);
  const user = userEvent.setup();
  await user.click(await screen.findByRole("button", { name: "Try again" }));
  await user.click(screen.getByRole("button", { name: "Skip" }));
  await waitFor(() => expect(told.map(({ path }) => path)).toEqual(["bad/retry", "bad/skip"]));
});
