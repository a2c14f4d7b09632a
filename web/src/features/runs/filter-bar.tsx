import { useInfiniteQuery } from "@tanstack/react-query";
import { X } from "lucide-react";
import type { ReactNode } from "react";
import { workflowsQuery } from "@/api/workflows";
import { shortId } from "@/graph/run-id";
import type { FilterName, RunFilter } from "@/graph/run-query";
import { IconButton } from "@/ui/button";

type Props = { filter: RunFilter; onChange: (name: FilterName, value: string) => void };

const TRIGGERS = ["api", "ui", "schedule", "webhook", "workflow", "error", "rerun", "test", "bundle"];
const FIELD = "h-7 rounded-md border border-line-strong bg-page px-2 text-ink text-sm";

/** The filters that are not needed every day. */
export function FilterBar({ filter, onChange }: Props) {
  const workflows = useInfiniteQuery(workflowsQuery("")).data?.pages.flatMap((page) => page.items) ?? [];
  const set = (name: FilterName) => (event: { target: { value: string } }) =>
    onChange(name, event.target.value);
  return (
    <div className="flex flex-wrap items-center gap-x-4 gap-y-2 border-line border-b bg-side px-4 py-2">
      <Field name="Workflow">
        <select value={filter.workflow ?? ""} onChange={set("workflow")} className={`${FIELD} max-w-48`}>
          <option value="">All</option>
          {workflows.map(({ id, name }) => (
            <option key={id} value={id}>
              {name}
            </option>
          ))}
        </select>
      </Field>
      <Field name="Version">
        <input
          value={filter.version ?? ""}
          onChange={set("version")}
          placeholder="3, draft"
          className={`${FIELD} w-20`}
        />
      </Field>
      <Field name="Trigger">
        <select value={filter.trigger ?? ""} onChange={set("trigger")} className={FIELD}>
          <option value="">Any</option>
          {TRIGGERS.map((kind) => (
            <option key={kind}>{kind}</option>
          ))}
        </select>
      </Field>
      <Field name="Business key">
        <input value={filter.business_key ?? ""} onChange={set("business_key")} className={`${FIELD} w-36`} />
      </Field>
      <Field name="Began after">
        <input
          type="datetime-local"
          value={localOf(filter.from)}
          onChange={moment("from", onChange)}
          className={FIELD}
        />
      </Field>
      <Field name="before">
        <input
          type="datetime-local"
          value={localOf(filter.to)}
          onChange={moment("to", onChange)}
          className={FIELD}
        />
      </Field>
      <Field name="Took at least">
        <Seconds value={filter.min_seconds} onChange={set("min_seconds")} />
      </Field>
      <Field name="at most">
        <Seconds value={filter.max_seconds} onChange={set("max_seconds")} />
      </Field>
      {filter.fingerprint ? (
        <Chip name="Of one failure" onRemove={() => onChange("fingerprint", "")} />
      ) : null}
      {filter.parent_run_id ? (
        <Chip
          name={`Reruns of ${shortId(filter.parent_run_id)}`}
          onRemove={() => onChange("parent_run_id", "")}
        />
      ) : null}
    </div>
  );
}

function Field({ name, children }: { name: string; children: ReactNode }) {
  return (
    // biome-ignore lint/a11y/noLabelWithoutControl: the control is the child
    <label className="inline-flex items-center gap-2 text-muted">
      {name}
      {children}
    </label>
  );
}

function Seconds({
  value,
  onChange,
}: {
  value?: string;
  onChange: (event: { target: { value: string } }) => void;
}) {
  return (
    <span className="inline-flex items-center gap-1">
      <input
        type="number"
        min={0}
        step="any"
        value={value ?? ""}
        onChange={onChange}
        className={`${FIELD} w-20`}
      />
      s
    </span>
  );
}

function Chip({ name, onRemove }: { name: string; onRemove: () => void }) {
  return (
    <span className="inline-flex h-7 items-center gap-1 rounded-md bg-selected pl-2 text-accent-text">
      {name}
      <IconButton label={`Without: ${name}`} onClick={onRemove} className="size-6">
        <X aria-hidden className="size-3.5" />
      </IconButton>
    </span>
  );
}

function moment(name: FilterName, onChange: Props["onChange"]) {
  return ({ target: { value } }: { target: { value: string } }) =>
    onChange(name, value ? new Date(value).toISOString() : "");
}

/** A moment as the field shows it: in the viewer's zone, to the minute. */
function localOf(moment: string | undefined): string {
  const time = Date.parse(moment ?? "");
  if (Number.isNaN(time)) return "";
  const zone = new Date(time).getTimezoneOffset() * 60_000;
  return new Date(time - zone).toISOString().slice(0, 16);
}
