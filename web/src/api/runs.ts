import { infiniteQueryOptions, keepPreviousData, queryOptions } from "@tanstack/react-query";
import { type Live, NOTHING_YET, type NodeRow } from "@/graph/live-run";
import { queryOf, type RunFilter } from "@/graph/run-query";
import { runHasEnded } from "@/graph/status";
import type { RunQuery } from "./bulk";
import { answered, client } from "./client";
import type { components } from "./schema.gen";
import type { Run, RunPage } from "./types";

export const runKeys = {
  all: ["runs"] as const,
  one: (id: string) => ["runs", id] as const,
  nodes: (id: string) => ["runs", id, "nodes"] as const,
  live: (id: string) => ["runs", id, "live"] as const,
};

const LIVE_LIST = 3_000;
const QUIET_LIST = 15_000;
/** The events tell the news at once; this only mends what a lost stream missed. */
const ACTIVE_RUN = 10_000;

export function runsQuery(filter: RunFilter) {
  return infiniteQueryOptions({
    queryKey: [...runKeys.all, "list", filter],
    queryFn: ({ pageParam, signal }) => listRuns(filter, 50, pageParam, signal),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.next_cursor ?? undefined,
    refetchInterval: ({ state }) =>
      state.data?.pages.some((page) => page.items.some((run) => !runHasEnded(run.status)))
        ? LIVE_LIST
        : QUIET_LIST,
  });
}

/** The newest run of each workflow, as far back as one page reaches. */
export const lastRunsQuery = queryOptions({
  queryKey: [...runKeys.all, "last"],
  queryFn: async ({ signal }) => {
    const page = await listRuns({}, 200, undefined, signal);
    const last: Record<string, Run> = {};
    for (const run of page.items) last[run.workflow_id] ??= run;
    return last;
  },
  refetchInterval: QUIET_LIST,
});

function listRuns(
  filter: RunFilter,
  limit: number,
  cursor: string | undefined,
  signal: AbortSignal,
): Promise<RunPage> {
  const query = { ...(queryOf(filter) as RunQuery), limit, cursor };
  return answered(client.GET("/api/v1/runs", { params: { query }, signal })) as Promise<RunPage>;
}

export function runQuery(id: string) {
  return queryOptions({
    queryKey: runKeys.one(id),
    queryFn: ({ signal }) =>
      answered(
        client.GET("/api/v1/runs/{run_id}", { params: { path: { run_id: id } }, signal }),
      ) as Promise<Run>,
    refetchInterval: ({ state }) => (state.data && !runHasEnded(state.data.status) ? ACTIVE_RUN : false),
  });
}

/** All rows of a run, page after page. */
export function nodesQuery(id: string) {
  return queryOptions({
    queryKey: runKeys.nodes(id),
    queryFn: async ({ signal }) => {
      const rows: NodeRow[] = [];
      let cursor: string | null | undefined;
      do {
        const params = { path: { run_id: id }, query: { limit: 200, cursor } };
        const page = await answered(client.GET("/api/v1/runs/{run_id}/nodes", { params, signal }));
        rows.push(...(page.items as NodeRow[]));
        cursor = page.next_cursor;
      } while (cursor);
      return rows;
    },
  });
}

export type Instance = components["schemas"]["InstanceView"];

/** One instance with its attempts; fetched again with every event of it, which `news` counts. */
export function instanceQuery(id: string, key: string, news: number) {
  return queryOptions({
    queryKey: [...runKeys.nodes(id), key, news],
    queryFn: ({ signal }) =>
      answered(
        client.GET("/api/v1/runs/{run_id}/nodes/{key}", { params: { path: { run_id: id, key } }, signal }),
      ),
    placeholderData: keepPreviousData,
  });
}

const PROGRESS = 2_000;

/** How far an open run is. */
export function progressQuery(id: string) {
  return queryOptions({
    // Of its own: whoever waits for the news of a run does not wait for this.
    queryKey: ["progress", id],
    queryFn: ({ signal }) =>
      answered(client.GET("/api/v1/runs/{run_id}/progress", { params: { path: { run_id: id } }, signal })),
    refetchInterval: PROGRESS,
  });
}

/** Filled by the events, never fetched. */
export function liveQuery(id: string) {
  return queryOptions({
    queryKey: runKeys.live(id),
    queryFn: (): Live => NOTHING_YET,
    initialData: NOTHING_YET,
    enabled: false,
    staleTime: Number.POSITIVE_INFINITY,
  });
}

export type RunRequest = { input: Record<string, unknown>; version: number | "draft" | null };

/** The same key with the same request starts one run, however often it is sent. */
export function startRun(workflowId: string, request: RunRequest, idempotencyKey: string): Promise<Run> {
  return answered(
    client.POST("/api/v1/workflows/{workflow_id}/runs", {
      params: { path: { workflow_id: workflowId }, header: { "idempotency-key": idempotencyKey } },
      body: { ...request, dry_run: false },
    }),
  ) as Promise<Run>;
}

export function cancelRun(id: string): Promise<Run> {
  return answered(
    client.POST("/api/v1/runs/{run_id}/cancel", { params: { path: { run_id: id } } }),
  ) as Promise<Run>;
}

export function pauseRun(id: string, paused: boolean): Promise<Run> {
  const params = { path: { run_id: id } };
  return answered(
    paused
      ? client.POST("/api/v1/runs/{run_id}/pause", { params })
      : client.POST("/api/v1/runs/{run_id}/resume", { params }),
  ) as Promise<Run>;
}

export type NodeAnswer = {
  payload?: unknown;
  decision?: "approve" | "reject";
  reason?: string;
  form?: unknown;
};

/** An event, or a decision, for a node that waits. */
export function resumeNode(id: string, key: string, answer: NodeAnswer): Promise<Run> {
  return answered(
    client.POST("/api/v1/runs/{run_id}/nodes/{key}/resume", {
      params: { path: { run_id: id, key } },
      body: { reason: "", ...answer },
    }),
  ) as Promise<Run>;
}

export function interveneNode(id: string, key: string, action: "skip" | "retry" | "fail"): Promise<Run> {
  return answered(
    client.POST("/api/v1/runs/{run_id}/nodes/{key}/{action}", {
      params: { path: { run_id: id, key, action } },
    }),
  ) as Promise<Run>;
}
