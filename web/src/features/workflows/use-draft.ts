import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect, useMemo, useState } from "react";
import { ApiProblem } from "@/api/problem";
import type { Finding, Workflow } from "@/api/types";
import {
  createWorkflow,
  type Definition,
  saveWorkflow,
  validateDefinition,
  workflowKeys,
  workflowQuery,
} from "@/api/workflows";

const QUIET = 350;

export type Draft = ReturnType<typeof useDraft>;

/** The text of a definition while somebody works on it: read, judged by the server, saved. */
export function useDraft(workflow: Workflow | null, start: Definition) {
  const queries = useQueryClient();
  const [base, setBase] = useState(() => baseOf(workflow, start));
  const [text, setText] = useState(base.text);
  const dirty = workflow === null || text !== base.text;

  // Another tab or person saved meanwhile: taken over as long as nothing here would be lost.
  const revision = workflow?.draft_revision ?? null;
  if (workflow && !dirty && revision !== base.revision) {
    const next = baseOf(workflow, start);
    setBase(next);
    setText(next.text);
  }

  const read = useMemo(() => readText(text), [text]);
  const verdict = useVerdict(text, read.definition);
  const save = useMutation({
    mutationFn: (definition: Definition) =>
      workflow ? saveWorkflow(workflow.id, definition, base.revision) : createWorkflow(definition),
    onSuccess: (saved) => {
      queries.setQueryData(workflowKeys.one(saved.id), saved);
      void queries.invalidateQueries({ queryKey: [...workflowKeys.all, "list"] });
      setBase({ text, revision: saved.draft_revision });
    },
  });
  const stale = save.error instanceof ApiProblem && save.error.status === 409;

  const takeTheirs = async () => {
    const theirs = await queries.fetchQuery({ ...workflowQuery(workflow?.id ?? ""), staleTime: 0 });
    const next = baseOf(theirs, start);
    setBase(next);
    setText(next.text);
    save.reset();
  };
  const keepMine = async () => {
    const theirs = await queries.fetchQuery({ ...workflowQuery(workflow?.id ?? ""), staleTime: 0 });
    setBase({ text: baseOf(theirs, start).text, revision: theirs.draft_revision });
    save.reset();
  };

  return { text, setText, dirty, ...read, ...verdict, save, stale, takeTheirs, keepMine };
}

function baseOf(workflow: Workflow | null, start: Definition): { text: string; revision: number | null } {
  const definition = workflow ? workflow.definition : start;
  return { text: `${JSON.stringify(definition, null, 2)}\n`, revision: workflow?.draft_revision ?? null };
}

function readText(text: string): { definition: Definition | null; notJson: string | null } {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === "object" && value !== null && !Array.isArray(value)) {
      return { definition: value as Definition, notJson: null };
    }
    return { definition: null, notJson: "A definition is a JSON object." };
  } catch (error) {
    return { definition: null, notJson: error instanceof Error ? error.message : "This is not JSON." };
  }
}

/** The server's findings on the text as it stood a moment ago. */
function useVerdict(text: string, definition: Definition | null) {
  const settled = useSettled(text);
  const { data, error, isFetching } = useQuery({
    queryKey: ["findings", settled],
    queryFn: ({ signal }) => validateDefinition(JSON.parse(settled) as Definition, signal),
    enabled: definition !== null && readText(settled).definition !== null,
    placeholderData: (before) => before,
    staleTime: 60_000,
  });
  const findings: Finding[] = definition ? (data ?? []) : [];
  return { findings, checking: isFetching || settled !== text, checkError: error };
}

function useSettled(text: string): string {
  const [settled, setSettled] = useState(text);
  useEffect(() => {
    const timer = setTimeout(() => setSettled(text), QUIET);
    return () => clearTimeout(timer);
  }, [text]);
  return settled;
}
