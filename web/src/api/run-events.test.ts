import { HttpResponse, http } from "msw";
import { setupServer } from "msw/node";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import type { RunEvent } from "@/graph/live-run";
import { followRun } from "./run-events";
import { beginSession, currentSession } from "./session";

const EVENTS = `${location.origin}/api/v1/runs/r-1/events`;
const server = setupServer();
beforeAll(() => server.listen({ onUnhandledFrame: "error" }));
afterEach(() => server.resetHandlers());
afterAll(() => server.close());

function frame(seq: number, event: string): string {
  const content = { seq, at: "2026-01-01T00:00:00.000Z", run_id: "r-1", status: "running" };
  return `id: ${seq}\nevent: ${event}\ndata: ${JSON.stringify(content)}\n\n`;
}

function stream(text: string) {
  return new HttpResponse(text, { headers: { "Content-Type": "text/event-stream" } });
}

function follow(after = 0) {
  beginSession("the-key");
  const seen: RunEvent[] = [];
  const states: string[] = [];
  const stop = new AbortController();
  const done = followRun({
    runId: "r-1",
    after,
    signal: stop.signal,
    onEvents: (events) => seen.push(...events),
    onState: (state) => states.push(state),
  });
  return { seen, states, stop, done };
}

test("reads to the end with the key, and stops by itself", async () => {
  server.use(
    http.get(EVENTS, ({ request }) => {
      expect(request.headers.get("Authorization")).toBe("Bearer the-key");
      return stream(frame(1, "run") + frame(2, "node") + frame(3, "end"));
    }),
  );
  const { seen, states, done } = follow();
  await done;
  expect(seen.map(({ seq, event }) => [seq, event])).toEqual([
    [1, "run"],
    [2, "node"],
    [3, "end"],
  ]);
  expect(states).toEqual(["live"]);
});

test("after a break it goes on behind the last event that came", async () => {
  const resumed: (string | null)[] = [];
  server.use(
    http.get(EVENTS, ({ request }) => {
      resumed.push(request.headers.get("Last-Event-ID"));
      if (resumed.length === 1) return stream(`${frame(1, "run")}${frame(2, "node")}id: 3\nevent: no`);
      return resumed.length === 2 ? HttpResponse.error() : stream(frame(3, "node") + frame(4, "end"));
    }),
  );
  const { seen, states, done } = follow();
  await done;
  expect(resumed).toEqual([null, "2", "2"]);
  expect(seen.map(({ seq }) => seq)).toEqual([1, 2, 3, 4]);
  expect(states).toEqual(["live", "reconnecting", "reconnecting", "live"]);
});

test("a run that is not there is not asked for again", async () => {
  let asked = 0;
  server.use(
    http.get(EVENTS, () => {
      asked += 1;
      return new HttpResponse(null, { status: 404 });
    }),
  );
  const { states, done } = follow();
  await done;
  expect([asked, states]).toEqual([1, ["refused"]]);
});

test("a refused key ends the session", async () => {
  server.use(http.get(EVENTS, () => new HttpResponse(null, { status: 401 })));
  await follow().done;
  expect(currentSession()).toEqual({ key: null, refused: true });
});

test("leaving the page closes the stream", async () => {
  let closed = false;
  server.use(
    http.get(EVENTS, () => {
      const body = new ReadableStream({
        start: (controller) => controller.enqueue(new TextEncoder().encode(frame(1, "run"))),
        cancel: () => {
          closed = true;
        },
      });
      return new HttpResponse(body, { headers: { "Content-Type": "text/event-stream" } });
    }),
  );
  const { seen, stop, done } = follow();
  await expect.poll(() => seen.length).toBe(1);
  stop.abort();
  await done;
  await expect.poll(() => closed).toBe(true);
});
