import { fireEvent, screen, waitFor, within } from "@testing-library/react";
import { HttpResponse, http } from "msw";
import { afterAll, afterEach, beforeEach, expect, test } from "vitest";
import type { Run } from "@/api/types";
import type { NodeRow, RunEvent } from "@/graph/live-run";
import { API, aRun, list, openPage, quietLists, startServer } from "@/test-app";

const DEFINITION = {
  nodes: [
    { id: "ask", type: "core.http_request@1", name: "Ask", config: { url: "https://shop.example" } },
    { id: "tell", type: "core.noop@1", name: "Tell" },
  ],
  edges: [{ source: "ask", target: "tell" }],
};
const AT = "2026-01-01T00:00:01.000Z";

let run: Run;
let rows: NodeRow[];
let stream: ReadableStreamDefaultController<Uint8Array> | undefined;

function row(key: string, more: Partial<NodeRow> = {}): NodeRow {
  const none = { iteration: null, attempt: 0, started_at: null, ended_at: null, reused: false };
  const values = { input: null, output: null, error: null };
  return { node_id: key, key, type: "core.noop@1", status: "pending", ...none, ...values, ...more };
}

function say(seq: number, more: Partial<RunEvent>) {
  const { event = "node", ...content } = more;
  const data = JSON.stringify({ seq, at: AT, run_id: run.id, ...content });
  stream?.enqueue(new TextEncoder().encode(`id: ${seq}\nevent: ${event}\ndata: ${data}\n\n`));
}

const server = startServer(
  ...quietLists,
  http.get(`${API}/runs/:id`, () => HttpResponse.json(run)),
  http.get(`${API}/runs/:id/nodes`, () => list(rows)),
  http.get(`${API}/runs/:id/events`, () => {
    const body = new ReadableStream<Uint8Array>({
      start: (controller) => {
        stream = controller;
      },
    });
    return new HttpResponse(body, { headers: { "Content-Type": "text/event-stream" } });
  }),
  http.get(`${API}/workflows/wf_1/versions/1`, () =>
    HttpResponse.json({ version: 1, definition: DEFINITION }),
  ),
);
beforeEach(() => {
  stream = undefined;
  run = aRun();
  rows = [row("ask"), row("tell")];
});
afterEach(() => server.resetHandlers());
afterAll(() => server.close());

const status = (id: string) => document.querySelector(`[data-node-id="${id}"]`)?.getAttribute("data-status");

test("nodes change on the canvas as the events come, and the outputs are fetched when asked for", async () => {
  const { user } = openPage(`/runs/${run.id}`);
  await waitFor(() => expect(status("ask")).toBe("pending"), { timeout: 4000 });
  await waitFor(() => expect(stream).toBeDefined());

  say(1, { event: "run", status: "running" });
  say(2, { node_id: "ask", key: "ask", status: "running", attempt: 1 });
  await waitFor(() => expect(status("ask")).toBe("running"));

  rows = [row("ask", { status: "succeeded", output: { order: 4711 } }), row("tell", { status: "running" })];
  say(3, { node_id: "ask", key: "ask", status: "succeeded", attempt: 1 });
  await waitFor(() => expect(status("ask")).toBe("succeeded"));
  // The canvas reads the window of a mouse event, which user-event does not set.
  fireEvent.click(screen.getByText("Ask"));
  const panel = await screen.findByRole("complementary", { name: "ask" });
  expect(await within(panel).findByText("4711")).toBeVisible();

  rows = [rows[0] as NodeRow, row("tell", { status: "succeeded" })];
  run = aRun({ status: "succeeded", output: { tell: null }, ended_at: AT });
  say(4, { node_id: "tell", key: "tell", status: "succeeded" });
  say(5, { event: "end", status: "succeeded" });
  await waitFor(() => expect(status("tell")).toBe("succeeded"));
  expect(document.querySelector("[data-run-status]")).toHaveAttribute("data-run-status", "succeeded");
  expect(screen.queryByRole("button", { name: "Cancel" })).toBeNull();

  await user.keyboard("{Escape}");
  expect(screen.queryByRole("complementary", { name: "ask" })).toBeNull();
});

test("a failed run names the error and the node, and leads to it", async () => {
  const error = {
    name: "NotFound",
    message: "shop.example answered 404",
    node_id: "ask",
    key: "ask",
    attempts: 1,
    retryable: false,
    hint: "Look at the address.",
    details: { status: 404 },
  };
  run = aRun({ status: "failed", error, ended_at: AT });
  rows = [row("ask", { status: "failed", error, attempt: 1 }), row("tell", { status: "cancelled" })];
  const { user } = openPage(`/runs/${run.id}`);
  expect(await screen.findByRole("alert")).toHaveTextContent("shop.example answered 404");
  await user.click(screen.getByRole("button", { name: "Open ask" }));
  const panel = await screen.findByRole("complementary", { name: "ask" });
  expect(within(panel).getByRole("tab", { name: /Error/ })).toHaveAttribute("aria-selected", "true");
  expect(within(panel).getByText("Look at the address.")).toBeVisible();
  await user.click(within(panel).getByRole("tab", { name: "Output" }));
  expect(within(panel).getByText("Failed: there is no output.")).toBeVisible();
});

test("the timeline and the log tell the same run", async () => {
  const { user } = openPage(`/runs/${run.id}`);
  await user.click(await screen.findByRole("tab", { name: "Log" }));
  expect(screen.getByText("Waiting for the first event.")).toBeVisible();
  await waitFor(() => expect(stream).toBeDefined());
  say(1, { node_id: "ask", key: "ask", status: "running", attempt: 1 });
  say(2, { node_id: "ask", key: "ask", status: "succeeded", attempt: 1 });
  const log = screen.getByRole("region", { name: "Log of the run" });
  await waitFor(() => expect(within(log).getAllByRole("listitem")).toHaveLength(2));
  await user.type(screen.getByRole("searchbox", { name: "Filter the log" }), "succ");
  expect(within(log).getAllByRole("listitem")).toHaveLength(1);
  await user.click(screen.getByRole("tab", { name: "Timeline" }));
  const timeline = screen.getByRole("region", { name: "Timeline of the run" });
  expect(within(timeline).getAllByRole("listitem")).toHaveLength(2);
  await user.click(within(timeline).getByRole("button", { name: /ask/ }));
  expect(await screen.findByRole("complementary", { name: "ask" })).toBeVisible();
});

test("Cancel asks the server once and says that it was asked", async () => {
  let asked = 0;
  server.use(
    http.post(`${API}/runs/:id/cancel`, () => {
      asked += 1;
      return HttpResponse.json(run, { status: 202 });
    }),
  );
  const { user } = openPage(`/runs/${run.id}`);
  await user.click(await screen.findByRole("button", { name: "Cancel" }));
  expect(await screen.findByRole("button", { name: "Cancelling…" })).toBeDisabled();
  expect(asked).toBe(1);
});

test("five thousand instances draw only the rows in sight", async () => {
  rows = Array.from({ length: 5000 }, (_, index) =>
    row(`ask#${index}`, { node_id: "ask", status: "succeeded" }),
  );
  const { user } = openPage(`/runs/${run.id}`);
  await user.click(await screen.findByRole("tab", { name: "Timeline" }));
  const timeline = await screen.findByRole("region", { name: "Timeline of the run" });
  expect(within(timeline).getAllByRole("listitem").length).toBeLessThan(100);
});
