import { Play } from "lucide-react";
import type { Workflow } from "@/api/types";
import { Button } from "@/ui/button";
import type { Draft } from "./use-draft";
import { stateText } from "./workflow-table";

type Props = {
  workflow: Workflow | null;
  draft: Draft;
  onSave: () => void;
  onPublish: () => void;
  onRun: () => void;
  onFindings: () => void;
};

export function WorkflowHeader({ workflow, draft, onSave, onPublish, onRun, onFindings }: Props) {
  const name = typeof draft.definition?.name === "string" ? draft.definition.name : workflow?.name;
  const errors = draft.findings.filter(({ severity }) => severity === "error").length;
  const warnings = draft.findings.length - errors;
  return (
    <header className="flex h-12 shrink-0 items-center gap-3 px-4">
      <h1 className="min-w-0 truncate font-semibold text-lg" dir="auto" title={name}>
        {name || "New workflow"}
      </h1>
      <span className="flex-1 truncate text-muted">
        {workflow ? stateLine(workflow, draft.dirty) : "Not saved yet"}
      </span>
      {draft.findings.length > 0 ? (
        <button
          type="button"
          onClick={onFindings}
          className={`whitespace-nowrap hover:underline ${errors ? "text-red" : "text-amber"}`}
        >
          {[errors && counted(errors, "error"), warnings && counted(warnings, "warning")]
            .filter(Boolean)
            .join(", ")}
        </button>
      ) : null}
      <div className="flex gap-2">
        <Button
          onClick={onSave}
          disabled={!draft.dirty || !draft.definition || draft.save.isPending}
          look={workflow ? "plain" : "primary"}
        >
          Save
        </Button>
        {workflow ? (
          <>
            <Button
              onClick={onPublish}
              disabled={errors > 0 || !draft.definition || draft.save.isPending}
              title={errors ? "Mend the errors first" : undefined}
            >
              Publish
            </Button>
            <Button look="primary" onClick={onRun}>
              <Play aria-hidden className="size-3.5" />
              Run
            </Button>
          </>
        ) : null}
      </div>
    </header>
  );
}

function stateLine(workflow: Workflow, dirty: boolean): string {
  return `${stateText(workflow.published_version)} · draft ${workflow.draft_revision}${dirty ? " · unsaved changes" : ""}`;
}

function counted(count: number, word: string): string {
  return `${count} ${word}${count === 1 ? "" : "s"}`;
}
