import { useQuery } from "@tanstack/react-query";
import { useEffect, useMemo } from "react";
import { nodesQuery } from "@/api/runs";
import type { Run } from "@/api/types";
import { useRunEvents } from "@/api/use-run-events";
import { byNode, keysToFetch, liveRows, liveStatus } from "@/graph/live-run";

const NONE: never[] = [];

/** A run as it is at this moment: what was fetched, and the events since. */
export function useRunPicture(run: Run, chosen: string | null) {
  const { live, stream } = useRunEvents(run.id);
  const { data: fetched = NONE, error, refetch } = useQuery(nodesQuery(run.id));
  const rows = useMemo(() => liveRows(fetched, live), [fetched, live]);
  const groups = useMemo(() => byNode(rows), [rows]);
  const awaited = useMemo(() => keysToFetch(fetched, live), [fetched, live]);

  // Events carry no outputs. They are fetched when somebody looks at a node that has ended, and at the end.
  const wanted = live.ended ? awaited.length > 0 : chosen !== null && awaited.includes(chosen);
  useEffect(() => {
    if (wanted) void refetch();
  }, [wanted, refetch]);

  // The record says when the run ended a moment after the events do.
  const endedAt = run.ended_at ?? (live.ended ? (live.events.at(-1)?.at ?? null) : null);
  return { live, stream, endedAt, rows, groups, awaited, error, status: liveStatus(run.status, live) };
}
