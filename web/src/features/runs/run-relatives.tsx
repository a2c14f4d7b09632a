import { useQuery } from "@tanstack/react-query";
import { Link } from "react-router";
import { type RerunNode, treeQuery } from "@/api/reruns";
import type { Run } from "@/api/types";
import { shortId } from "@/graph/run-id";
import { isRunStatus } from "@/graph/status";
import { Moment } from "@/ui/moment";
import { ProblemNote } from "@/ui/problem-note";
import { StatusMark } from "@/ui/status-mark";
import { Waiting } from "@/ui/waiting";

/** Which run this one repeats, and which repeat it. */
export function RunRelatives({ run }: { run: Run }) {
  const { data, error } = useQuery(treeQuery(run.id));
  if (error) return <ProblemNote error={error} />;
  if (!data) return <Waiting what="the reruns" />;
  if (data.root.reruns.length === 0)
    return <p className="p-3 text-muted">This run has not been run again.</p>;
  return (
    <section className="p-3">
      <Relative node={data.root} current={run.id} />
      {data.truncated ? <p className="text-muted">There are more.</p> : null}
    </section>
  );
}

function Relative({ node, current }: { node: RerunNode; current: string }) {
  const parted = node.first_difference;
  return (
    <div>
      <div className="flex flex-wrap items-center gap-x-2 py-0.5">
        {isRunStatus(node.status) ? <StatusMark status={node.status} /> : null}
        {node.id === current ? (
          <span className="font-medium font-mono text-xs">{shortId(node.id)}, this run</span>
        ) : (
          <Link to={`/runs/${node.id}`} className="font-mono text-accent-text text-xs hover:underline">
            {shortId(node.id)}
          </Link>
        )}
        <span className="text-muted">{node.origin ? `from ${node.origin}` : "the first"}</span>
        <Moment at={node.created_at} />
      </div>
      {parted ? (
        <p className="text-muted text-xs">
          differs first at <span className="font-mono">{parted.key}</span>: {parted.field}
          {parted.pointer ? ` ${parted.pointer}` : ""}
        </p>
      ) : null}
      {node.reruns.length > 0 ? (
        <div className="border-line border-l pl-3">
          {node.reruns.map((one) => (
            <Relative key={one.id} node={one} current={current} />
          ))}
        </div>
      ) : null}
    </div>
  );
}
