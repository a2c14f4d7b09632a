/** The words of statuses and what they mean together. */

export const RUN_STATUSES = [
  "queued",
  "running",
  "waiting",
  "succeeded",
  "failed",
  "cancelled",
  "timed_out",
] as const;
export const NODE_STATUSES = [
  "pending",
  "running",
  "waiting",
  "retrying",
  "succeeded",
  "failed",
  "skipped",
  "cancelled",
] as const;

export type RunStatus = (typeof RUN_STATUSES)[number];
export type NodeStatus = (typeof NODE_STATUSES)[number];
export type Status = RunStatus | NodeStatus;

export const STATUS_WORDS: Record<Status, string> = {
  queued: "Queued",
  pending: "Pending",
  running: "Running",
  waiting: "Waiting",
  retrying: "Retrying",
  succeeded: "Succeeded",
  failed: "Failed",
  skipped: "Skipped",
  cancelled: "Cancelled",
  timed_out: "Timed out",
};

const RUN_ENDS: ReadonlySet<string> = new Set(["succeeded", "failed", "cancelled", "timed_out"]);
const NODE_ENDS: ReadonlySet<string> = new Set(["succeeded", "failed", "skipped", "cancelled"]);

export function runHasEnded(status: string): boolean {
  return RUN_ENDS.has(status);
}

export function nodeHasEnded(status: string): boolean {
  return NODE_ENDS.has(status);
}

export function isRunStatus(value: unknown): value is RunStatus {
  return (RUN_STATUSES as readonly unknown[]).includes(value);
}

export function isNodeStatus(value: unknown): value is NodeStatus {
  return (NODE_STATUSES as readonly unknown[]).includes(value);
}

/** What most deserves to be seen comes first. */
const WEIGHT: NodeStatus[] = [
  "running",
  "retrying",
  "waiting",
  "failed",
  "pending",
  "cancelled",
  "succeeded",
  "skipped",
];

/** The one status that a node shows for all its instances. */
export function statusTogether(statuses: NodeStatus[]): NodeStatus {
  return WEIGHT.find((status) => statuses.includes(status)) ?? "pending";
}
