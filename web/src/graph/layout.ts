/** Where the nodes of a definition stand on the canvas. */
import { graphlib, layout } from "@dagrejs/dagre";
import type { DefinitionNode, Graph } from "./definition";

export const NODE_WIDTH = 200;
export const NODE_HEIGHT = 56;

/** Around the nodes of a container; above them stands its name. */
const PADDING = 20;
const TITLE_HEIGHT = 48;
const EMPTY_HEIGHT = 40;

export type Place = { x: number; y: number };
export type Box = Place & { width: number; height: number };

const CARD = { width: NODE_WIDTH, height: NODE_HEIGHT };

/**
 * The author's own positions when every node has one, none lives in a container and no two cover each other,
 * else a computed layout, in which a container is as large as what lives in it.
 */
export function placesOf(graph: Graph): Map<string, Box> {
  return ownPlaces(graph.nodes) ?? computedPlaces(graph);
}

function ownPlaces(nodes: DefinitionNode[]): Map<string, Box> | null {
  const places = new Map<string, Box>();
  const taken = new Set<string>();
  for (const { id, position, parent } of nodes) {
    if (!position || parent) return null;
    const cell = `${Math.round(position.x / NODE_WIDTH)}:${Math.round(position.y / NODE_HEIGHT)}`;
    if (taken.has(cell)) return null;
    taken.add(cell);
    places.set(id, { ...position, ...CARD });
  }
  return places;
}

function computedPlaces(graph: Graph): Map<string, Box> {
  const inside = new Map<string, DefinitionNode[]>();
  const known = new Set(graph.nodes.map(({ id }) => id));
  for (const node of graph.nodes) {
    const parent = node.parent && known.has(node.parent) ? node.parent : "";
    inside.set(parent, [...(inside.get(parent) ?? []), node]);
  }
  const places = placeScope("", inside, graph, new Set()).boxes;
  // Containers that live in each other are in no scope: a draft may hold anything.
  for (const { id } of graph.nodes) if (!places.has(id)) places.set(id, { x: 0, y: 0, ...CARD });
  return places;
}

type Scope = { boxes: Map<string, Box>; width: number; height: number };

/** Lays out a scope from its own corner; what lives in its containers is laid out first, since it says their sizes. */
function placeScope(
  parent: string,
  inside: Map<string, DefinitionNode[]>,
  graph: Graph,
  above: Set<string>,
): Scope {
  const nodes = inside.get(parent) ?? [];
  const inner = new Map<string, Scope>();
  const dagre = new graphlib.Graph();
  dagre.setGraph({ rankdir: "LR", nodesep: 32, ranksep: 88 });
  dagre.setDefaultEdgeLabel(() => ({}));
  for (const { id } of nodes) {
    if (inside.has(id) && !above.has(id)) {
      inner.set(id, placeScope(id, inside, graph, new Set([...above, id])));
    }
    dagre.setNode(id, sizeOf(inner.get(id)));
  }
  const own = new Set(nodes.map(({ id }) => id));
  for (const { source, target } of graph.edges) {
    if (source !== target && own.has(source) && own.has(target)) dagre.setEdge(source, target);
  }
  layout(dagre);
  const boxes = new Map<string, Box>();
  for (const { id } of nodes) {
    const { x, y, width, height } = dagre.node(id);
    const box = { x: x - width / 2, y: y - height / 2, width, height };
    boxes.set(id, box);
    for (const [innerId, one] of inner.get(id)?.boxes ?? []) {
      boxes.set(innerId, { ...one, x: one.x + box.x + PADDING, y: one.y + box.y + TITLE_HEIGHT });
    }
  }
  const all = [...boxes.values()];
  return {
    boxes,
    width: Math.max(0, ...all.map(({ x, width }) => x + width)),
    height: Math.max(EMPTY_HEIGHT, ...all.map(({ y, height }) => y + height)),
  };
}

function sizeOf(inner: Scope | undefined): { width: number; height: number } {
  // A copy: dagre writes into what it is given.
  if (!inner) return { ...CARD };
  return {
    width: Math.max(NODE_WIDTH, inner.width + 2 * PADDING),
    height: inner.height + TITLE_HEIGHT + PADDING,
  };
}

/** The ports that a node's edges leave by, from top to bottom as their targets stand, so that few edges cross. */
export function portsOf(nodeId: string, { edges }: Graph, places: Map<string, Box>): string[] {
  const heights = new Map<string, number[]>();
  for (const { source, sourcePort, target } of edges) {
    if (source !== nodeId) continue;
    heights.set(sourcePort, [...(heights.get(sourcePort) ?? []), places.get(target)?.y ?? 0]);
  }
  const mean = (values: number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
  return [...heights].sort(([, one], [, other]) => mean(one) - mean(other)).map(([port]) => port);
}

export type Direction = "left" | "right" | "up" | "down";

/** The nearest node in a direction: what lies straight ahead is nearer than what lies aside. */
export function neighbour(places: Map<string, Place>, from: string, direction: Direction): string | null {
  const here = places.get(from);
  if (!here) return null;
  let best: string | null = null;
  let least = Number.POSITIVE_INFINITY;
  for (const [id, place] of places) {
    const [ahead, aside] = offsets(here, place, direction);
    // What lies far more aside than ahead is in another direction.
    if (id === from || ahead <= 0 || aside > 2 * ahead) continue;
    const distance = ahead + 2 * aside;
    if (distance < least) [best, least] = [id, distance];
  }
  return best;
}

function offsets(here: Place, there: Place, direction: Direction): [number, number] {
  const x = there.x - here.x;
  const y = there.y - here.y;
  if (direction === "right") return [x, Math.abs(y)];
  if (direction === "left") return [-x, Math.abs(y)];
  return direction === "down" ? [y, Math.abs(x)] : [-y, Math.abs(x)];
}
