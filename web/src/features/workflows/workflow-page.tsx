import { useQuery } from "@tanstack/react-query";
import { useParams } from "react-router";
import { workflowQuery } from "@/api/workflows";
import { EXAMPLE_DEFINITION } from "@/graph/example";
import { Button } from "@/ui/button";
import { ProblemNote } from "@/ui/problem-note";
import { Waiting } from "@/ui/waiting";
import { WorkflowEditor } from "./workflow-editor";

export function WorkflowPage() {
  const { workflowId = "" } = useParams();
  const { data: workflow, error, isPending, refetch } = useQuery(workflowQuery(workflowId));
  if (workflow) return <WorkflowEditor key={workflow.id} workflow={workflow} start={workflow.definition} />;
  return (
    <main className="flex-1">
      {isPending ? <Waiting what="the workflow" /> : null}
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

export function NewWorkflowPage() {
  return <WorkflowEditor workflow={null} start={EXAMPLE_DEFINITION} />;
}
