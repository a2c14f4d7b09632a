import { keepPreviousData, useInfiniteQuery } from "@tanstack/react-query";
import { ListFilter } from "lucide-react";
import { useDeferredValue, useState } from "react";
import { useSearchParams } from "react-router";
import type { RunQuery } from "@/api/bulk";
import { runsQuery } from "@/api/runs";
import { type FilterName, filterOf, queryOf, type RunFilter } from "@/graph/run-query";
import { isRunStatus, RUN_STATUSES, STATUS_WORDS } from "@/graph/status";
import { BulkDialog } from "@/ui/bulk-dialog";
import { Button } from "@/ui/button";
import { ButtonLink } from "@/ui/button-link";
import { Empty } from "@/ui/empty";
import { ProblemNote } from "@/ui/problem-note";
import { RunTable } from "@/ui/run-table";
import { SearchField } from "@/ui/search-field";
import { Waiting } from "@/ui/waiting";
import { FilterBar } from "./filter-bar";
import { OpenBundle } from "./open-bundle";
import { SavedFilters } from "./saved-filters";

/** All runs of the workspace, newest first; the address says what they are narrowed by. */
export function RunsPage() {
  const [params, setParams] = useSearchParams();
  const filter = filterOf(params);
  const written = params.get("text") ?? "";
  const asked = useDeferredValue(JSON.stringify(filter));
  const runs = useInfiniteQuery({
    ...runsQuery(JSON.parse(asked) as RunFilter),
    placeholderData: keepPreviousData,
  });
  const all = runs.data?.pages.flatMap((page) => page.items) ?? [];
  const filtered = Object.keys(filter).length > 0;
  const rare = Object.keys(filter).some((name) => name !== "status" && name !== "text");
  const [wide, setWide] = useState(false);
  const [bulk, setBulk] = useState<"cancel" | "rerun" | null>(null);

  const change = (name: FilterName, value: string) =>
    setParams(
      (before) => {
        const next = new URLSearchParams(before);
        if (value) next.set(name, value);
        else next.delete(name);
        return next;
      },
      { replace: true },
    );

  return (
    <main className="flex min-h-0 flex-1 flex-col">
      <header className="flex min-h-12 shrink-0 flex-wrap items-center gap-x-3 gap-y-1 border-line border-b px-4 py-1">
        <h1 className="flex-1 font-semibold text-lg">Runs</h1>
        <SavedFilters filter={filter} onApply={(chosen) => setParams(chosen, { replace: true })} />
        <SearchField label="Search runs" value={written} onChange={(text) => change("text", text)} />
        <StatusFilter value={filter.status ?? ""} onChange={(status) => change("status", status)} />
        <Button aria-expanded={wide || rare} aria-pressed={wide || rare} onClick={() => setWide(!wide)}>
          <ListFilter aria-hidden className="size-3.5" />
          Filters
        </Button>
        <OpenBundle />
      </header>
      {wide || rare ? <FilterBar filter={filter} onChange={change} /> : null}
      {filtered && all.length > 0 ? (
        <div className="flex h-10 shrink-0 items-center gap-2 border-line border-b px-4">
          <span className="flex-1 text-muted">What the filter finds, also further down</span>
          <Button look="quiet" onClick={() => setParams({}, { replace: true })}>
            Show all runs
          </Button>
          <Button onClick={() => setBulk("rerun")}>Run all again…</Button>
          <Button look="danger" onClick={() => setBulk("cancel")}>
            Cancel all…
          </Button>
        </div>
      ) : null}
      <div className="min-h-0 flex-1 overflow-auto">
        {runs.isPending ? <Waiting what="the runs" rows={6} /> : null}
        {runs.error ? (
          <div className="p-4">
            <ProblemNote error={runs.error}>
              <Button onClick={() => runs.refetch()}>Try again</Button>
            </ProblemNote>
          </div>
        ) : null}
        {runs.data && all.length === 0 ? <NoRuns filtered={filtered} onAll={() => setParams({})} /> : null}
        {all.length > 0 ? <RunTable runs={all} ofAll /> : null}
        {runs.hasNextPage ? (
          <div className="p-4">
            <Button disabled={runs.isFetchingNextPage} onClick={() => runs.fetchNextPage()}>
              {runs.isFetchingNextPage ? "Loading…" : "Show more"}
            </Button>
          </div>
        ) : null}
      </div>
      {bulk ? (
        <BulkDialog
          title={bulk === "cancel" ? "Cancel these runs" : "Run these again"}
          action={bulk}
          filter={queryOf(filter) as RunQuery}
          onClose={() => setBulk(null)}
        />
      ) : null}
    </main>
  );
}

function StatusFilter({ value, onChange }: { value: string; onChange: (status: string) => void }) {
  return (
    <label className="inline-flex items-center gap-2 text-muted">
      Status
      <select
        value={value}
        onChange={(event) => onChange(event.target.value)}
        className="h-7 rounded-md border border-line-strong bg-page px-2 text-ink text-sm"
      >
        <option value="">All</option>
        {RUN_STATUSES.map((one) => (
          <option key={one} value={one}>
            {STATUS_WORDS[one]}
          </option>
        ))}
        {value && !isRunStatus(value) ? <option value={value}>{value.replaceAll(",", ", ")}</option> : null}
      </select>
    </label>
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
