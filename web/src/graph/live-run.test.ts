import { describe, expect, test } from "vitest";
import {
  keysToFetch,
  liveRows,
  liveStatus,
  NOTHING_YET,
  type NodeRow,
  type RunEvent,
  withEvents,
} from "./live-run";

function event(seq: number, more: Partial<RunEvent>): RunEvent {
  return { seq, at: `2026-01-01T00:00:0${seq}.000Z`, run_id: "w-1", event: "node", ...more };
}

function row(key: string, more: Partial<NodeRow> = {}): NodeRow {
  const none = { started_at: null, ended_at: null, reused: false, iteration: null };
  return { node_id: key, key, type: "core.noop@1", status: "pending", attempt: 0, ...none, ...more };
}

describe("a live run", () => {
  test("follows a node from its start to its end", () => {
    const begun = withEvents(NOTHING_YET, [
      event(1, { key: "a", node_id: "a", status: "running", attempt: 1 }),
    ]);
    expect(liveRows([row("a")], begun)[0]).toMatchObject({
      status: "running",
      attempt: 1,
      started_at: "2026-01-01T00:00:01.000Z",
      ended_at: null,
    });
    const ended = withEvents(begun, [event(2, { key: "a", status: "succeeded" })]);
    expect(liveRows([row("a")], ended)[0]).toMatchObject({
      status: "succeeded",
      started_at: "2026-01-01T00:00:01.000Z",
      ended_at: "2026-01-01T00:00:02.000Z",
    });
  });

  test("ignores events that a reconnect repeats", () => {
    const once = withEvents(NOTHING_YET, [
      event(1, { key: "a", status: "running" }),
      event(2, { key: "a", status: "failed" }),
    ]);
    const twice = withEvents(once, [
      event(1, { key: "a", status: "running" }),
      event(2, { key: "a", status: "failed" }),
    ]);
    expect(twice).toBe(once);
  });

  test("believes a fetched row that has ended more than an older event", () => {
    const live = withEvents(NOTHING_YET, [event(1, { key: "a", status: "running" })]);
    const done = row("a", { status: "succeeded", output: 1 });
    expect(liveRows([done], live)).toEqual([done]);
  });

  test("lists instances that only the events know", () => {
    const live = withEvents(NOTHING_YET, [event(1, { key: "item#3", node_id: "item", status: "running" })]);
    expect(liveRows([row("a")], live).map(({ key, iteration }) => [key, iteration])).toEqual([
      ["a", null],
      ["item#3", "3"],
    ]);
  });

  test("knows which outputs are still to be fetched", () => {
    const live = withEvents(NOTHING_YET, [
      event(1, { key: "a", status: "succeeded" }),
      event(2, { key: "b", status: "running" }),
    ]);
    expect(keysToFetch([row("a"), row("b")], live)).toEqual(["a"]);
    expect(keysToFetch([row("a", { status: "succeeded" }), row("b")], live)).toEqual([]);
  });

  test("ends with the event `end`, and a fetched end is final", () => {
    const live = withEvents(NOTHING_YET, [
      event(1, { event: "run", status: "running" }),
      event(2, { event: "end", status: "succeeded" }),
    ]);
    expect(live.ended).toBe(true);
    expect(liveStatus("queued", live)).toBe("succeeded");
    expect(
      liveStatus("cancelled", withEvents(NOTHING_YET, [event(1, { event: "run", status: "running" })])),
    ).toBe("cancelled");
  });

  test("keeps the error of an attempt until the node succeeds", () => {
    const error = { name: "ServerError", message: "503", attempts: 1, retryable: true };
    const retrying = withEvents(NOTHING_YET, [
      event(1, { event: "attempt", key: "a", status: "retrying", attempt: 1, error }),
    ]);
    expect(liveRows([row("a")], retrying)[0]).toMatchObject({ status: "retrying", error });
    const fine = withEvents(retrying, [event(2, { key: "a", status: "succeeded", attempt: 2 })]);
    expect(liveRows([row("a")], fine)[0]).toMatchObject({ status: "succeeded", error: undefined });
  });
});
