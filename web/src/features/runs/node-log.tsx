import type { Instance } from "@/api/runs";
import type { NodeRow, RunEvent } from "@/graph/live-run";
import { nodeHasEnded } from "@/graph/status";
import { ClockTime } from "@/ui/moment";
import { ProblemNote } from "@/ui/problem-note";
import { Waiting } from "@/ui/waiting";
import { useInstance } from "./use-instance";

type Line = Instance["attempts"][number]["logs"][number];
const COLOURS: Record<Line["level"], string> = {
  debug: "text-muted",
  info: "",
  warning: "text-amber",
  error: "text-red",
};

type Props = { runId: string; row: NodeRow; events: RunEvent[] };

/** What the node said, attempt by attempt; also while it runs. */
export function NodeLog({ runId, row, events }: Props) {
  const { data, error } = useInstance(runId, row, events);
  if (error) return <ProblemNote error={error} />;
  if (!data) return <Waiting what="the log" />;
  const speaking = data.attempts.filter(({ logs }) => logs.length > 0);
  if (speaking.length === 0) {
    return (
      <p className="p-3 text-muted">
        {nodeHasEnded(row.status) ? "It said nothing." : "It has said nothing yet."}
      </p>
    );
  }
  return speaking.map(({ number, logs }) => (
    <section key={number} aria-label={`Attempt ${number}`}>
      {data.attempts.length > 1 ? (
        <h4 className="border-line border-b bg-raised px-3 py-1 text-muted text-xs">Attempt {number}</h4>
      ) : null}
      <ol className="px-3 py-1 font-mono text-xs">
        {logs.map((line, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: lines are only ever added at the end
          <li key={index} className="flex gap-3 py-0.5">
            <span className="shrink-0 text-muted">
              <ClockTime at={line.at} />
            </span>
            <span className={`min-w-0 whitespace-pre-wrap [overflow-wrap:anywhere] ${COLOURS[line.level]}`}>
              {line.level === "info" ? "" : `${line.level}: `}
              {line.message}
            </span>
          </li>
        ))}
      </ol>
    </section>
  ));
}
