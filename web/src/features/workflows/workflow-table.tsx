import { Link } from "react-router";
import type { Run, WorkflowItem } from "@/api/types";
import { moveAmongRows } from "@/ui/keyboard";
import { Moment } from "@/ui/moment";
import { StatusMark } from "@/ui/status-mark";

type Props = { workflows: WorkflowItem[]; lastRuns: Record<string, Run> };

export function WorkflowTable({ workflows, lastRuns }: Props) {
  return (
    <table className="w-full table-fixed border-collapse">
      <thead className="sticky top-0 z-10 bg-page text-left text-muted text-xs">
        <tr className="h-8 [&>th]:border-line [&>th]:border-b [&>th]:px-2 [&>th]:font-medium">
          <th className="pl-4!">Name</th>
          <th className="w-40">State</th>
          <th className="w-64">Last run</th>
          <th className="w-32 pr-4!">Changed</th>
        </tr>
      </thead>
      <tbody onKeyDown={moveAmongRows}>
        {workflows.map((workflow) => (
          <WorkflowRow key={workflow.id} workflow={workflow} last={lastRuns[workflow.id]} />
        ))}
      </tbody>
    </table>
  );
}

function WorkflowRow({ workflow, last }: { workflow: WorkflowItem; last: Run | undefined }) {
  return (
    <tr className="relative h-8 border-line border-b focus-within:bg-selected hover:bg-hover [&>td]:truncate [&>td]:px-2">
      <td className="pl-4!">
        {/* The link covers its row, so that the whole row can be clicked. */}
        <Link
          to={`/workflows/${workflow.id}`}
          data-row
          dir="auto"
          className="font-medium after:absolute after:inset-0"
        >
          {workflow.name || "Without a name"}
        </Link>
      </td>
      <td className="text-muted">{stateText(workflow.published_version)}</td>
      <td>
        {last ? (
          <span className="inline-flex items-center gap-2">
            <StatusMark status={last.status} attention={last.attention} />
            <span className="text-muted">
              <Moment at={last.ended_at ?? last.started_at ?? last.created_at} />
            </span>
          </span>
        ) : (
          <span className="text-muted">never run</span>
        )}
      </td>
      <td className="pr-4! text-muted">
        <Moment at={workflow.changed_at} />
      </td>
    </tr>
  );
}

export function stateText(published: number | null | undefined): string {
  return published === null || published === undefined ? "Draft" : `Published v${published}`;
}
