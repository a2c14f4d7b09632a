import { type Edge, type Node, Position } from "@xyflow/react";
import { type DefinitionNode, type Graph, typeName } from "@/graph/definition";
import { type Box, NODE_HEIGHT, NODE_WIDTH, placesOf, portsOf } from "@/graph/layout";
import { type NodeStatus, STATUS_WORDS } from "@/graph/status";
import { summaryOf } from "@/graph/summary";

export type CardContent = {
  id: string;
  type: string;
  title: string;
  summary: string;
  ports: string[];
  /** Whether other nodes live in it. */
  container: boolean;
  height: number;
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
  const containers = new Set(graph.nodes.map(({ parent }) => parent));
  return {
    nodes: graph.nodes.map((node) => cardOf(node, graph, places, containers.has(node.id))),
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

function cardOf(node: DefinitionNode, graph: Graph, places: Map<string, Box>, container: boolean): CardNode {
  const { x, y, width, height } = places.get(node.id) ?? {
    x: 0,
    y: 0,
    width: NODE_WIDTH,
    height: NODE_HEIGHT,
  };
  const ports = portsOf(node.id, graph, places);
  const title = node.name ?? node.id;
  return {
    id: node.id,
    type: "card",
    position: { x, y },
    // What lives in a container lies on it, and a container in a container on that one.
    zIndex: container ? depthOf(node, graph) : 100,
    // Sizes and ports are known beforehand; nothing has to be measured, so nothing flickers.
    width,
    height,
    measured: { width, height },
    handles: [
      {
        id: "in",
        type: "target",
        position: Position.Left,
        x: -PORT / 2,
        y: (height - PORT) / 2,
        width: PORT,
        height: PORT,
      },
      ...ports.map((port, index) => ({
        id: port,
        type: "source" as const,
        position: Position.Right,
        x: width - PORT / 2,
        y: portHeight(index, ports.length, height) - PORT / 2,
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
      container,
      height,
      entered: graph.edges.some(({ target }) => target === node.id),
      disabled: node.disabled === true,
      status: null,
      count: 0,
      chosen: false,
    },
  };
}

export function portHeight(index: number, count: number, height: number): number {
  return (height * (index + 1)) / (count + 1);
}

function depthOf(node: DefinitionNode, graph: Graph): number {
  const parents = new Map(graph.nodes.map(({ id, parent }) => [id, parent]));
  let depth = 0;
  for (let at = node.parent; at && depth < parents.size; at = parents.get(at)) depth += 1;
  return depth;
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
