/** The bars of a run's timeline, in milliseconds from its beginning. */
import type { NodeRow, RunEvent } from "./live-run";
import type { NodeStatus } from "./status";

export type Bar = { key: string; status: NodeStatus; from: number; to: number; attempts: number[] };

export type Timeline = { begin: number; span: number; bars: Bar[] };

/** One bar for each row that has begun; what has not ended reaches to now. */
export function timelineOf(
  rows: NodeRow[],
  events: RunEvent[],
  begin: string,
  end: string | null,
  now: number,
): Timeline {
  const start = Date.parse(begin);
  const stop = end ? Date.parse(end) : now;
  const attempts = attemptTimes(events);
  const bars = rows.map(({ key, status, started_at, ended_at }) => {
    const from = started_at ? Date.parse(started_at) - start : Number.NaN;
    const to = ended_at ? Date.parse(ended_at) - start : stop - start;
    return {
      key,
      status,
      from,
      to: Math.max(from, to),
      attempts: (attempts.get(key) ?? []).map((at) => at - start),
    };
  });
  const last = bars.reduce(
    (most, bar) => (Number.isFinite(bar.to) ? Math.max(most, bar.to) : most),
    stop - start,
  );
  return { begin: start, span: Math.max(last, 1), bars };
}

function attemptTimes(events: RunEvent[]): Map<string, number[]> {
  const times = new Map<string, number[]>();
  for (const { key, event, at } of events) {
    if (!key || event !== "attempt") continue;
    const known = times.get(key);
    if (known) known.push(Date.parse(at));
    else times.set(key, [Date.parse(at)]);
  }
  return times;
}
