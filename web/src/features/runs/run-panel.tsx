import { useState } from "react";
import type { Run } from "@/api/types";
import { SidePanel } from "@/ui/side-panel";
import { TabBar, TabPanel } from "@/ui/tab-bar";
import { ValueView } from "@/ui/value-view";
import { RunRelatives } from "./run-relatives";

const TABS = [
  { id: "output", name: "Output" },
  { id: "input", name: "Input" },
  { id: "trigger", name: "Trigger" },
  { id: "reruns", name: "Reruns" },
];

/** What went into the whole run and what came out. */
export function RunPanel({ run, onClose }: { run: Run; onClose: () => void }) {
  const [tab, setTab] = useState(run.ended_at ? "output" : "input");
  return (
    <SidePanel title="Input and output" subtitle="of the whole run" onClose={onClose}>
      <TabBar label="Values of the run" tabs={TABS} current={tab} onChange={setTab}>
        <TabPanel id="output">
          <div className="min-h-0 flex-1 overflow-auto">
            {run.status === "succeeded" ? (
              <ValueView value={run.output} root="output" />
            ) : (
              <p className="p-3 text-muted">A run has an output when it has succeeded.</p>
            )}
          </div>
        </TabPanel>
        <TabPanel id="input">
          <div className="min-h-0 flex-1 overflow-auto">
            <ValueView value={run.input} root="input" />
          </div>
        </TabPanel>
        <TabPanel id="trigger">
          <div className="min-h-0 flex-1 overflow-auto">
            <ValueView value={run.trigger} root="trigger" />
          </div>
        </TabPanel>
        <TabPanel id="reruns">
          <div className="min-h-0 flex-1 overflow-auto">
            <RunRelatives run={run} />
          </div>
        </TabPanel>
      </TabBar>
    </SidePanel>
  );
}
