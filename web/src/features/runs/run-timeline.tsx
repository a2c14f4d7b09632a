import { useMemo } from "react";
import type { Run } from "@/api/types";
import type { NodeRow, RunEvent } from "@/graph/live-run";
import { durationText, ticks } from "@/graph/time";
import { timelineOf } from "@/graph/timeline";
import { useNow } from "@/ui/use-now";
import { WindowedRows } from "@/ui/windowed-rows";
import { TimelineRow } from "./timeline-row";

type Props = {
  run: Run;
  rows: NodeRow[];
  events: RunEvent[];
  chosen: string | null;
  onChoose: (key: string) => void;
};

/** One row per node instance along the time of the run. */
export function RunTimeline({ run, rows, events, chosen, onChoose }: Props) {
  const now = useNow(500, !run.ended_at);
  const begin = run.started_at ?? run.created_at;
  const timeline = useMemo(
    () => timelineOf(rows, events, begin, run.ended_at ?? null, now),
    [rows, events, begin, run.ended_at, now],
  );
  if (rows.length === 0) return <p className="p-4 text-muted">No node has begun.</p>;
  return (
    <div className="flex min-h-0 flex-1 flex-col">
      <div className="flex h-8 shrink-0 border-line border-b text-muted text-xs">
        <span className="flex w-56 shrink-0 items-center border-line border-r pl-4 font-medium">Node</span>
        <Axis span={timeline.span} />
      </div>
      <WindowedRows
        label="Timeline of the run"
        count={rows.length}
        height={32}
        render={(index) => (
          <TimelineRow
            row={rows[index] as NodeRow}
            bar={timeline.bars[index]}
            span={timeline.span}
            chosen={rows[index]?.key === chosen}
            onChoose={onChoose}
          />
        )}
      />
    </div>
  );
}

function Axis({ span }: { span: number }) {
  return (
    <div aria-hidden className="relative mr-16 flex-1">
      {ticks(span, 6).map((at) => (
        <span
          key={at}
          className="absolute inset-y-0 flex items-center border-line border-l pl-1"
          style={{ left: `${(at / span) * 100}%` }}
        >
          {at === 0 ? "0" : durationText(at).replace(".0 s", " s")}
        </span>
      ))}
    </div>
  );
}
