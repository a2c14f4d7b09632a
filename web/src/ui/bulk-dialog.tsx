import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect, useRef, useState } from "react";
import { Link } from "react-router";
import { type BulkProgress, type BulkRequest, bulkCountQuery, doInBulk, type RunQuery } from "@/api/bulk";
import { shortId } from "@/graph/run-id";
import { Button } from "./button";
import { Modal } from "./modal";
import { ProblemNote } from "./problem-note";

type Props = { title: string; action: "cancel" | "rerun"; filter: RunQuery; onClose: () => void };

const SURE_UP_TO = 100;
const ORIGINS = [
  { id: "failed", name: "From what failed" },
  { id: "start", name: "From the start" },
];

/** Cancels or repeats all runs that a filter finds: says how many there are, then how far it is. */
export function BulkDialog({ title, action, filter, onClose }: Props) {
  const [origin, setOrigin] = useState("failed");
  const [definition, setDefinition] = useState<"latest" | "original">("latest");
  const [typed, setTyped] = useState("");
  const [progress, setProgress] = useState<BulkProgress | null>(null);
  const stopping = useRef(new AbortController());
  const queries = useQueryClient();
  const request: BulkRequest =
    action === "rerun"
      ? { action, filter, rerun: { from: origin, definition, alone: false } }
      : { action, filter };
  const { data, error } = useQuery({ ...bulkCountQuery({ action, filter }), refetchOnWindowFocus: false });
  const begin = useMutation({
    mutationFn: () => doInBulk(request, setProgress, stopping.current.signal),
    onSettled: () => {
      void queries.invalidateQueries({ queryKey: ["runs"] });
      void queries.invalidateQueries({ queryKey: ["failures"] });
    },
  });
  // A dialog that is gone goes on with nothing.
  useEffect(() => () => stopping.current.abort(), []);
  const count = data?.count ?? 0;
  const sure = count <= SURE_UP_TO || typed.trim() === String(count);
  const began = progress !== null || begin.isPending;

  return (
    <Modal title={title} onClose={onClose}>
      <div className="flex min-h-0 flex-col gap-3 overflow-auto p-4">
        {error ? <ProblemNote error={error} /> : null}
        {began ? null : <p>{data ? countText(action, count) : "Counting…"}</p>}
        {action === "rerun" && !began && count > 0 ? (
          <div className="flex flex-wrap gap-4">
            <Choice label="From where" value={origin} options={ORIGINS} onChange={setOrigin} />
            <Choice
              label="Definition"
              value={definition}
              options={[
                { id: "latest", name: "The published one" },
                { id: "original", name: "The one of each run" },
              ]}
              onChange={(value) => setDefinition(value as "latest" | "original")}
            />
          </div>
        ) : null}
        {!began && count > SURE_UP_TO ? (
          <label className="flex items-center gap-2">
            <span>
              Type <b>{count}</b> to go on
            </span>
            <input
              value={typed}
              onChange={(event) => setTyped(event.target.value)}
              inputMode="numeric"
              className="h-7 w-28 rounded-md border border-line-strong bg-page px-2"
            />
          </label>
        ) : null}
        {began ? (
          <Outcome
            action={action}
            progress={progress}
            count={count}
            stopped={stopping.current.signal.aborted}
          />
        ) : null}
        {begin.error ? <ProblemNote error={begin.error} /> : null}
        <div className="flex justify-end gap-2">
          {begin.isPending ? (
            <Button onClick={() => stopping.current.abort()}>Stop</Button>
          ) : (
            <Button onClick={onClose}>{began ? "Close" : "Leave it"}</Button>
          )}
          {began ? null : (
            <Button
              look={action === "cancel" ? "danger" : "primary"}
              disabled={count === 0 || !sure}
              onClick={() => begin.mutate()}
            >
              {action === "cancel" ? `Cancel ${runsText(count)}` : `Run ${runsText(count)} again`}
            </Button>
          )}
        </div>
      </div>
    </Modal>
  );
}

type OutcomeProps = {
  action: "cancel" | "rerun";
  progress: BulkProgress | null;
  count: number;
  stopped: boolean;
};

function Outcome({ action, progress, count, stopped }: OutcomeProps) {
  const { done, failed, more } = progress ?? { done: 0, failed: [], more: true };
  const verb = action === "cancel" ? "told to stop" : "begun again";
  return (
    <div className="space-y-2" aria-live="polite">
      <p>
        {more && !stopped ? `${done} of ${count} ${verb}…` : `${runsText(done)} ${verb}.`}
        {more && stopped ? " You stopped it; the rest is as it was." : ""}
      </p>
      {failed.length > 0 ? (
        <details open>
          <summary className="text-amber">{runsText(failed.length)} not possible</summary>
          <ul className="mt-1 max-h-40 overflow-auto text-xs">
            {failed.map(({ run_id, reason }) => (
              <li key={run_id} className="py-0.5">
                <Link to={`/runs/${run_id}`} className="font-mono text-accent-text hover:underline">
                  {shortId(run_id)}
                </Link>{" "}
                {reason}
              </li>
            ))}
          </ul>
        </details>
      ) : null}
    </div>
  );
}

type ChoiceProps = {
  label: string;
  value: string;
  options: { id: string; name: string }[];
  onChange: (value: string) => void;
};

function Choice({ label, value, options, onChange }: ChoiceProps) {
  return (
    <label className="flex items-center gap-2">
      <span className="text-muted">{label}</span>
      <select
        value={value}
        onChange={(event) => onChange(event.target.value)}
        className="h-7 rounded-md border border-line-strong bg-page px-2 text-ink"
      >
        {options.map(({ id, name }) => (
          <option key={id} value={id}>
            {name}
          </option>
        ))}
      </select>
    </label>
  );
}

function countText(action: "cancel" | "rerun", count: number): string {
  if (count === 0) return action === "cancel" ? "No run of these goes on." : "No run of these has ended.";
  return action === "cancel"
    ? `${runsText(count)} will be told to stop. What they have done stays done.`
    : `${runsText(count)} will begin again, each as a new run. What is taken over is not called again.`;
}

function runsText(count: number): string {
  return count === 1 ? "1 run" : `${count} runs`;
}
