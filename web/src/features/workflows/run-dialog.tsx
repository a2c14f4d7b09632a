import { useMutation, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useMemo, useState } from "react";
import { useNavigate } from "react-router";
import { asProblem } from "@/api/problem";
import { runKeys, startRun } from "@/api/runs";
import type { Workflow } from "@/api/types";
import { exampleInput } from "@/graph/example";
import { Button } from "@/ui/button";
import { FindingList } from "@/ui/finding-list";
import { Modal } from "@/ui/modal";
import { ProblemNote } from "@/ui/problem-note";
import { uniqueKey } from "./unique-key";

type Props = { workflow: Workflow; dirty: boolean; onClose: () => void };

/** Asks for the input and the version, starts the run and goes to its page. */
export function RunDialog({ workflow, dirty, onClose }: Props) {
  const navigate = useNavigate();
  const queries = useQueryClient();
  const published = workflow.published_version ?? null;
  const [version, setVersion] = useState<"published" | "draft">(published === null ? "draft" : "published");
  const [text, setText] = useState(() => JSON.stringify(exampleInput(workflow.definition.input), null, 2));
  const input = useMemo(() => readInput(text), [text]);
  // Pressing twice, or again after a lost answer, starts one run; another request gets another key.
  // biome-ignore lint/correctness/useExhaustiveDependencies: a new key for each different request
  const key = useMemo(uniqueKey, [text, version]);
  const start = useMutation({
    mutationFn: (value: Record<string, unknown>) =>
      startRun(workflow.id, { input: value, version: version === "draft" ? "draft" : null }, key),
    onSuccess: (run) => {
      void queries.invalidateQueries({ queryKey: [...runKeys.all, "list"] });
      queries.setQueryData(runKeys.one(run.id), run);
      navigate(`/runs/${run.id}`);
    },
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (input.ok) start.mutate(input.value);
  };
  const findings = start.error ? asProblem(start.error).findings : [];

  return (
    <Modal title={`Run ${workflow.name}`} onClose={onClose}>
      <form onSubmit={submit} className="flex min-h-0 flex-1 flex-col">
        <div className="min-h-0 flex-1 space-y-3 overflow-auto px-4 py-3">
          <label className="block space-y-1">
            <span className="font-medium text-base">Version</span>
            <select
              value={version}
              onChange={(event) => setVersion(event.target.value as "published" | "draft")}
              className="h-8 w-full rounded-md border border-line-strong bg-page px-2 text-base"
            >
              {published === null ? null : <option value="published">Published v{published}</option>}
              <option value="draft">Draft {workflow.draft_revision}</option>
            </select>
          </label>
          {dirty ? (
            <p className="text-amber">The changes that you have not saved are not part of this run.</p>
          ) : null}
          <label className="block space-y-1">
            <span className="font-medium text-base">Input as JSON</span>
            <textarea
              rows={10}
              value={text}
              spellCheck={false}
              onChange={(event) => setText(event.target.value)}
              aria-invalid={!input.ok}
              aria-describedby={input.ok ? undefined : "input-wrong"}
              className="w-full rounded-md border border-line-strong bg-page p-2 font-mono text-sm aria-invalid:border-red"
            />
          </label>
          {input.ok ? null : (
            <p id="input-wrong" className="text-red [overflow-wrap:anywhere]">
              {input.why}
            </p>
          )}
          {start.error ? <ProblemNote error={start.error} /> : null}
          {findings.length > 0 ? <FindingList findings={findings} /> : null}
        </div>
        <footer className="flex justify-end gap-2 border-line border-t px-4 py-3">
          <Button onClick={onClose}>Close</Button>
          <Button type="submit" look="primary" disabled={!input.ok || start.isPending}>
            {start.isPending ? "Starting…" : "Run"}
          </Button>
        </footer>
      </form>
    </Modal>
  );
}

type Input = { ok: true; value: Record<string, unknown> } | { ok: false; why: string };

function readInput(text: string): Input {
  if (text.trim() === "") return { ok: true, value: {} };
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === "object" && value !== null && !Array.isArray(value)) {
      return { ok: true, value: value as Record<string, unknown> };
    }
    return { ok: false, why: "The input of a run is a JSON object." };
  } catch (error) {
    return { ok: false, why: error instanceof Error ? error.message : "This is not JSON." };
  }
}
