import { agoText, clockText, durationText, exactText } from "@/graph/time";
import { useZone } from "./preferences";
import { useNow } from "./use-now";

/** How long ago, with the exact time in the viewer's zone and in UTC on hover. */
export function Moment({ at }: { at: string | null | undefined }) {
  const now = useNow(10_000, Boolean(at));
  const [zone] = useZone();
  if (!at) return <span className="text-muted">–</span>;
  const time = Date.parse(at);
  const here = exactText(time);
  const utc = exactText(time, "UTC");
  return (
    <time dateTime={at} title={here === utc ? utc : `${here}\n${utc}`} className="whitespace-nowrap">
      {zone === "utc" ? utc.slice(0, 19) : agoText(time, Math.max(now, Date.now()))}
    </time>
  );
}

/** The clock time with milliseconds, as a log shows it. */
export function ClockTime({ at }: { at: string }) {
  const [zone] = useZone();
  const time = Date.parse(at);
  return (
    <time dateTime={at} title={`${exactText(time)}\n${exactText(time, "UTC")}`}>
      {clockText(time, zone === "utc" ? "UTC" : undefined)}
    </time>
  );
}

type Span = { from: string | null | undefined; to: string | null | undefined; ended?: boolean };

/** From the start to the end, or ticking until there is one. */
export function Duration({ from, to, ended = false }: Span) {
  const ticking = Boolean(from) && !to && !ended;
  const now = useNow(250, ticking);
  if (!from || (!to && ended)) return <span className="text-muted">–</span>;
  const span = (to ? Date.parse(to) : now) - Date.parse(from);
  return <span className="whitespace-nowrap">{ticking && span < 1000 ? "0.0 s" : durationText(span)}</span>;
}
