import { useQuery } from "@tanstack/react-query";
import { useParams } from "react-router";
import { runQuery } from "@/api/runs";
import { Button } from "@/ui/button";
import { ProblemNote } from "@/ui/problem-note";
import { Waiting } from "@/ui/waiting";
import { RunView } from "./run-view";

export function RunPage() {
  const { runId = "" } = useParams();
  const { data: run, error, isPending, refetch } = useQuery(runQuery(runId));
  if (run) return <RunView key={run.id} run={run} />;
  return (
    <main className="flex-1">
      {isPending ? <Waiting what="the run" /> : null}
      {error ? (
        <div className="p-4">
          <ProblemNote error={error}>
            <Button onClick={() => refetch()}>Try again</Button>
          </ProblemNote>
        </div>
      ) : null}
    </main>
  );
}
