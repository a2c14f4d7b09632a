import { useInfiniteQuery } from "@tanstack/react-query";
import { Bell } from "lucide-react";
import { useState } from "react";
import { useSearchParams } from "react-router";
import { type Failure, type FailureState, failuresQuery } from "@/api/failures";
import { BulkDialog } from "@/ui/bulk-dialog";
import { Button } from "@/ui/button";
import { ButtonLink } from "@/ui/button-link";
import { Empty } from "@/ui/empty";
import { ProblemNote } from "@/ui/problem-note";
import { Waiting } from "@/ui/waiting";
import { FailureTable } from "./failure-table";
import { NotificationsDialog } from "./notifications-dialog";

const SHOWN: Record<string, { name: string; states: FailureState[] }> = {
  open: { name: "To look at", states: ["open", "came_back"] },
  resolved: { name: "Resolved", states: ["resolved"] },
  ignored: { name: "Ignored", states: ["ignored"] },
};

/** What failed, the same failures together, and what can be done about it. */
export function FailuresPage() {
  const [params, setParams] = useSearchParams();
  const shown = params.get("state") ?? "open";
  const failures = useInfiniteQuery(failuresQuery((SHOWN[shown] ?? SHOWN.open)?.states ?? ["open"]));
  const [repeating, setRepeating] = useState<Failure | null>(null);
  const [telling, setTelling] = useState(false);
  const all = failures.data?.pages.flatMap((page) => page.items) ?? [];

  return (
    <main className="flex min-h-0 flex-1 flex-col">
      <header className="flex h-12 shrink-0 items-center gap-3 border-line border-b px-4">
        <h1 className="flex-1 font-semibold text-lg">Failures</h1>
        <Button onClick={() => setTelling(true)}>
          <Bell aria-hidden className="size-3.5" />
          Notifications
        </Button>
        <label className="inline-flex items-center gap-2 text-muted">
          Show
          <select
            value={shown}
            onChange={(event) =>
              setParams(event.target.value === "open" ? {} : { state: event.target.value }, { replace: true })
            }
            className="h-7 rounded-md border border-line-strong bg-page px-2 text-ink text-sm"
          >
            {Object.entries(SHOWN).map(([id, { name }]) => (
              <option key={id} value={id}>
                {name}
              </option>
            ))}
          </select>
        </label>
      </header>
      <div className="min-h-0 flex-1 overflow-auto">
        {failures.isPending ? <Waiting what="the failures" rows={6} /> : null}
        {failures.error ? (
          <div className="p-4">
            <ProblemNote error={failures.error}>
              <Button onClick={() => failures.refetch()}>Try again</Button>
            </ProblemNote>
          </div>
        ) : null}
        {failures.data && all.length === 0 ? <NoFailures shown={shown} /> : null}
        {all.length > 0 ? <FailureTable failures={all} onRepeat={setRepeating} /> : null}
        {failures.hasNextPage ? (
          <div className="p-4">
            <Button disabled={failures.isFetchingNextPage} onClick={() => failures.fetchNextPage()}>
              {failures.isFetchingNextPage ? "Loading…" : "Show more"}
            </Button>
          </div>
        ) : null}
      </div>
      {telling ? <NotificationsDialog onClose={() => setTelling(false)} /> : null}
      {repeating ? (
        <BulkDialog
          title={`Run again what failed in ${repeating.workflow_name}`}
          action="rerun"
          filter={{ fingerprint: repeating.fingerprint }}
          onClose={() => setRepeating(null)}
        />
      ) : null}
    </main>
  );
}

function NoFailures({ shown }: { shown: string }) {
  if (shown === "resolved") return <Empty title="Nothing has been resolved" />;
  if (shown === "ignored") return <Empty title="Nothing is ignored" />;
  return (
    <Empty title="Nothing to look at" action={<ButtonLink to="/runs">Open the runs</ButtonLink>}>
      <p>
        Runs that fail or time out are gathered here, the same failures together. One that is resolved comes
        back when a run fails so again. Notifications tell you of them by a workflow of your own.
      </p>
    </Empty>
  );
}
