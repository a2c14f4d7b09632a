import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useRef, useState } from "react";
import { useNavigate } from "react-router";
import { type RerunRequest, rerun } from "@/api/reruns";
import { runKeys } from "@/api/runs";
import type { Run } from "@/api/types";
import type { NodeRow } from "@/graph/live-run";
import { Button } from "@/ui/button";
import { Modal } from "@/ui/modal";
import { ProblemNote } from "@/ui/problem-note";

type Props = {
  run: Run;
  /** Repeat from this instance on; its output may be edited instead of running it. */
  row?: NodeRow;
  onClose: () => void;
};

const ORIGINS = [
  { id: "failed", name: "From what failed", hint: "Everything that succeeded is taken over." },
  { id: "failed-items", name: "Only the failed items", hint: "Items of maps that failed are run again." },
  { id: "start", name: "From the start", hint: "Every node is run again." },
];

/** Asks from where a run is to be repeated, by which version, and with which input or output. */
export function RerunDialog({ run, row, onClose }: Props) {
  const failed = run.status !== "succeeded";
  const [origin, setOrigin] = useState(row ? row.key : failed ? "failed" : "start");
  const [definition, setDefinition] = useState<"original" | "latest">("original");
  const [input, setInput] = useState(JSON.stringify(run.input ?? {}, null, 2));
  const [edits, setEdits] = useState(false);
  const [output, setOutput] = useState(JSON.stringify(row?.output ?? null, null, 2));
  const key = useRef(crypto.randomUUID());
  const navigate = useNavigate();
  const queries = useQueryClient();

  const start = useMutation({
    mutationFn: () => {
      const request: RerunRequest = { from: origin, definition };
      if (input !== JSON.stringify(run.input ?? {}, null, 2)) request.input = JSON.parse(input);
      if (row && edits) request.overrides = { [row.key]: JSON.parse(output) };
      return rerun(run.id, request, key.current);
    },
    onSuccess: (begun) => {
      queries.invalidateQueries({ queryKey: runKeys.all });
      onClose();
      navigate(`/runs/${begun.id}`);
    },
    // What is sent next may be another request.
    onError: () => {
      key.current = crypto.randomUUID();
    },
  });
  const wrong = !isObject(input)
    ? "The input is no JSON object."
    : edits && !isJson(output)
      ? "The output is no JSON."
      : null;

  return (
    <Modal
      title={row ? `Run again from ${row.key}` : "Run again"}
      description="A new run begins. What is taken over from this one is not called again."
      onClose={onClose}
    >
      <form
        className="flex min-h-0 flex-col gap-3 overflow-auto p-4"
        onSubmit={(event) => {
          event.preventDefault();
          start.mutate();
        }}
      >
        {row ? (
          <label className="flex items-center gap-2">
            <input type="checkbox" checked={edits} onChange={(event) => setEdits(event.target.checked)} />
            Edit its output instead of running it
          </label>
        ) : (
          <fieldset className="flex flex-col gap-1.5">
            <legend className="mb-1 text-muted">From where</legend>
            {ORIGINS.map((one) => (
              <label key={one.id} className="flex items-start gap-2">
                <input
                  type="radio"
                  name="origin"
                  className="mt-1"
                  checked={origin === one.id}
                  onChange={() => setOrigin(one.id)}
                />
                <span>
                  {one.name}
                  <span className="block text-muted text-xs">{one.hint}</span>
                </span>
              </label>
            ))}
          </fieldset>
        )}
        {row && edits ? <JsonArea label="Output" value={output} onChange={setOutput} /> : null}
        <label className="flex items-center gap-2">
          <span className="text-muted">Definition</span>
          <select
            value={definition}
            onChange={(event) => setDefinition(event.target.value as "original" | "latest")}
            className="h-7 rounded-md border border-line-strong bg-page px-2 text-ink"
          >
            <option value="original">The one of this run</option>
            <option value="latest">The published one</option>
          </select>
        </label>
        <details>
          <summary className="cursor-pointer text-muted">Input</summary>
          <JsonArea label="Input" value={input} onChange={setInput} />
        </details>
        {wrong ? <p className="text-red">{wrong}</p> : null}
        {start.error ? <ProblemNote error={start.error} /> : null}
        <div className="flex justify-end gap-2">
          <Button onClick={onClose}>Close</Button>
          <Button look="primary" type="submit" disabled={start.isPending || wrong !== null}>
            {start.isPending ? "Starting…" : "Run again"}
          </Button>
        </div>
      </form>
    </Modal>
  );
}

function JsonArea({
  label,
  value,
  onChange,
}: {
  label: string;
  value: string;
  onChange: (value: string) => void;
}) {
  return (
    <textarea
      aria-label={`${label}, as JSON`}
      value={value}
      onChange={(event) => onChange(event.target.value)}
      rows={8}
      spellCheck={false}
      className="mt-1 w-full rounded border border-line-strong bg-page px-2 py-1 font-mono text-ink text-xs"
    />
  );
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

function isObject(text: string): boolean {
  if (!isJson(text)) return false;
  const value: unknown = JSON.parse(text);
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
