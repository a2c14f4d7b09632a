import { Link } from "react-router";
import type { Run } from "@/api/types";
import { shortId } from "@/graph/run-id";
import { runHasEnded } from "@/graph/status";
import { moveAmongRows } from "./keyboard";
import { Duration, Moment } from "./moment";
import { StatusMark } from "./status-mark";

type Props = { runs: Run[]; ofAll?: boolean };

/** Runs, newest first; of all workflows, or of one. */
export function RunTable({ runs, ofAll = false }: Props) {
  return (
    <table className="w-full table-fixed border-collapse">
      <thead className="sticky top-0 z-10 bg-page text-left text-muted text-xs">
        <tr className="h-8 [&>th]:border-line [&>th]:border-b [&>th]:px-2 [&>th]:font-medium">
          <th className="w-36 pl-4!">Status</th>
          {ofAll ? <th>Workflow</th> : null}
          <th className={ofAll ? "w-32" : undefined}>Run</th>
          <th className="w-20">Version</th>
          <th className="w-24">Trigger</th>
          <th className="w-28">Started</th>
          <th className="w-28 pr-4!">Duration</th>
        </tr>
      </thead>
      <tbody onKeyDown={moveAmongRows}>
        {runs.map((run) => (
          <RunRow key={run.id} run={run} ofAll={ofAll} />
        ))}
      </tbody>
    </table>
  );
}

function RunRow({ run, ofAll }: { run: Run; ofAll: boolean }) {
  return (
    <tr className="relative h-8 border-line border-b focus-within:bg-selected hover:bg-hover [&>td]:truncate [&>td]:px-2">
      <td className="pl-4!">
        <StatusMark status={run.status} attention={run.attention} />
      </td>
      {ofAll ? <td dir="auto">{run.workflow_name}</td> : null}
      <td>
        {/* The link covers its row, so that the whole row can be clicked. */}
        <Link
          to={`/runs/${run.id}`}
          data-row
          title={run.id}
          className="font-mono text-xs after:absolute after:inset-0"
        >
          {shortId(run.id)}
        </Link>
      </td>
      <td>{versionText(run.version)}</td>
      <td className="text-muted">{triggerText(run.trigger)}</td>
      <td className="text-muted">
        <Moment at={run.started_at ?? run.created_at} />
      </td>
      <td className="pr-4!">
        <Duration from={run.started_at} to={run.ended_at} ended={runHasEnded(run.status)} />
      </td>
    </tr>
  );
}

export function versionText(version: number | null | undefined): string {
  return version === null || version === undefined ? "draft" : `v${version}`;
}

export function triggerText(trigger: unknown): string {
  const kind =
    typeof trigger === "object" && trigger !== null ? (trigger as Record<string, unknown>).kind : undefined;
  return typeof kind === "string" && kind ? kind : "–";
}
