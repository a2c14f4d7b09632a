import type { Instance } from "@/api/runs";
import type { NodeRow, RunEvent } from "@/graph/live-run";
import { ClockTime, Duration } from "@/ui/moment";
import { ProblemNote } from "@/ui/problem-note";
import { StatusMark } from "@/ui/status-mark";
import { Waiting } from "@/ui/waiting";
import { useInstance } from "./use-instance";

type Attempt = Instance["attempts"][number];
type Props = { runId: string; row: NodeRow; events: RunEvent[] };

/** The node's attempts: when, where, how long, and what went wrong. */
export function NodeAttempts({ runId, row, events }: Props) {
  const { data, error } = useInstance(runId, row, events);
  if (error) return <ProblemNote error={error} />;
  if (!data) return <Waiting what="the attempts" />;
  if (data.attempts.length === 0) return <p className="p-3 text-muted">{withoutAttempts(row)}</p>;
  return (
    <ol className="divide-y divide-line">
      {data.attempts.map((attempt) => (
        <AttemptItem key={attempt.number} attempt={attempt} />
      ))}
    </ol>
  );
}

function withoutAttempts({ attempt, reused, started_at, ended_at }: NodeRow): string {
  if (reused) return "Its end was taken over from the run before: nothing was called.";
  if (!started_at) return "Not tried yet.";
  if (!ended_at) return "The first attempt is under way.";
  return attempt > 1 ? `${attempt} attempts.` : "Decided in the run itself: nothing was called.";
}

function AttemptItem({ attempt }: { attempt: Attempt }) {
  const { number, started_at, ended_at, worker, error, logs } = attempt;
  const status = error ? "failed" : ended_at ? "succeeded" : "running";
  return (
    <li className="px-3 py-2">
      <div className="flex items-center gap-3">
        <span className="w-20 shrink-0 whitespace-nowrap font-medium">Attempt {number}</span>
        <StatusMark status={status} />
        <span className="ml-auto text-muted">
          {started_at ? <Duration from={started_at} to={ended_at} ended={Boolean(error)} /> : null}
        </span>
      </div>
      {error ? (
        <p className="mt-1 [overflow-wrap:anywhere]">
          <span className="text-red">{error.name}</span> {error.message}
        </p>
      ) : null}
      <p className="mt-1 flex flex-wrap gap-x-3 text-muted text-xs">
        {started_at ? (
          <span>
            began <ClockTime at={started_at} />
          </span>
        ) : null}
        {worker ? <span className="[overflow-wrap:anywhere]">on {worker}</span> : null}
        {logs.length > 0 ? (
          <span>{logs.length === 1 ? "1 log line" : `${logs.length} log lines`}</span>
        ) : null}
      </p>
    </li>
  );
}
