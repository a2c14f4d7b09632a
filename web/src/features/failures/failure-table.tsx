import { useMutation, useQueryClient } from "@tanstack/react-query";
import { RotateCcw } from "lucide-react";
import { Link } from "react-router";
import { type Decision, decideFailure, type Failure, failureKeys } from "@/api/failures";
import { Button } from "@/ui/button";
import { moveAmongRows } from "@/ui/keyboard";
import { Moment } from "@/ui/moment";
import { ProblemNote } from "@/ui/problem-note";
import { Sparkline } from "@/ui/sparkline";

type Props = { failures: Failure[]; onRepeat: (failure: Failure) => void };

/** One row for each kind of failure, the one that was seen last first. */
export function FailureTable({ failures, onRepeat }: Props) {
  return (
    <table className="w-full table-fixed border-collapse">
      <thead className="sticky top-0 z-10 bg-page text-left text-muted text-xs">
        <tr className="h-8 [&>th]:border-line [&>th]:border-b [&>th]:px-2 [&>th]:font-medium">
          <th className="pl-4!">Failure</th>
          <th className="w-16 text-right">Runs</th>
          <th className="w-24">14 days</th>
          <th className="w-28">Last seen</th>
          <th className="hidden w-28 lg:table-cell">First seen</th>
          <th className="w-72 pr-4!">
            <span className="sr-only">What to do</span>
          </th>
        </tr>
      </thead>
      <tbody onKeyDown={moveAmongRows}>
        {failures.map((failure) => (
          <FailureRow key={failure.fingerprint} failure={failure} onRepeat={onRepeat} />
        ))}
      </tbody>
    </table>
  );
}

function FailureRow({ failure, onRepeat }: { failure: Failure; onRepeat: Props["onRepeat"] }) {
  const { fingerprint, error, workflow_name, run_id, count, days, state } = failure;
  const recent = days.reduce((sum, one) => sum + one, 0);
  return (
    <tr className="border-line border-b align-top focus-within:bg-selected hover:bg-hover [&>td]:px-2 [&>td]:py-2">
      <td className="pl-4!">
        <Link
          to={`/runs/${run_id}`}
          data-row
          className="block hover:underline"
          title="Open the last run that failed so"
        >
          <span className="font-medium text-red">{error?.name ?? "Failed"}</span>
          {error?.node_id ? <span className="ml-2 font-mono text-xs">{error.node_id}</span> : null}
          {state === "came_back" ? (
            <span className="ml-2 rounded bg-amber-wash px-1 text-amber text-xs">came back</span>
          ) : null}
          <span className="line-clamp-2 [overflow-wrap:anywhere]" dir="auto">
            {error?.message ?? "There is no message."}
          </span>
        </Link>
        <span className="block truncate text-muted text-xs" dir="auto">
          {workflow_name}
        </span>
      </td>
      <td className="text-right tabular-nums">
        <Link
          to={`/runs?fingerprint=${encodeURIComponent(fingerprint)}`}
          className="text-accent-text hover:underline"
        >
          {count}
        </Link>
      </td>
      <td>
        <Sparkline values={days} label={`${recent} in the last 14 days`} />
      </td>
      <td className="text-muted">
        <Moment at={failure.last_seen} />
      </td>
      <td className="hidden text-muted lg:table-cell">
        <Moment at={failure.first_seen} />
      </td>
      <td className="pr-4!">
        <Actions failure={failure} onRepeat={onRepeat} />
      </td>
    </tr>
  );
}

const DECISIONS: Record<Failure["state"], [Decision, string][]> = {
  open: [
    ["resolve", "Resolve"],
    ["ignore", "Ignore"],
  ],
  came_back: [
    ["resolve", "Resolve"],
    ["ignore", "Ignore"],
  ],
  resolved: [["reopen", "Open again"]],
  ignored: [["reopen", "Open again"]],
};

function Actions({ failure, onRepeat }: { failure: Failure; onRepeat: Props["onRepeat"] }) {
  const queries = useQueryClient();
  const decide = useMutation({
    mutationFn: (decision: Decision) => decideFailure(failure.fingerprint, decision),
    onSuccess: () => queries.invalidateQueries({ queryKey: failureKeys.all }),
  });
  return (
    <>
      <div className="flex justify-end gap-1.5">
        <Button onClick={() => onRepeat(failure)}>
          <RotateCcw aria-hidden className="size-3.5" />
          Run again…
        </Button>
        {DECISIONS[failure.state].map(([decision, name]) => (
          <Button
            key={decision}
            look="quiet"
            disabled={decide.isPending}
            onClick={() => decide.mutate(decision)}
          >
            {name}
          </Button>
        ))}
      </div>
      {failure.by && failure.state !== "open" ? (
        <p className="mt-1 text-right text-muted text-xs">by {failure.by}</p>
      ) : null}
      {decide.error ? <ProblemNote error={decide.error} /> : null}
    </>
  );
}
