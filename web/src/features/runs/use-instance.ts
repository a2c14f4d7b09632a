import { useQuery } from "@tanstack/react-query";
import { instanceQuery } from "@/api/runs";
import type { NodeRow, RunEvent } from "@/graph/live-run";

/** The instance of a row with its attempts, as new as the events of it. */
export function useInstance(runId: string, row: NodeRow, events: RunEvent[]) {
  const news = events.reduce((count, event) => count + (event.key === row.key ? 1 : 0), 0);
  return useQuery(instanceQuery(runId, row.key, news));
}
