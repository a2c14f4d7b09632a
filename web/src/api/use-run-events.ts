import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { type Live, NOTHING_YET, type RunEvent, withEvents } from "@/graph/live-run";
import { followRun } from "./run-events";
import { liveQuery, runKeys } from "./runs";

export type StreamState = "live" | "reconnecting" | "refused" | "opening";

/** Follows a run while the page shows it; the events are kept in the query cache. */
export function useRunEvents(runId: string): { live: Live; stream: StreamState } {
  const queries = useQueryClient();
  const [stream, setStream] = useState<StreamState>("opening");
  const { data: live } = useQuery(liveQuery(runId));

  useEffect(() => {
    const known = queries.getQueryData<Live>(runKeys.live(runId)) ?? NOTHING_YET;
    if (known.ended) return setStream("live");
    const stop = new AbortController();
    const onEvents = (events: RunEvent[]) => {
      const next = withEvents(queries.getQueryData<Live>(runKeys.live(runId)) ?? NOTHING_YET, events);
      queries.setQueryData(runKeys.live(runId), next);
      // The record is complete only now: outputs, errors and the last statuses.
      if (next.ended) void queries.invalidateQueries({ queryKey: runKeys.one(runId), predicate: isFetched });
    };
    void followRun({
      runId,
      after: known.events.at(-1)?.seq ?? 0,
      signal: stop.signal,
      onEvents,
      onState: (state) => !stop.signal.aborted && setStream(state),
    });
    return () => stop.abort();
  }, [runId, queries]);

  return { live, stream };
}

function isFetched({ queryKey }: { queryKey: readonly unknown[] }): boolean {
  return queryKey.at(-1) !== "live";
}
