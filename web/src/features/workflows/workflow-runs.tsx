import { useInfiniteQuery } from "@tanstack/react-query";
import { runsQuery } from "@/api/runs";
import { Button } from "@/ui/button";
import { Empty } from "@/ui/empty";
import { ProblemNote } from "@/ui/problem-note";
import { RunTable } from "@/ui/run-table";
import { Waiting } from "@/ui/waiting";

/** The runs of one workflow. */
export function WorkflowRuns({ workflowId, onRun }: { workflowId: string; onRun: () => void }) {
  const runs = useInfiniteQuery(runsQuery({ workflow: workflowId }));
  const all = runs.data?.pages.flatMap((page) => page.items) ?? [];
  return (
    <div className="min-h-0 flex-1 overflow-auto">
      {runs.isPending ? <Waiting what="the runs" /> : null}
      {runs.error ? (
        <div className="p-4">
          <ProblemNote error={runs.error} />
        </div>
      ) : null}
      {runs.data && all.length === 0 ? (
        <Empty title="Never run" action={<Button onClick={onRun}>Run now</Button>}>
          <p>Each run of this workflow is listed here with its status, and kept.</p>
        </Empty>
      ) : null}
      {all.length > 0 ? <RunTable runs={all} /> : null}
      {runs.hasNextPage ? (
        <div className="p-4">
          <Button disabled={runs.isFetchingNextPage} onClick={() => runs.fetchNextPage()}>
            Show more
          </Button>
        </div>
      ) : null}
    </div>
  );
}
