import { useQuery } from "@tanstack/react-query";
import { progressQuery } from "@/api/runs";
import { roughText } from "@/graph/time";

/** How many of its nodes have ended, and how long it is likely to take; nothing before that is known. */
export function RunProgress({ runId }: { runId: string }) {
  const { data } = useQuery(progressQuery(runId));
  if (!data || data.total === 0) return null;
  const { done, total, left_ms } = data;
  return (
    <span className="inline-flex items-center gap-2">
      <span
        role="progressbar"
        aria-label="Nodes that have ended"
        aria-valuenow={done}
        aria-valuemin={0}
        aria-valuemax={total}
        className="h-1.5 w-24 overflow-hidden rounded bg-hover"
      >
        <span className="block h-full rounded bg-blue" style={{ width: `${(100 * done) / total}%` }} />
      </span>
      <span className="whitespace-nowrap tabular-nums">
        {done} of {total}
        {left_ms ? <span className="text-muted"> · about {roughText(left_ms)} left</span> : null}
      </span>
    </span>
  );
}
