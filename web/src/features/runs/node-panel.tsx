import { useState } from "react";
import type { Run } from "@/api/types";
import { typeName } from "@/graph/definition";
import type { NodeRow, RunEvent } from "@/graph/live-run";
import { cameInBundle } from "@/graph/run-origin";
import { nodeHasEnded, runHasEnded, STATUS_WORDS } from "@/graph/status";
import { Button } from "@/ui/button";
import { Duration, Moment } from "@/ui/moment";
import { SidePanel } from "@/ui/side-panel";
import { StatusMark } from "@/ui/status-mark";
import { TabBar, TabPanel } from "@/ui/tab-bar";
import { ValueView } from "@/ui/value-view";
import { AnswerPanel } from "./answer-panel";
import { NodeAttempts } from "./node-attempts";
import { NodeErrorView } from "./node-error";
import { NodeLog } from "./node-log";
import { RerunDialog } from "./rerun-dialog";
import { RowsButton } from "./rows-button";

type Props = {
  run: Run;
  row: NodeRow;
  instances: NodeRow[];
  /** The node has ended, but its values are still on their way. */
  awaiting: boolean;
  events: RunEvent[];
  onChoose: (key: string | null) => void;
};

/** One node instance: what it gave, what it got, what went wrong, how often it was tried. */
export function NodePanel({ run, row, instances, awaiting, events, onChoose }: Props) {
  const [tab, setTab] = useState(row.error ? "error" : "output");
  const [repeating, setRepeating] = useState(false);
  const tabs = [
    { id: "output", name: "Output" },
    { id: "input", name: "Input" },
    {
      id: "error",
      name: "Error",
      note: row.error ? <span className="size-1.5 rounded-full bg-red" /> : null,
    },
    {
      id: "attempts",
      name: "Attempts",
      note: row.attempt > 1 ? <span className="text-xs">{row.attempt}</span> : null,
    },
    { id: "log", name: "Log" },
  ];
  return (
    <SidePanel
      title={row.key}
      subtitle={row.type ? typeName(row.type) : undefined}
      onClose={() => onChoose(null)}
    >
      <div className="flex h-8 shrink-0 items-center gap-3 px-3">
        <StatusMark status={row.status} />
        <span className="text-muted">
          <Duration from={row.started_at} to={row.ended_at} ended={nodeHasEnded(row.status)} />
        </span>
        {row.reused ? <span className="text-muted">reused</span> : null}
        {row.cached_at ? (
          <span className="text-muted">
            cached, from <Moment at={row.cached_at} />
          </span>
        ) : null}
        {nodeHasEnded(row.status) ? <RowsButton runId={run.id} nodeId={row.node_id} /> : null}
        {instances.length > 1 ? <Instances row={row} instances={instances} onChoose={onChoose} /> : null}
      </div>
      <AnswerPanel runId={run.id} row={row} />
      {runHasEnded(run.status) && !cameInBundle(run.trigger) ? (
        <div className="px-3 pb-2">
          <Button onClick={() => setRepeating(true)}>Run again from here</Button>
        </div>
      ) : null}
      {repeating ? <RerunDialog run={run} row={row} onClose={() => setRepeating(false)} /> : null}
      <TabBar label="What is known of the node" tabs={tabs} current={tab} onChange={setTab}>
        <TabPanel id="output">
          <Scroll>
            <NodeValue
              value={row.output}
              root={`nodes.${row.node_id}`}
              row={row}
              awaiting={awaiting && nodeHasEnded(row.status)}
              what="output"
            />
          </Scroll>
        </TabPanel>
        <TabPanel id="input">
          <Scroll>
            <NodeValue value={row.input} root="config" row={row} awaiting={awaiting} what="input" />
          </Scroll>
        </TabPanel>
        <TabPanel id="error">
          <Scroll>
            {row.error ? <NodeErrorView error={row.error} /> : <Note>This node has no error.</Note>}
          </Scroll>
        </TabPanel>
        <TabPanel id="attempts">
          <Scroll>
            <NodeAttempts runId={run.id} row={row} events={events} />
          </Scroll>
        </TabPanel>
        <TabPanel id="log">
          <Scroll>
            <NodeLog runId={run.id} row={row} events={events} />
          </Scroll>
        </TabPanel>
      </TabBar>
    </SidePanel>
  );
}

type ValueProps = { value: unknown; root: string; row: NodeRow; awaiting: boolean; what: "input" | "output" };

function NodeValue({ value, root, row, awaiting, what }: ValueProps) {
  if (awaiting) return <Note>Fetching the {what}…</Note>;
  const none = value === null || value === undefined;
  if (none && !(what === "output" && row.status === "succeeded")) {
    return (
      <Note>
        {nodeHasEnded(row.status) ? `${STATUS_WORDS[row.status]}: there is no ${what}.` : `No ${what} yet.`}
      </Note>
    );
  }
  return <ValueView value={value ?? null} root={root} />;
}

function Instances({ row, instances, onChoose }: Pick<Props, "row" | "instances" | "onChoose">) {
  return (
    <label className="ml-auto inline-flex items-center gap-1.5 text-muted">
      Instance
      <select
        value={row.key}
        onChange={(event) => onChoose(event.target.value)}
        className="h-6 rounded border border-line-strong bg-page px-1 text-ink"
      >
        {instances.map(({ key, iteration, status }) => (
          <option key={key} value={key}>
            {iteration ?? key} · {STATUS_WORDS[status]}
          </option>
        ))}
      </select>
    </label>
  );
}

function Scroll({ children }: { children: React.ReactNode }) {
  return <div className="min-h-0 flex-1 overflow-auto">{children}</div>;
}

function Note({ children }: { children: React.ReactNode }) {
  return <p className="p-3 text-muted">{children}</p>;
}
