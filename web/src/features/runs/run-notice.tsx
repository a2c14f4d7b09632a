import type { Run } from "@/api/types";

const LIMITS = {
  workflow_limit: "the limit of its workflow",
  key_limit: "the limit of its key",
  cap: "the runs that may go on at once",
};

/** Why a run has not begun, or stands still; nothing for one that goes on. */
export function RunNotice({ run }: { run: Run }) {
  if (run.attention_reason) {
    return (
      <p role="status" className="mt-1 rounded bg-amber-wash px-2 py-1 [overflow-wrap:anywhere]">
        <span className="font-medium text-amber">It stands still: </span>
        {run.attention_reason}
      </p>
    );
  }
  if (!run.queued_for) return null;
  const { reason, before } = run.queued_for;
  const others =
    before === 0 ? "It is the next." : before === 1 ? "1 run is before it." : `${before} runs are before it.`;
  return (
    <p role="status" className="mt-1 rounded bg-hover px-2 py-1">
      It waits for its turn, by {LIMITS[reason]}. {others}
    </p>
  );
}
