/** The live picture of a run: what was fetched, brought up to date by the events that came since. */
import {
  isNodeStatus,
  isRunStatus,
  type NodeStatus,
  nodeHasEnded,
  type RunStatus,
  runHasEnded,
} from "./status";

export type RunError = {
  name: string;
  message: string;
  node_id?: string | null;
  key?: string | null;
  attempts: number;
  retryable: boolean;
  hint?: string | null;
  details?: unknown;
};

export type RunEvent = {
  seq: number;
  at: string;
  run_id: string;
  event: string;
  node_id?: string | null;
  key?: string | null;
  status?: string | null;
  attempt?: number | null;
  error?: RunError | null;
  message?: string | null;
};

export type NodeRow = {
  node_id: string;
  iteration: string | null;
  key: string;
  type: string;
  status: NodeStatus;
  attempt: number;
  started_at: string | null;
  ended_at: string | null;
  input?: unknown;
  output?: unknown;
  error?: RunError | null;
  reused: boolean;
  cached_at?: string | null;
};

type Latest = Pick<NodeRow, "status" | "attempt" | "started_at" | "ended_at"> & {
  nodeId: string;
  error: RunError | null;
};

export type Live = {
  events: RunEvent[];
  nodes: ReadonlyMap<string, Latest>;
  runStatus: RunStatus | null;
  ended: boolean;
};

export const NOTHING_YET: Live = { events: [], nodes: new Map(), runStatus: null, ended: false };

/** Adds events; those known already (a reconnect repeats some) change nothing. */
export function withEvents(live: Live, batch: RunEvent[]): Live {
  const last = live.events.at(-1)?.seq ?? 0;
  const fresh = batch.filter((event) => event.seq > last);
  if (fresh.length === 0) return live;
  const nodes = new Map(live.nodes);
  let { runStatus, ended } = live;
  for (const event of fresh) {
    if (event.key) nodes.set(event.key, nodeAfter(nodes.get(event.key), event, event.key));
    else if (isRunStatus(event.status)) runStatus = event.status;
    if (event.event === "end") ended = true;
  }
  return { events: [...live.events, ...fresh], nodes, runStatus, ended };
}

function nodeAfter(before: Latest | undefined, event: RunEvent, key: string): Latest {
  const status = isNodeStatus(event.status) ? event.status : (before?.status ?? "pending");
  const begins = !before?.started_at && status !== "pending" && status !== "skipped";
  return {
    nodeId: event.node_id ?? before?.nodeId ?? key.replace(/#.*$/, ""),
    status,
    attempt: event.attempt ?? before?.attempt ?? 0,
    started_at: begins ? event.at : (before?.started_at ?? null),
    ended_at: nodeHasEnded(status) ? event.at : null,
    error: event.error ?? (status === "succeeded" ? null : (before?.error ?? null)),
  };
}

/** The rows in the server's order; instances that only events know come last. A row that has ended is final. */
export function liveRows(rows: NodeRow[], live: Live): NodeRow[] {
  const known = new Set(rows.map((row) => row.key));
  const brought = rows.map((row) => {
    const latest = live.nodes.get(row.key);
    return latest && !nodeHasEnded(row.status) ? rowAfter(row, latest) : row;
  });
  const news = [...live.nodes].filter(([key]) => !known.has(key));
  return [...brought, ...news.map(([key, latest]) => rowAfter(emptyRow(key, latest.nodeId), latest))];
}

function rowAfter(row: NodeRow, latest: Latest): NodeRow {
  const { status, attempt, started_at, ended_at, error } = latest;
  return {
    ...row,
    status,
    attempt,
    started_at: row.started_at ?? started_at,
    ended_at,
    error: error ?? row.error,
  };
}

function emptyRow(key: string, nodeId: string): NodeRow {
  const iteration = key.includes("#") ? key.slice(key.indexOf("#") + 1) : null;
  return {
    node_id: nodeId,
    iteration,
    key,
    type: "",
    status: "pending",
    attempt: 0,
    started_at: null,
    ended_at: null,
    reused: false,
  };
}

/** The keys whose end, or wait, the events told before the rows did: their values are not here yet. */
export function keysToFetch(rows: NodeRow[], live: Live): string[] {
  const states = new Map(rows.map((row) => [row.key, row.status]));
  const tells = (status: NodeStatus) => nodeHasEnded(status) || status === "waiting";
  return [...live.nodes].flatMap(([key, { status }]) =>
    tells(status) && !tells(states.get(key) ?? "pending") ? [key] : [],
  );
}

/** The run's status: an end that was fetched is final, else the latest event knows best. */
export function liveStatus(fetched: RunStatus, live: Live): RunStatus {
  return runHasEnded(fetched) ? fetched : (live.runStatus ?? fetched);
}

/** Node id -> the keys of its instances, in order. */
export function byNode(rows: NodeRow[]): Map<string, NodeRow[]> {
  const groups = new Map<string, NodeRow[]>();
  for (const row of rows) {
    const group = groups.get(row.node_id);
    if (group) group.push(row);
    else groups.set(row.node_id, [row]);
  }
  return groups;
}
