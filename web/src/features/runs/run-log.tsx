import { useMemo, useState } from "react";
import type { RunEvent } from "@/graph/live-run";
import { STATUS_WORDS, type Status } from "@/graph/status";
import { ClockTime } from "@/ui/moment";
import { SearchField } from "@/ui/search-field";
import { STATUS_COLOURS, StatusIcon } from "@/ui/status-mark";
import { WindowedRows } from "@/ui/windowed-rows";

type Props = { events: RunEvent[]; ended: boolean; onChoose: (key: string) => void };

/** The run's events in order; new ones are followed until somebody scrolls away. */
export function RunLog({ events, ended, onChoose }: Props) {
  const [text, setText] = useState("");
  const [follow, setFollow] = useState(true);
  const wanted = text.trim().toLowerCase();
  const shown = useMemo(
    () => (wanted ? events.filter((event) => lineOf(event).toLowerCase().includes(wanted)) : events),
    [events, wanted],
  );
  return (
    <>
      <div className="flex h-10 shrink-0 items-center gap-4 border-line border-b px-4">
        <SearchField label="Filter the log" value={text} onChange={setText} />
        <label className="inline-flex items-center gap-1.5 text-muted">
          <input type="checkbox" checked={follow} onChange={(event) => setFollow(event.target.checked)} />
          Follow
        </label>
        <span className="ml-auto text-muted">
          {wanted ? `${shown.length} of ${events.length} events` : `${events.length} events`}
        </span>
      </div>
      {events.length === 0 ? (
        <p className="p-4 text-muted">{ended ? "There are no events." : "Waiting for the first event."}</p>
      ) : null}
      <WindowedRows
        label="Log of the run"
        count={shown.length}
        height={26}
        follow={follow && !ended}
        onScrolledAway={() => setFollow(false)}
        render={(index) => <LogLine event={shown[index] as RunEvent} onChoose={onChoose} />}
      />
    </>
  );
}

function LogLine({ event, onChoose }: { event: RunEvent; onChoose: (key: string) => void }) {
  const status = event.status && event.status in STATUS_WORDS ? (event.status as Status) : null;
  return (
    <div className="flex h-full items-center gap-3 whitespace-nowrap px-4 font-mono text-xs hover:bg-hover">
      <span className="text-muted">
        <ClockTime at={event.at} />
      </span>
      <span className="w-14 shrink-0 text-muted">{event.event}</span>
      {event.key ? (
        <button
          type="button"
          onClick={() => onChoose(event.key ?? "")}
          className="w-44 shrink-0 truncate text-left hover:underline"
        >
          {event.key}
        </button>
      ) : (
        <span className="w-44 shrink-0 truncate text-muted">run</span>
      )}
      <span className="inline-flex w-24 shrink-0 items-center gap-1.5">
        {status ? <StatusIcon status={status} /> : null}
        <span className={status ? STATUS_COLOURS[status] : undefined}>
          {status ? STATUS_WORDS[status] : (event.status ?? "")}
        </span>
      </span>
      <span className="truncate" title={restOf(event)}>
        {restOf(event)}
      </span>
    </div>
  );
}

function lineOf(event: RunEvent): string {
  return [event.event, event.key, event.status, restOf(event)].filter(Boolean).join(" ");
}

function restOf(event: RunEvent): string {
  const attempt = event.attempt && event.attempt > 1 ? `attempt ${event.attempt}` : null;
  const error = event.error ? `${event.error.name}: ${event.error.message}` : null;
  return [attempt, event.message, error].filter(Boolean).join("  ");
}
