import type { NodeRow, RunEvent } from "@/graph/live-run";
import { ClockTime } from "@/ui/moment";

type Props = { row: NodeRow; events: RunEvent[] };

/** The node's attempts as far as the events tell of them, else their number. */
export function NodeAttempts({ row, events }: Props) {
  const mine = events.filter(
    (event) => event.key === row.key && (event.event === "attempt" || event.event === "node"),
  );
  if (mine.length === 0) {
    const count = row.attempt === 1 ? "1 attempt" : `${row.attempt} attempts`;
    return <p className="p-3 text-muted">{row.attempt > 0 ? count : "Not tried yet."}</p>;
  }
  return (
    <ol className="divide-y divide-line">
      {mine.map((event) => (
        <li key={event.seq} className="flex gap-3 px-3 py-1.5">
          <span className="font-mono text-muted text-xs leading-5">
            <ClockTime at={event.at} />
          </span>
          <span className="min-w-0 flex-1">
            {event.attempt ? `Attempt ${event.attempt}: ` : ""}
            {event.status ?? event.event}
            {event.error ? (
              <span className="block text-muted [overflow-wrap:anywhere]">
                <span className="text-red">{event.error.name}</span> {event.error.message}
              </span>
            ) : null}
          </span>
        </li>
      ))}
    </ol>
  );
}
