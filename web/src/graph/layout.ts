/** Where the nodes of a definition stand on the canvas. */
import { graphlib, layout } from "@dagrejs/dagre";
import type { DefinitionNode, Graph } from "./definition";

export const NODE_WIDTH = 200;
export const NODE_HEIGHT = 56;

export type Place = { x: number; y: number };

/** The author's own positions when every node has one and no two nodes cover each other, else a computed layout. */
export function placesOf(graph: Graph): Map<string, Place> {
  return ownPlaces(graph.nodes) ?? computedPlaces(graph);
}

function ownPlaces(nodes: DefinitionNode[]): Map<string, Place> | null {
  const places = new Map<string, Place>();
  const taken = new Set<string>();
  for (const { id, position } of nodes) {
    if (!position) return null;
    const cell = `${Math.round(position.x / NODE_WIDTH)}:${Math.round(position.y / NODE_HEIGHT)}`;
    if (taken.has(cell)) return null;
    taken.add(cell);
    places.set(id, position);
  }
  return places;
}

function computedPlaces({ nodes, edges }: Graph): Map<string, Place> {
  const dagre = new graphlib.Graph();
  dagre.setGraph({ rankdir: "LR", nodesep: 32, ranksep: 88 });
  dagre.setDefaultEdgeLabel(() => ({}));
  for (const { id } of nodes) dagre.setNode(id, { width: NODE_WIDTH, height: NODE_HEIGHT });
  for (const { source, target } of edges) if (source !== target) dagre.setEdge(source, target);
  layout(dagre);
  return new Map(
    nodes.map(({ id }) => {
      const { x, y } = dagre.node(id);
      return [id, { x: x - NODE_WIDTH / 2, y: y - NODE_HEIGHT / 2 }];
    }),
  );
}

/** The ports that a node's edges leave by, from top to bottom as their targets stand, so that few edges cross. */
export function portsOf(nodeId: string, { edges }: Graph, places: Map<string, Place>): string[] {
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
