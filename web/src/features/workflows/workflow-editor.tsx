import { useMemo, useState } from "react";
import { useNavigate, useSearchParams } from "react-router";
import type { Workflow } from "@/api/types";
import type { Definition } from "@/api/workflows";
import { readGraph } from "@/graph/definition";
import { LazyCanvas } from "@/ui/canvas/lazy-canvas";
import { Empty } from "@/ui/empty";
import { useEscape } from "@/ui/keyboard";
import { TabBar, TabPanel } from "@/ui/tab-bar";
import { ConfigPanel } from "./config-panel";
import { DefinitionTab } from "./definition-tab";
import { LeaveGuard } from "./leave-guard";
import { PublishDialog } from "./publish-dialog";
import { RunDialog } from "./run-dialog";
import { SaveTrouble } from "./save-trouble";
import { useDraft } from "./use-draft";
import { WorkflowHeader } from "./workflow-header";
import { WorkflowRuns } from "./workflow-runs";

type Props = { workflow: Workflow | null; start: Definition };

/** One workflow: its graph, its definition, its runs, and the three things to do with it. */
export function WorkflowEditor({ workflow, start }: Props) {
  const navigate = useNavigate();
  const [params, setParams] = useSearchParams();
  const draft = useDraft(workflow, start);
  const [open, setOpen] = useState<"run" | "publish" | null>(null);
  const tab = params.get("tab") ?? (workflow ? "canvas" : "definition");
  const chosen = params.get("node");
  const graph = useLastGraph(draft.definition);
  const node = graph.nodes.find(({ id }) => id === chosen);

  const put = (name: string, value: string | null) => {
    const next = new URLSearchParams(params);
    if (value === null) next.delete(name);
    else next.set(name, value);
    setParams(next, { replace: true });
  };
  useEscape(node !== undefined && tab === "canvas", () => put("node", null));

  const save = async (): Promise<Workflow | null> => {
    if (!draft.definition) return null;
    try {
      const saved = await draft.save.mutateAsync(draft.definition);
      if (!workflow) navigate(`/workflows/${saved.id}?tab=${tab}`, { replace: true, state: { saved: true } });
      return saved;
    } catch {
      return null; // shown by SaveTrouble
    }
  };
  const publish = async () => {
    if (workflow && (!draft.dirty || (await save()))) setOpen("publish");
  };

  return (
    <main className="flex min-h-0 flex-1 flex-col">
      <WorkflowHeader
        workflow={workflow}
        draft={draft}
        onSave={save}
        onPublish={publish}
        onRun={() => setOpen("run")}
        onFindings={() => put("tab", "definition")}
      />
      <SaveTrouble draft={draft} />
      <TabBar
        label="Views of the workflow"
        current={tab}
        onChange={(next) => put("tab", next)}
        tabs={workflow ? TABS : TABS.slice(0, 2)}
      >
        <TabPanel id="canvas">
          <div className="flex min-h-0 flex-1">
            {graph.nodes.length > 0 ? (
              <LazyCanvas graph={graph} chosen={chosen} onChoose={(id) => put("node", id)} />
            ) : (
              <Empty title="No nodes yet">
                <p>Write nodes into the definition; they appear here.</p>
              </Empty>
            )}
            {node ? <ConfigPanel node={node} onClose={() => put("node", null)} /> : null}
          </div>
        </TabPanel>
        <TabPanel id="definition">
          <DefinitionTab draft={draft} />
        </TabPanel>
        {workflow ? (
          <TabPanel id="runs">
            <WorkflowRuns workflowId={workflow.id} onRun={() => setOpen("run")} />
          </TabPanel>
        ) : null}
      </TabBar>
      {workflow && open === "run" ? (
        <RunDialog workflow={workflow} dirty={draft.dirty} onClose={() => setOpen(null)} />
      ) : null}
      {workflow && open === "publish" ? (
        <PublishDialog
          workflow={workflow}
          onClose={() => setOpen(null)}
          onFindings={() => put("tab", "definition")}
        />
      ) : null}
      <LeaveGuard
        active={draft.dirty && (workflow !== null || draft.text.trim() !== JSON.stringify(start, null, 2))}
      />
    </main>
  );
}

const TABS = [
  { id: "canvas", name: "Canvas" },
  { id: "definition", name: "Definition" },
  { id: "runs", name: "Runs" },
];

/** While the text is broken the canvas keeps what it showed last. */
function useLastGraph(definition: Definition | null) {
  const [last, setLast] = useState(definition);
  if (definition && definition !== last) setLast(definition);
  return useMemo(() => readGraph(definition ?? last), [definition, last]);
}
