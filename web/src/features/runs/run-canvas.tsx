import { useQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import type { Run } from "@/api/types";
import { versionQuery, workflowQuery } from "@/api/workflows";
import { readGraph } from "@/graph/definition";
import type { NodeRow } from "@/graph/live-run";
import { statusTogether } from "@/graph/status";
import { LazyCanvas } from "@/ui/canvas/lazy-canvas";
import { ProblemNote } from "@/ui/problem-note";
import { Waiting } from "@/ui/waiting";

type Props = {
  run: Run;
  groups: Map<string, NodeRow[]>;
  chosen: string | null;
  onChoose: (key: string | null) => void;
};

/** The graph of the version that runs, with the status of each node as it changes. */
export function RunCanvas({ run, groups, chosen, onChoose }: Props) {
  const { definition, error } = useRunDefinition(run);
  const graph = useMemo(() => (definition ? readGraph(definition) : null), [definition]);
  const statuses = useMemo(
    () =>
      new Map(
        [...groups].map(([id, rows]) => [
          id,
          { status: statusTogether(rows.map((row) => row.status)), count: rows.length },
        ]),
      ),
    [groups],
  );
  if (error) {
    return (
      <div className="p-4">
        <ProblemNote error={error} />
      </div>
    );
  }
  if (!graph) return <Waiting what="the canvas" rows={3} />;
  return (
    <LazyCanvas
      graph={graph}
      statuses={statuses}
      chosen={chosen}
      onChoose={(id) => onChoose(id === null ? null : (groups.get(id)?.[0]?.key ?? id))}
    />
  );
}

/** A run of a version shows that version; a run of the draft shows the draft as it is now. */
function useRunDefinition(run: Run) {
  const version = run.version ?? null;
  const published = useQuery({ ...versionQuery(run.workflow_id, version ?? 0), enabled: version !== null });
  const draft = useQuery({ ...workflowQuery(run.workflow_id), enabled: version === null });
  const { data, error } = version === null ? draft : published;
  return { definition: data?.definition, error };
}
