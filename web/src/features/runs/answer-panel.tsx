import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { interveneNode, resumeNode, runKeys } from "@/api/runs";
import type { NodeRow } from "@/graph/live-run";
import { Button } from "@/ui/button";
import { ProblemNote } from "@/ui/problem-note";

type Props = { runId: string; row: NodeRow };

/** What a person can do for a node that waits: decide, send its event, or help it out of a failure. */
export function AnswerPanel({ runId, row }: Props) {
  if (row.status !== "waiting") return null;
  if (row.error) return <Held runId={runId} row={row} />;
  if (row.type.startsWith("core.approval@")) return <Approval runId={runId} row={row} />;
  if (row.type.startsWith("core.wait_for_event@")) return <EventForm runId={runId} row={row} />;
  return null;
}

function useTelling(runId: string, tell: (what: string) => Promise<unknown>) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: tell,
    onSuccess: () => queries.invalidateQueries({ queryKey: runKeys.one(runId) }),
  });
}

function Approval({ runId, row }: Props) {
  const [reason, setReason] = useState("");
  const [form, setForm] = useState("");
  const asked = (row.input ?? {}) as { title?: string; message?: string; form?: unknown; quorum?: number };
  const told = useTelling(runId, (decision) =>
    resumeNode(runId, row.key, {
      decision: decision as "approve" | "reject",
      reason,
      form: form.trim() ? JSON.parse(form) : undefined,
    }),
  );
  const wrongForm = form.trim() !== "" && !isJson(form);
  return (
    <Card title={asked.title || "Approval"}>
      {asked.message ? <p className="whitespace-pre-wrap">{asked.message}</p> : null}
      {asked.form ? <JsonField label="Form, as JSON" value={form} onChange={setForm} /> : null}
      <label className="flex flex-col gap-1">
        <span className="text-muted">Reason</span>
        <textarea
          value={reason}
          onChange={(event) => setReason(event.target.value)}
          rows={2}
          className="rounded border border-line-strong bg-page px-2 py-1 text-ink"
        />
      </label>
      <div className="flex gap-2">
        <Button look="primary" disabled={told.isPending || wrongForm} onClick={() => told.mutate("approve")}>
          Approve
        </Button>
        <Button look="danger" disabled={told.isPending || wrongForm} onClick={() => told.mutate("reject")}>
          Reject
        </Button>
      </div>
      {told.error ? <ProblemNote error={told.error} /> : null}
    </Card>
  );
}

function EventForm({ runId, row }: Props) {
  const [payload, setPayload] = useState("{}");
  const told = useTelling(runId, () => resumeNode(runId, row.key, { payload: JSON.parse(payload) }));
  return (
    <Card title="Waits for an event">
      <JsonField label="Payload, as JSON" value={payload} onChange={setPayload} />
      <div>
        <Button
          look="primary"
          disabled={told.isPending || !isJson(payload)}
          onClick={() => told.mutate("event")}
        >
          Send event
        </Button>
      </div>
      {told.error ? <ProblemNote error={told.error} /> : null}
    </Card>
  );
}

function Held({ runId, row }: Props) {
  const told = useTelling(runId, (action) =>
    interveneNode(runId, row.key, action as "retry" | "skip" | "fail"),
  );
  return (
    <Card title="Held after a failure">
      <p className="text-muted">It waits for you: try it again, go on without it, or let it fail.</p>
      <div className="flex gap-2">
        <Button look="primary" disabled={told.isPending} onClick={() => told.mutate("retry")}>
          Try again
        </Button>
        <Button disabled={told.isPending} onClick={() => told.mutate("skip")}>
          Skip
        </Button>
        <Button look="danger" disabled={told.isPending} onClick={() => told.mutate("fail")}>
          Let it fail
        </Button>
      </div>
      {told.error ? <ProblemNote error={told.error} /> : null}
    </Card>
  );
}

function JsonField({
  label,
  value,
  onChange,
}: {
  label: string;
  value: string;
  onChange: (value: string) => void;
}) {
  const wrong = value.trim() !== "" && !isJson(value);
  return (
    <label className="flex flex-col gap-1">
      <span className="text-muted">{label}</span>
      <textarea
        value={value}
        onChange={(event) => onChange(event.target.value)}
        rows={4}
        spellCheck={false}
        aria-invalid={wrong}
        className="rounded border border-line-strong bg-page px-2 py-1 font-mono text-ink text-xs"
      />
      {wrong ? <span className="text-red">This is not JSON yet.</span> : null}
    </label>
  );
}

function Card({ title, children }: { title: string; children: React.ReactNode }) {
  return (
    <section
      aria-label={title}
      className="m-3 flex flex-col gap-2.5 rounded-lg border border-violet/50 bg-raised p-3"
    >
      <h3 className="font-medium">{title}</h3>
      {children}
    </section>
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
