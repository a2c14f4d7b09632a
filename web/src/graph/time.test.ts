import { expect, test } from "vitest";
import { agoText, durationText, exactText, ticks } from "./time";
import { timelineOf } from "./timeline";

test.each([
  [0, "0 ms"],
  [340, "340 ms"],
  [1_240, "1.2 s"],
  [59_990, "59.9 s"],
  [184_000, "3 m 04 s"],
  [7_500_000, "2 h 05 m"],
  [273_600_000, "3 d 04 h"],
  [-5, "0 ms"],
])("%i ms is written %s", (milliseconds, text) => {
  expect(durationText(milliseconds)).toBe(text);
});

test("times are relative, or exact with their zone", () => {
  const now = Date.parse("2026-11-23T12:00:00.000Z");
  expect(agoText(now - 500, now)).toBe("just now");
  expect(agoText(now - 125_000, now)).toBe("2 min ago");
  expect(exactText(now - 1, "UTC")).toBe("2026-11-23 11:59:59.999 UTC");
});

test("an axis has round steps and not too many of them", () => {
  expect(ticks(5_300, 6)).toEqual([0, 1000, 2000, 3000, 4000, 5000]);
  expect(ticks(95_000, 6)).toEqual([0, 30_000, 60_000, 90_000]);
  for (const span of [1, 13, 999, 61_000, 3_600_000, 9e8])
    expect(ticks(span, 6).length).toBeLessThanOrEqual(8);
});

test("a bar reaches to now while its node runs, and what has not begun has none", () => {
  const none = { iteration: null, type: "", attempt: 1, reused: false };
  const rows = [
    {
      ...none,
      node_id: "a",
      key: "a",
      status: "running" as const,
      started_at: "2026-01-01T00:00:01Z",
      ended_at: null,
    },
    { ...none, node_id: "b", key: "b", status: "pending" as const, started_at: null, ended_at: null },
  ];
  const { span, bars } = timelineOf(
    rows,
    [],
    "2026-01-01T00:00:00Z",
    null,
    Date.parse("2026-01-01T00:00:05Z"),
  );
  expect(span).toBe(5000);
  expect(bars[0]).toMatchObject({ from: 1000, to: 5000 });
  expect(Number.isFinite(bars[1]?.from)).toBe(false);
});
