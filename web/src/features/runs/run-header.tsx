import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { ArrowLeftRight, ExternalLink, RotateCcw } from "lucide-react";
import { useState } from "react";
import { Link } from "react-router";
import { cancelRun, pauseRun, runKeys } from "@/api/runs";
import { systemQuery, temporalPage } from "@/api/system";
import type { Run } from "@/api/types";
import type { StreamState } from "@/api/use-run-events";
import { shortId } from "@/graph/run-id";
import { cameInBundle } from "@/graph/run-origin";
import { type RunStatus, runHasEnded } from "@/graph/status";
import { Button } from "@/ui/button";
import { CopyButton } from "@/ui/copy-button";
import { Duration, Moment } from "@/ui/moment";
import { ProblemNote } from "@/ui/problem-note";
import { triggerText, versionText } from "@/ui/run-table";
import { StatusMark } from "@/ui/status-mark";
import { ExportMenu } from "./export-menu";
import { RerunDialog } from "./rerun-dialog";
import { RunNotice } from "./run-notice";
import { RunProgress } from "./run-progress";

type Props = {
  run: Run;
  status: RunStatus;
  endedAt: string | null;
  stream: StreamState;
  onValues: () => void;
};

/** What the run is, how it stands, and what can be done with it. */
export function RunHeader({ run, status, endedAt, stream, onValues }: Props) {
  const queries = useQueryClient();
  const cancel = useMutation({
    mutationFn: () => cancelRun(run.id),
    onSuccess: () => queries.invalidateQueries({ queryKey: runKeys.one(run.id), exact: true }),
  });
  const paused = run.attention === "paused";
  const pause = useMutation({
    mutationFn: () => pauseRun(run.id, !paused),
    onSuccess: () => queries.invalidateQueries({ queryKey: runKeys.one(run.id), exact: true }),
  });
  const ended = runHasEnded(status);
  const [repeating, setRepeating] = useState(false);
  return (
    <header className="px-4 pt-2 pb-1">
      <div className="flex h-8 items-center gap-3">
        <h1 className="min-w-0 flex-1 truncate font-semibold text-lg" dir="auto">
          {run.workflow_name}
        </h1>
        {ended ? null : stream === "reconnecting" ? (
          <span className="text-amber">Live view is reconnecting…</span>
        ) : null}
        <Button onClick={onValues}>
          <ArrowLeftRight aria-hidden className="size-3.5" />
          Input and output
        </Button>
        <ExportMenu runId={run.id} ended={ended} />
        {cameInBundle(run.trigger) ? null : ended ? (
          <Button onClick={() => setRepeating(true)}>
            <RotateCcw aria-hidden className="size-3.5" />
            Run again
          </Button>
        ) : (
          <Button disabled={pause.isPending} onClick={() => pause.mutate()}>
            {paused ? "Resume" : "Pause"}
          </Button>
        )}
        {ended ? null : (
          <Button
            look="danger"
            disabled={cancel.isPending || cancel.isSuccess}
            onClick={() => cancel.mutate()}
          >
            {cancel.isPending || cancel.isSuccess ? "Cancelling…" : "Cancel"}
          </Button>
        )}
      </div>
      <dl className="flex min-h-7 flex-wrap items-center gap-x-5 gap-y-1">
        <dt className="sr-only">Status</dt>
        <dd className="font-medium" aria-live="polite" data-run-status={status}>
          <StatusMark status={status} attention={ended ? null : run.attention} />
        </dd>
        <Fact name="Duration">
          <Duration from={run.started_at ?? run.created_at} to={ended ? endedAt : null} ended={ended} />
        </Fact>
        {ended || status === "queued" ? null : (
          <Fact name="Progress">
            <RunProgress runId={run.id} />
          </Fact>
        )}
        <Fact name="Started">
          <Moment at={run.started_at ?? run.created_at} />
        </Fact>
        <Fact name="Trigger">{triggerText(run.trigger)}</Fact>
        <Fact name="Version">
          <Link to={`/workflows/${run.workflow_id}`} className="text-accent-text hover:underline">
            {versionText(run.version)}
          </Link>
        </Fact>
        <Fact name="Run">
          <span className="font-mono text-xs" title={run.id}>
            {shortId(run.id)}
          </span>
          <CopyButton label="Copy the run's id" text={() => run.id} className="ml-0.5 size-5" />
        </Fact>
        {run.parent_run_id ? (
          <Fact name="Repeats">
            <Link to={`/runs/${run.parent_run_id}`} className="text-accent-text hover:underline">
              <span className="font-mono text-xs">{shortId(run.parent_run_id)}</span>
              {run.rerun ? ` from ${run.rerun.from}` : ""}
            </Link>
          </Fact>
        ) : null}
        <TemporalLink runId={run.id} />
      </dl>
      {ended ? null : <RunNotice run={run} />}
      {repeating ? <RerunDialog run={{ ...run, status }} onClose={() => setRepeating(false)} /> : null}
      {cancel.error ? <ProblemNote error={cancel.error} /> : null}
      {pause.error ? <ProblemNote error={pause.error} /> : null}
    </header>
  );
}

/** Temporal's own view of the run, where the installation has one. */
function TemporalLink({ runId }: { runId: string }) {
  const { data } = useQuery(systemQuery);
  const page = data ? temporalPage(data.temporal.ui, data.temporal.namespace, runId) : null;
  if (!page) return null;
  return (
    <Fact name="Temporal">
      <a
        href={page}
        target="_blank"
        rel="noreferrer"
        className="inline-flex items-center gap-1 text-accent-text hover:underline"
      >
        Open in Temporal
        <ExternalLink aria-hidden className="size-3" />
      </a>
    </Fact>
  );
}

function Fact({ name, children }: { name: string; children: React.ReactNode }) {
  return (
    <div className="flex items-center gap-1.5">
      <dt className="text-muted">{name}</dt>
      <dd className="flex items-center">{children}</dd>
    </div>
  );
}
