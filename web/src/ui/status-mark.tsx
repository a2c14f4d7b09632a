import {
  Ban,
  Circle,
  CircleCheck,
  CircleDashed,
  CirclePause,
  CircleX,
  Clock,
  ClockAlert,
  type LucideIcon,
  Pause,
  RotateCw,
  TriangleAlert,
} from "lucide-react";
import { STATUS_WORDS, type Status } from "@/graph/status";
import { classes } from "./classes";

const ICONS: Record<Exclude<Status, "running">, LucideIcon> = {
  queued: Clock,
  pending: CircleDashed,
  waiting: CirclePause,
  retrying: RotateCw,
  succeeded: CircleCheck,
  failed: CircleX,
  skipped: Circle,
  cancelled: Ban,
  timed_out: ClockAlert,
};

export const STATUS_COLOURS: Record<Status, string> = {
  queued: "text-grey",
  pending: "text-grey",
  running: "text-blue",
  waiting: "text-violet",
  retrying: "text-amber",
  succeeded: "text-green",
  failed: "text-red",
  skipped: "text-grey",
  cancelled: "text-grey",
  timed_out: "text-red",
};

export function StatusIcon({ status, className }: { status: Status; className?: string }) {
  const look = classes("shrink-0", STATUS_COLOURS[status], className ?? "size-3.5");
  if (status === "running") return <Pulse className={look} />;
  const Icon = ICONS[status];
  return <Icon aria-hidden className={look} strokeWidth={2} />;
}

function Pulse({ className }: { className: string }) {
  return (
    <svg aria-hidden="true" viewBox="0 0 24 24" className={className}>
      <circle cx="12" cy="12" r="10" fill="none" stroke="currentColor" strokeWidth="2" opacity="0.4" />
      <circle cx="12" cy="12" r="5.5" fill="currentColor" className="animate-pulse-status" />
    </svg>
  );
}

/** A status is always colour, icon and word. */
export function StatusMark({ status, attention }: { status: Status; attention?: string | null }) {
  return (
    <span className="inline-flex items-center gap-1.5 whitespace-nowrap">
      <StatusIcon status={status} />
      <span className={STATUS_COLOURS[status]}>{STATUS_WORDS[status]}</span>
      {attention ? <Attention attention={attention} /> : null}
    </span>
  );
}

function Attention({ attention }: { attention: string }) {
  const Icon = attention === "paused" ? Pause : TriangleAlert;
  return (
    <span className="inline-flex items-center gap-1 rounded border border-line-strong px-1 text-amber text-xs">
      <Icon aria-hidden className="size-3" />
      {attention === "paused" ? "Paused" : "Stalled"}
    </span>
  );
}
