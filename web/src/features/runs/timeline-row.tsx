import { memo } from "react";
import type { NodeRow } from "@/graph/live-run";
import { STATUS_WORDS } from "@/graph/status";
import { durationText, exactText } from "@/graph/time";
import type { Bar } from "@/graph/timeline";
import { classes } from "@/ui/classes";
import { STATUS_COLOURS, StatusIcon } from "@/ui/status-mark";

type Props = {
  row: NodeRow;
  bar: Bar | undefined;
  span: number;
  chosen: boolean;
  onChoose: (key: string) => void;
};

export const TimelineRow = memo(function TimelineRow({ row, bar, span, chosen, onChoose }: Props) {
  const begun = bar !== undefined && Number.isFinite(bar.from);
  const length = begun ? durationText(bar.to - bar.from) : "";
  return (
    <button
      type="button"
      title={titleOf(row, length)}
      aria-pressed={chosen}
      onClick={() => onChoose(row.key)}
      className={classes(
        "flex h-full w-full items-stretch border-line border-b text-left",
        chosen ? "bg-selected" : "hover:bg-hover",
      )}
    >
      <span className="flex w-56 shrink-0 items-center gap-2 border-line border-r pr-2 pl-4">
        <StatusIcon status={row.status} />
        <span className="truncate font-mono text-xs">{row.key}</span>
        <span className="sr-only">{STATUS_WORDS[row.status]}</span>
      </span>
      <span className="relative mr-16 flex-1">
        {begun ? (
          <>
            <BarDrawing bar={bar} span={span} />
            <span
              className="absolute top-1/2 ml-1.5 -translate-y-1/2 whitespace-nowrap text-muted text-xs"
              style={{ left: `${(bar.to / span) * 100}%` }}
            >
              {length}
            </span>
          </>
        ) : null}
      </span>
    </button>
  );
});

/** Waits are hatched; attempts are ticks. */
function BarDrawing({ bar, span }: { bar: Bar; span: number }) {
  const x = (at: number) => `${(Math.max(0, at) / span) * 100}%`;
  const hatched = bar.status === "waiting" || bar.status === "retrying";
  return (
    <svg
      aria-hidden="true"
      className={classes("absolute inset-0 size-full overflow-visible", STATUS_COLOURS[bar.status])}
    >
      <defs>
        <pattern
          id={`hatch-${bar.status}`}
          width="6"
          height="6"
          patternUnits="userSpaceOnUse"
          patternTransform="rotate(45)"
        >
          <rect width="3" height="6" fill="currentColor" opacity="0.6" />
        </pattern>
      </defs>
      <rect
        x={x(bar.from)}
        style={{ width: `max(3px, ${((bar.to - bar.from) / span) * 100}%)` }}
        y="10"
        height="12"
        rx="2"
        fill={hatched ? `url(#hatch-${bar.status})` : "currentColor"}
        opacity={hatched ? 1 : 0.75}
      />
      {bar.attempts.map((at) => (
        <line
          key={at}
          x1={x(at)}
          x2={x(at)}
          y1="7"
          y2="25"
          stroke="var(--ink)"
          strokeWidth="1"
          opacity="0.6"
        />
      ))}
    </svg>
  );
}

function titleOf(row: NodeRow, length: string): string {
  const lines = [`${row.key}: ${STATUS_WORDS[row.status]}${length ? `, ${length}` : ""}`];
  if (row.started_at) lines.push(`from ${exactText(Date.parse(row.started_at))}`);
  if (row.ended_at) lines.push(`to ${exactText(Date.parse(row.ended_at))}`);
  if (row.attempt > 1) lines.push(`${row.attempt} attempts`);
  return lines.join("\n");
}
