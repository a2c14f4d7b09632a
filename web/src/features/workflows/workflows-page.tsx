import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { useSearchParams } from "react-router";
import { lastRunsQuery } from "@/api/runs";
import { workflowsQuery } from "@/api/workflows";
import { Button } from "@/ui/button";
import { ButtonLink } from "@/ui/button-link";
import { Empty } from "@/ui/empty";
import { ProblemNote } from "@/ui/problem-note";
import { SearchField } from "@/ui/search-field";
import { Waiting } from "@/ui/waiting";
import { WorkflowTable } from "./workflow-table";

/** All workflows of the workspace. */
export function WorkflowsPage() {
  const [params, setParams] = useSearchParams();
  const text = params.get("search") ?? "";
  const workflows = useInfiniteQuery(workflowsQuery(text.trim()));
  const lastRuns = useQuery(lastRunsQuery);
  const all = workflows.data?.pages.flatMap((page) => page.items) ?? [];

  return (
    <main className="flex min-h-0 flex-1 flex-col">
      <header className="flex h-12 shrink-0 items-center gap-3 border-line border-b px-4">
        <h1 className="flex-1 font-semibold text-lg">Workflows</h1>
        {all.length > 0 || text ? (
          <SearchField
            label="Search workflows"
            value={text}
            onChange={(value) => setParams(value ? { search: value } : {}, { replace: true })}
          />
        ) : null}
        <ButtonLink look="primary" to="/workflows/new">
          New workflow
        </ButtonLink>
      </header>
      <div className="min-h-0 flex-1 overflow-auto">
        {workflows.isPending ? <Waiting what="your workflows" rows={6} /> : null}
        {workflows.error ? (
          <div className="p-4">
            <ProblemNote error={workflows.error}>
              <Button onClick={() => workflows.refetch()}>Try again</Button>
            </ProblemNote>
          </div>
        ) : null}
        {workflows.data && all.length === 0 && !text ? <FirstWorkflow /> : null}
        {workflows.data && all.length === 0 && text ? (
          <Empty
            title="Nothing found"
            action={<Button onClick={() => setParams({})}>Show all workflows</Button>}
          >
            <p>No workflow's name contains “{text}”.</p>
          </Empty>
        ) : null}
        {all.length > 0 ? <WorkflowTable workflows={all} lastRuns={lastRuns.data ?? {}} /> : null}
        {workflows.hasNextPage ? (
          <div className="p-4">
            <Button disabled={workflows.isFetchingNextPage} onClick={() => workflows.fetchNextPage()}>
              {workflows.isFetchingNextPage ? "Loading…" : "Show more"}
            </Button>
          </div>
        ) : null}
      </div>
    </main>
  );
}

function FirstWorkflow() {
  return (
    <Empty
      title="No workflow yet"
      action={
        <ButtonLink look="primary" to="/workflows/new">
          Start from the example
        </ButtonLink>
      }
    >
      <p>
        A workflow is a graph of nodes: each calls a service or decides something. Holdfast keeps every run of
        it alive until it is done.
      </p>
      <p>
        The example decides by an order's total. Save it, publish it, run it, then change it into your own.
      </p>
    </Empty>
  );
}
