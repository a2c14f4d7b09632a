import { useInfiniteQuery, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Trash2 } from "lucide-react";
import { useState } from "react";
import { changeRule, createRule, type NotificationRule, removeRule, rulesQuery } from "@/api/notifications";
import type { Workflow } from "@/api/types";
import { workflowsQuery } from "@/api/workflows";
import { Button, IconButton } from "@/ui/button";
import { Modal } from "@/ui/modal";
import { ProblemNote } from "@/ui/problem-note";
import { Waiting } from "@/ui/waiting";

type Named = Pick<Workflow, "id" | "name" | "published_version">;

const FIELD = "h-8 w-full rounded-md border border-line-strong bg-page px-2 text-ink";

/** Which failures are told, and by which workflow. */
export function NotificationsDialog({ onClose }: { onClose: () => void }) {
  const { data: rules, error } = useQuery(rulesQuery);
  const workflows = useInfiniteQuery(workflowsQuery("")).data?.pages.flatMap((page) => page.items) ?? [];
  return (
    <Modal
      wide
      title="Notifications"
      description="When a run fails, a workflow of yours is run with it and tells whom it likes."
      onClose={onClose}
    >
      <div className="min-h-0 overflow-auto p-4">
        {error ? <ProblemNote error={error} /> : null}
        {rules ? null : error ? null : <Waiting what="the rules" />}
        {rules && rules.length > 0 ? (
          <ul className="mb-4 divide-y divide-line rounded-md border border-line">
            {rules.map((rule) => (
              <Rule key={rule.id} rule={rule} workflows={workflows} />
            ))}
          </ul>
        ) : null}
        <NewRule workflows={workflows} />
      </div>
    </Modal>
  );
}

function Rule({ rule, workflows }: { rule: NotificationRule; workflows: Named[] }) {
  const queries = useQueryClient();
  const onSuccess = () => queries.invalidateQueries({ queryKey: rulesQuery.queryKey });
  const change = useMutation({ mutationFn: changeRule, onSuccess });
  const remove = useMutation({ mutationFn: removeRule, onSuccess });
  const nameOf = (id: string) => workflows.find((one) => one.id === id)?.name ?? id;
  const watched = rule.workflows?.length ? rule.workflows.map(nameOf).join(", ") : "all workflows";
  return (
    <li className="px-3 py-2">
      <div className="flex items-center gap-2">
        <span className="min-w-0 flex-1 truncate font-medium" dir="auto">
          {rule.name}
        </span>
        <label className="inline-flex items-center gap-1.5 text-muted">
          <input
            type="checkbox"
            checked={!rule.paused}
            disabled={change.isPending}
            onChange={(event) => change.mutate({ ...rule, paused: !event.target.checked })}
          />
          On
        </label>
        <IconButton
          label={`Delete the rule ${rule.name}`}
          disabled={remove.isPending}
          onClick={() => remove.mutate(rule.id)}
        >
          <Trash2 aria-hidden className="size-3.5" />
        </IconButton>
      </div>
      <p className="text-muted" dir="auto">
        Runs {nameOf(rule.run)} when a run of {watched} {endsText(rule.statuses)}
        {rule.quiet_minutes ? `, the same failure once in ${rule.quiet_minutes} min` : ""}.
      </p>
      {change.error ? <ProblemNote error={change.error} /> : null}
      {remove.error ? <ProblemNote error={remove.error} /> : null}
    </li>
  );
}

function endsText(statuses: NotificationRule["statuses"]): string {
  if (statuses?.length === 1) return statuses[0] === "failed" ? "fails" : "times out";
  return "fails or times out";
}

function NewRule({ workflows }: { workflows: Named[] }) {
  const published = workflows.filter((one) => one.published_version !== null);
  const [name, setName] = useState("");
  const [run, setRun] = useState("");
  const [watched, setWatched] = useState("");
  const [quiet, setQuiet] = useState("60");
  const queries = useQueryClient();
  const create = useMutation({
    mutationFn: () =>
      createRule({
        name: name.trim(),
        run,
        statuses: ["failed", "timed_out"],
        workflows: watched ? [watched] : [],
        quiet_minutes: Number(quiet) || 0,
        paused: false,
      }),
    onSuccess: () => {
      setName("");
      void queries.invalidateQueries({ queryKey: rulesQuery.queryKey });
    },
  });
  if (published.length === 0) {
    return <p className="text-muted">Publish a workflow that tells of a failure, then name it here.</p>;
  }
  return (
    <form
      className="grid grid-cols-2 gap-3"
      onSubmit={(event) => {
        event.preventDefault();
        create.mutate();
      }}
    >
      <label className="space-y-1">
        <span className="text-muted">Name of the rule</span>
        <input
          value={name}
          maxLength={100}
          onChange={(event) => setName(event.target.value)}
          className={FIELD}
        />
      </label>
      <label className="space-y-1">
        <span className="text-muted">Workflow that tells</span>
        <select value={run} onChange={(event) => setRun(event.target.value)} className={FIELD}>
          <option value="">Choose one</option>
          {published.map((one) => (
            <option key={one.id} value={one.id}>
              {one.name}
            </option>
          ))}
        </select>
      </label>
      <label className="space-y-1">
        <span className="text-muted">Failures of</span>
        <select value={watched} onChange={(event) => setWatched(event.target.value)} className={FIELD}>
          <option value="">All workflows</option>
          {workflows.map((one) => (
            <option key={one.id} value={one.id}>
              {one.name}
            </option>
          ))}
        </select>
      </label>
      <label className="space-y-1">
        <span className="text-muted">Minutes before the same failure is told again</span>
        <input
          type="number"
          min={0}
          value={quiet}
          onChange={(event) => setQuiet(event.target.value)}
          className={FIELD}
        />
      </label>
      <div className="col-span-2 flex items-center justify-end gap-3">
        {create.error ? <ProblemNote error={create.error} /> : null}
        <Button look="primary" type="submit" disabled={!name.trim() || !run || create.isPending}>
          Add the rule
        </Button>
      </div>
    </form>
  );
}
