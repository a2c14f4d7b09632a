import "./canvas.css";
import {
  Background,
  BackgroundVariant,
  Controls,
  type NodeTypes,
  ReactFlow,
  ReactFlowProvider,
  useReactFlow,
} from "@xyflow/react";
import { type KeyboardEvent, useMemo, useRef } from "react";
import type { Graph } from "@/graph/definition";
import { type Direction, neighbour } from "@/graph/layout";
import { NodeCard } from "./node-card";
import { type CardNode, paint, paintEdges, type Statuses, sceneOf } from "./scene";
import { FIT, useFit } from "./use-fit";

const NODE_TYPES: NodeTypes = { card: NodeCard };
const DIRECTIONS: Record<string, Direction> = {
  ArrowLeft: "left",
  ArrowRight: "right",
  ArrowUp: "up",
  ArrowDown: "down",
};
/** Beyond this only the nodes in sight are drawn. */
const DRAWN_WHOLE = 500;

const WORDS = {
  "node.a11yDescription.default": "Press Enter to open the node; the arrow keys go to its neighbours.",
  "controls.ariaLabel": "Canvas controls",
};

type Props = {
  graph: Graph;
  /** In a run: node id -> its status. */
  statuses?: Statuses | null;
  chosen: string | null;
  onChoose: (nodeId: string | null) => void;
};

/** The graph of a definition, to look at and to walk through; in a run it shows the statuses. */
export default function Canvas(props: Props) {
  return (
    <ReactFlowProvider>
      <Scene {...props} />
    </ReactFlowProvider>
  );
}

function Scene({ graph, statuses = null, chosen, onChoose }: Props) {
  const { setCenter, getZoom } = useReactFlow();
  const { box, onMove } = useFit();
  const scene = useMemo(() => sceneOf(graph), [graph]);
  const painted = useRef<CardNode[]>([]);
  const nodes = useMemo(() => {
    painted.current = paint(scene.nodes, statuses, chosen, painted.current);
    return painted.current;
  }, [scene, statuses, chosen]);
  const edges = useMemo(() => paintEdges(scene.edges, statuses), [scene, statuses]);

  const onKeyDown = (event: KeyboardEvent<HTMLElement>) => {
    const id =
      event.target instanceof HTMLElement
        ? event.target.closest<HTMLElement>(".react-flow__node")?.dataset.id
        : null;
    if (!id) return;
    if (event.key === "Enter" || event.key === " ") {
      event.preventDefault();
      onChoose(id);
    }
    const direction = DIRECTIONS[event.key];
    const places = new Map(scene.nodes.map((node) => [node.id, node.position]));
    const next = direction ? neighbour(places, id, direction) : null;
    const place = next ? places.get(next) : undefined;
    if (!next || !place) return;
    event.preventDefault();
    void setCenter(place.x + 100, place.y + 28, { zoom: getZoom() });
    event.currentTarget
      .querySelector<HTMLElement>(`.react-flow__node[data-id="${CSS.escape(next)}"]`)
      ?.focus({ preventScroll: true });
  };

  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: the keys belong to the focused node inside
    <div ref={box} className="min-h-0 min-w-0 flex-1" onKeyDown={onKeyDown}>
      <ReactFlow
        nodes={nodes}
        edges={edges}
        nodeTypes={NODE_TYPES}
        onNodeClick={(_, node) => onChoose(node.id)}
        onPaneClick={() => onChoose(null)}
        nodesDraggable={false}
        nodesConnectable={false}
        edgesFocusable={false}
        deleteKeyCode={null}
        selectionKeyCode={null}
        disableKeyboardA11y
        fitView
        fitViewOptions={FIT}
        onMove={onMove}
        minZoom={0.1}
        maxZoom={2}
        onlyRenderVisibleElements={nodes.length > DRAWN_WHOLE}
        proOptions={{ hideAttribution: true }}
        ariaLabelConfig={WORDS}
        aria-label="Nodes of the workflow"
      >
        <Background variant={BackgroundVariant.Dots} gap={16} size={1} />
        <Controls showInteractive={false} />
      </ReactFlow>
    </div>
  );
}
