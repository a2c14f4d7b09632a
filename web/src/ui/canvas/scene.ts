import { type Edge, type Node, Position } from "@xyflow/react";
import { type DefinitionNode, type Graph, typeName } from "@/graph/definition";
import { NODE_HEIGHT, NODE_WIDTH, type Place, placesOf, portsOf } from "@/graph/layout";
import { type NodeStatus, STATUS_WORDS } from "@/graph/status";
import { summaryOf } from "@/graph/summary";

export type CardContent = {
  id: string;
  type: string;
  title: string;
  summary: string;
  ports: string[];
  /** Whether an edge leads to it. */
  entered: boolean;
  disabled: boolean;
  status: NodeStatus | null;
  /** How many instances the node has in the run. */
  count: number;
  chosen: boolean;
};

export type CardNode = Node<CardContent, "card">;
export type Statuses = ReadonlyMap<string, { status: NodeStatus; count: number }>;

const PORT = 6;

/** What stays the same while a run goes on: places, ports and words. */
export function sceneOf(graph: Graph): { nodes: CardNode[]; edges: Edge[] } {
  const places = placesOf(graph);
  return {
    nodes: graph.nodes.map((node) => cardOf(node, graph, places)),
    edges: graph.edges.map(({ id, source, target, sourcePort }) => ({
      id,
      source,
      target,
      sourceHandle: sourcePort,
      targetHandle: "in",
      label: sourcePort === "out" ? undefined : sourcePort,
    })),
  };
}

function cardOf(node: DefinitionNode, graph: Graph, places: Map<string, Place>): CardNode {
  const ports = portsOf(node.id, graph, places);
  const title = node.name ?? node.id;
  return {
    id: node.id,
    type: "card",
    position: places.get(node.id) ?? { x: 0, y: 0 },
    // Sizes and ports are known beforehand; nothing has to be measured, so nothing flickers.
    width: NODE_WIDTH,
    height: NODE_HEIGHT,
    measured: { width: NODE_WIDTH, height: NODE_HEIGHT },
    handles: [
      {
        id: "in",
        type: "target",
        position: Position.Left,
        x: -PORT / 2,
        y: (NODE_HEIGHT - PORT) / 2,
        width: PORT,
        height: PORT,
      },
      ...ports.map((port, index) => ({
        id: port,
        type: "source" as const,
        position: Position.Right,
        x: NODE_WIDTH - PORT / 2,
        y: portHeight(index, ports.length) - PORT / 2,
        width: PORT,
        height: PORT,
      })),
    ],
    ariaLabel: `${title}, ${typeName(node.type)}`,
    data: {
      id: node.id,
      type: node.type,
      title,
      summary: summaryOf(node),
      ports,
      entered: graph.edges.some(({ target }) => target === node.id),
      disabled: node.disabled === true,
      status: null,
      count: 0,
      chosen: false,
    },
  };
}

export function portHeight(index: number, count: number): number {
  return (NODE_HEIGHT * (index + 1)) / (count + 1);
}

/** The scene with the run's statuses and the chosen node; a card that stays the same stays the same object. */
export function paint(
  nodes: CardNode[],
  statuses: Statuses | null,
  chosen: string | null,
  before: CardNode[],
): CardNode[] {
  const known = new Map(before.map((node) => [node.id, node]));
  return nodes.map((node) => {
    const state = statuses?.get(node.id);
    const status = statuses ? (state?.status ?? "pending") : null;
    const data = { ...node.data, status, count: state?.count ?? 0, chosen: chosen === node.id };
    const old = known.get(node.id);
    if (old && old.position === node.position && sameContent(old.data, data)) return old;
    const ariaLabel = status ? `${node.ariaLabel}, ${STATUS_WORDS[status]}` : node.ariaLabel;
    return { ...node, data, ariaLabel };
  });
}

function sameContent(one: CardContent, other: CardContent): boolean {
  return (Object.keys(one) as (keyof CardContent)[]).every((field) => one[field] === other[field]);
}

/** Edges of a run: strong where the run went, faint where it will not go. */
export function paintEdges(edges: Edge[], statuses: Statuses | null): Edge[] {
  if (!statuses) return edges;
  return edges.map((edge) => {
    const target = statuses.get(edge.target)?.status ?? "pending";
    const source = statuses.get(edge.source)?.status ?? "pending";
    const dead = target === "skipped" || source === "skipped" || target === "cancelled";
    const taken = !dead && target !== "pending" && (source === "succeeded" || source === "failed");
    return { ...edge, className: dead ? "edge-dead" : taken ? "edge-taken" : "edge-open" };
  });
}
