import { useSearchParams } from "react-router";
import type { Run } from "@/api/types";
import { useEscape } from "@/ui/keyboard";
import { ProblemNote } from "@/ui/problem-note";
import { TabBar, TabPanel } from "@/ui/tab-bar";
import { NodePanel } from "./node-panel";
import { RunCanvas } from "./run-canvas";
import { RunError } from "./run-error";
import { RunHeader } from "./run-header";
import { RunLog } from "./run-log";
import { RunPanel } from "./run-panel";
import { RunTimeline } from "./run-timeline";
import { useRunPicture } from "./use-run-picture";

const TABS = [
  { id: "canvas", name: "Canvas" },
  { id: "timeline", name: "Timeline" },
  { id: "log", name: "Log" },
];
/** Node ids have no dot, so this is none. */
const WHOLE_RUN = ".run";

/** One run: the same picture on a canvas, along the time and as a log. */
export function RunView({ run }: { run: Run }) {
  const [params, setParams] = useSearchParams();
  const chosen = params.get("node");
  const tab = params.get("tab") ?? "canvas";
  const picture = useRunPicture(run, chosen);
  const row = picture.rows.find(({ key }) => key === chosen);

  const put = (name: string, value: string | null) => {
    const next = new URLSearchParams(params);
    if (value === null) next.delete(name);
    else next.set(name, value);
    setParams(next, { replace: true });
  };
  const choose = (key: string | null) => put("node", key);
  useEscape(chosen !== null, () => choose(null));

  return (
    <main className="flex min-h-0 flex-1 flex-col">
      <RunHeader
        run={run}
        status={picture.status}
        endedAt={picture.endedAt}
        stream={picture.stream}
        onValues={() => choose(chosen === WHOLE_RUN ? null : WHOLE_RUN)}
      />
      {run.error ? <RunError error={run.error} onOpen={choose} /> : null}
      {picture.error ? (
        <div className="px-4 pb-2">
          <ProblemNote error={picture.error} />
        </div>
      ) : null}
      <div className="flex min-h-0 flex-1">
        <TabBar label="Views of the run" tabs={TABS} current={tab} onChange={(next) => put("tab", next)}>
          <TabPanel id="canvas">
            <RunCanvas run={run} groups={picture.groups} chosen={row?.node_id ?? null} onChoose={choose} />
          </TabPanel>
          <TabPanel id="timeline">
            <RunTimeline
              run={run}
              rows={picture.rows}
              events={picture.live.events}
              chosen={chosen}
              onChoose={choose}
            />
          </TabPanel>
          <TabPanel id="log">
            <RunLog events={picture.live.events} ended={picture.live.ended} onChoose={choose} />
          </TabPanel>
        </TabBar>
        {row ? (
          <NodePanel
            key={row.key}
            run={{ ...run, status: picture.status }}
            row={row}
            instances={picture.groups.get(row.node_id) ?? [row]}
            awaiting={picture.awaited.includes(row.key)}
            events={picture.live.events}
            onChoose={choose}
          />
        ) : null}
        {chosen === WHOLE_RUN ? <RunPanel run={run} onClose={() => choose(null)} /> : null}
      </div>
    </main>
  );
}
