import { keepPreviousData, useInfiniteQuery } from "@tanstack/react-query";
import { useDeferredValue, useState } from "react";
import { useSearchParams } from "react-router";
import { runsQuery } from "@/api/runs";
import { isRunStatus, RUN_STATUSES, STATUS_WORDS } from "@/graph/status";
import { Button } from "@/ui/button";
import { ButtonLink } from "@/ui/button-link";
import { Empty } from "@/ui/empty";
import { ProblemNote } from "@/ui/problem-note";
import { RunTable } from "@/ui/run-table";
import { SearchField } from "@/ui/search-field";
import { Waiting } from "@/ui/waiting";

/** All runs of the workspace, newest first. */
export function RunsPage() {
  const [params, setParams] = useSearchParams();
  const asked = params.get("status");
  const status = isRunStatus(asked) ? asked : undefined;
  const [written, setWritten] = useState(params.get("text") ?? "");
  const text = useDeferredValue(written.trim()) || undefined;
  const runs = useInfiniteQuery({ ...runsQuery({ status, text }), placeholderData: keepPreviousData });
  const all = runs.data?.pages.flatMap((page) => page.items) ?? [];

  return (
    <main className="flex min-h-0 flex-1 flex-col">
      <header className="flex h-12 shrink-0 items-center gap-3 border-line border-b px-4">
        <h1 className="flex-1 font-semibold text-lg">Runs</h1>
        <SearchField label="Search runs" value={written} onChange={setWritten} />
        <label className="inline-flex items-center gap-2 text-muted">
          Status
          <select
            value={status ?? ""}
            onChange={(event) =>
              setParams(event.target.value ? { status: event.target.value } : {}, { replace: true })
            }
            className="h-7 rounded-md border border-line-strong bg-page px-2 text-ink text-sm"
          >
            <option value="">All</option>
            {RUN_STATUSES.map((one) => (
              <option key={one} value={one}>
                {STATUS_WORDS[one]}
              </option>
            ))}
          </select>
        </label>
      </header>
      <div className="min-h-0 flex-1 overflow-auto">
        {runs.isPending ? <Waiting what="the runs" rows={6} /> : null}
        {runs.error ? (
          <div className="p-4">
            <ProblemNote error={runs.error}>
              <Button onClick={() => runs.refetch()}>Try again</Button>
            </ProblemNote>
          </div>
        ) : null}
        {runs.data && all.length === 0 ? (
          <NoRuns
            filtered={status !== undefined || text !== undefined}
            onAll={() => {
              setParams({});
              setWritten("");
            }}
          />
        ) : null}
        {all.length > 0 ? <RunTable runs={all} ofAll /> : null}
        {runs.hasNextPage ? (
          <div className="p-4">
            <Button disabled={runs.isFetchingNextPage} onClick={() => runs.fetchNextPage()}>
              {runs.isFetchingNextPage ? "Loading…" : "Show more"}
            </Button>
          </div>
        ) : null}
      </div>
    </main>
  );
}

function NoRuns({ filtered, onAll }: { filtered: boolean; onAll: () => void }) {
  if (filtered)
    return <Empty title="No run is like this" action={<Button onClick={onAll}>Show all runs</Button>} />;
  return (
    <Empty title="Nothing has run yet" action={<ButtonLink to="/workflows">Open the workflows</ButtonLink>}>
      <p>
        Open a workflow and press Run. Its progress appears here at once, and stays here when it has ended.
      </p>
    </Empty>
  );
}
