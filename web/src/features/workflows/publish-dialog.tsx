import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useEffect } from "react";
import { asProblem } from "@/api/problem";
import type { Workflow } from "@/api/types";
import { publishWorkflow, workflowKeys } from "@/api/workflows";
import { Button } from "@/ui/button";
import { FindingList } from "@/ui/finding-list";
import { Modal } from "@/ui/modal";
import { ProblemNote } from "@/ui/problem-note";

type Props = { workflow: Workflow; onClose: () => void; onFindings: () => void };

/** Publishes at once; asks first when there are warnings, and explains when the server says no. */
export function PublishDialog({ workflow, onClose, onFindings }: Props) {
  const queries = useQueryClient();
  const warned = workflow.findings.length > 0;
  const { mutate, error, isPending, reset } = useMutation({
    mutationFn: () => publishWorkflow(workflow.id),
    onSuccess: async () => {
      await queries.invalidateQueries({ queryKey: workflowKeys.all });
      onClose();
    },
  });
  useEffect(() => {
    if (!warned) mutate();
  }, [warned, mutate]);

  if (!warned && !error) return null;
  const problem = error ? asProblem(error) : null;
  const findings = problem ? problem.findings : workflow.findings;
  return (
    <Modal title={problem ? "Not published" : "Publish with warnings?"} onClose={onClose}>
      <div className="min-h-0 flex-1 overflow-auto">
        {problem ? (
          <div className="px-4 pt-3">
            <ProblemNote error={error} />
          </div>
        ) : null}
        {findings.length > 0 ? <FindingList findings={findings} /> : null}
      </div>
      <footer className="flex justify-end gap-2 border-line border-t px-4 py-3">
        <Button
          onClick={() => {
            onFindings();
            onClose();
          }}
        >
          Open the definition
        </Button>
        <Button
          look="primary"
          disabled={isPending}
          onClick={() => {
            reset();
            mutate();
          }}
        >
          {problem ? "Try again" : "Publish anyway"}
        </Button>
      </footer>
    </Modal>
  );
}
