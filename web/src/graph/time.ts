/** Times and durations as people read them. */

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** `340 ms`, `1.2 s`, `3 m 04 s`, `2 h 05 m`, `3 d 04 h`. */
export function durationText(milliseconds: number): string {
  const span = Math.max(0, milliseconds);
  if (span < SECOND) return `${Math.round(span)} ms`;
  if (span < MINUTE) return `${(Math.floor(span / 100) / 10).toFixed(1)} s`;
  if (span < HOUR) return pair(span, MINUTE, "m", SECOND, "s");
  if (span < DAY) return pair(span, HOUR, "h", MINUTE, "m");
  return pair(span, DAY, "d", HOUR, "h");
}

/** `12 s`, `3 min`, `2 h`: as rough as an estimate is, rounded up. */
export function roughText(milliseconds: number): string {
  if (milliseconds <= MINUTE) return `${Math.max(1, Math.ceil(milliseconds / SECOND))} s`;
  if (milliseconds <= HOUR) return `${Math.ceil(milliseconds / MINUTE)} min`;
  return `${Math.ceil(milliseconds / HOUR)} h`;
}

function pair(span: number, large: number, largeUnit: string, small: number, smallUnit: string): string {
  const rest = Math.floor((span % large) / small);
  return `${Math.floor(span / large)} ${largeUnit} ${String(rest).padStart(2, "0")} ${smallUnit}`;
}

/** `just now`, `4 s ago`, `12 min ago`, `3 h ago`, `2 d ago`. */
export function agoText(then: number, now: number): string {
  const span = now - then;
  if (span < 2 * SECOND) return "just now";
  if (span < MINUTE) return `${Math.floor(span / SECOND)} s ago`;
  if (span < HOUR) return `${Math.floor(span / MINUTE)} min ago`;
  if (span < DAY) return `${Math.floor(span / HOUR)} h ago`;
  return `${Math.floor(span / DAY)} d ago`;
}

/** Date, time with milliseconds and zone, in the viewer's zone or in UTC. */
export function exactText(time: number, zone?: string): string {
  const parts = new Intl.DateTimeFormat("en-GB", {
    year: "numeric",
    month: "2-digit",
    day: "2-digit",
    hour: "2-digit",
    minute: "2-digit",
    second: "2-digit",
    fractionalSecondDigits: 3,
    timeZoneName: "short",
    timeZone: zone,
  }).formatToParts(time);
  const of = (type: string) => parts.find((part) => part.type === type)?.value ?? "";
  const day = `${of("year")}-${of("month")}-${of("day")}`;
  return `${day} ${of("hour")}:${of("minute")}:${of("second")}.${of("fractionalSecond")} ${of("timeZoneName")}`;
}

/** The clock part only, with milliseconds: what a log line needs. */
export function clockText(time: number, zone?: string): string {
  return exactText(time, zone).slice(11, 23);
}

/** Round steps for a time axis: about `count` of them over the span. */
export function ticks(span: number, count: number): number[] {
  if (span <= 0) return [0];
  const rough = span / count;
  const power = 10 ** Math.floor(Math.log10(rough));
  const nice = [1, 2, 5, 10].map((factor) => factor * power);
  const minutes = [
    15 * SECOND,
    30 * SECOND,
    MINUTE,
    2 * MINUTE,
    5 * MINUTE,
    15 * MINUTE,
    HOUR,
    6 * HOUR,
    DAY,
  ];
  const step =
    rough < 10 * SECOND
      ? (nice.find((one) => one >= rough) ?? rough)
      : (minutes.find((one) => one >= rough) ?? Math.ceil(rough / DAY) * DAY);
  return Array.from({ length: Math.floor(span / step) + 1 }, (_, index) => index * step);
}
