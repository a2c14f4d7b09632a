import { expect, test } from "vitest";
import { readGraph } from "./definition";
import { neighbour, placesOf, portsOf } from "./layout";

const node = (id: string, position?: { x: number; y: number }) => ({
  id,
  type: "core.noop@1",
  config: {},
  position,
});

test("a chain is laid out from left to right", () => {
  const edges = [
    { source: "a", target: "b" },
    { source: "b", target: "c" },
  ];
  const places = placesOf(readGraph({ nodes: [node("c"), node("a"), node("b")], edges }));
  const x = (id: string) => places.get(id)?.x ?? Number.NaN;
  expect(x("a")).toBeLessThan(x("b"));
  expect(x("b")).toBeLessThan(x("c"));
});

test("the author's positions are kept when every node has one of its own", () => {
  const graph = readGraph({ nodes: [node("a", { x: 7, y: 8 }), node("b", { x: 400, y: 8 })], edges: [] });
  expect(placesOf(graph).get("a")).toMatchObject({ x: 7, y: 8 });
});

test("positions that cover each other are not used", () => {
  const graph = readGraph({ nodes: [node("a", { x: 0, y: 0 }), node("b", { x: 0, y: 0 })], edges: [] });
  const places = placesOf(graph);
  expect(places.get("a")).not.toEqual(places.get("b"));
});

test("self-loops and cycles of a draft do not break the layout", () => {
  const edges = [
    { source: "a", target: "a" },
    { source: "a", target: "b" },
    { source: "b", target: "a" },
  ];
  expect(placesOf(readGraph({ nodes: [node("a"), node("b")], edges })).size).toBe(2);
});

test("two hundred nodes are laid out", () => {
  const nodes = Array.from({ length: 200 }, (_, index) => node(`n${index}`));
  const edges = nodes
    .slice(1)
    .map((_, index) => ({ source: `n${Math.floor(index / 2)}`, target: `n${index + 1}` }));
  const places = [...placesOf(readGraph({ nodes, edges })).values()];
  expect(new Set(places.map(({ x, y }) => `${x}:${y}`)).size).toBe(200);
});

test("an arrow key goes to the nearest node in its direction", () => {
  const places = new Map([
    ["a", { x: 0, y: 0 }],
    ["ahead", { x: 300, y: 10 }],
    ["aside", { x: 250, y: 400 }],
  ]);
  expect(neighbour(places, "a", "right")).toBe("ahead");
  expect(neighbour(places, "a", "down")).toBe("aside");
  expect(neighbour(places, "a", "left")).toBeNull();
});

test("ports stand in the order of their targets", () => {
  const edges = [
    { source: "a", source_port: "true", target: "low" },
    { source: "a", source_port: "false", target: "high" },
  ];
  const graph = readGraph({ nodes: [node("a"), node("low"), node("high")], edges });
  const places = new Map([
    ["low", { x: 9, y: 90, width: 1, height: 1 }],
    ["high", { x: 9, y: 0, width: 1, height: 1 }],
  ]);
  expect(portsOf("a", graph, places)).toEqual(["false", "true"]);
});

test("a container stands around what lives in it", () => {
  const inner = { ...node("inner"), parent: "map" };
  const nodes = [node("before"), node("map"), inner, { ...node("second"), parent: "map" }];
  const edges = [
    { source: "before", target: "map" },
    { source: "inner", target: "second" },
  ];
  const places = placesOf(readGraph({ nodes, edges }));
  const box = (id: string) => places.get(id) ?? { x: 0, y: 0, width: 0, height: 0 };
  for (const id of ["inner", "second"]) {
    expect(box(id).x).toBeGreaterThan(box("map").x);
    expect(box(id).y).toBeGreaterThan(box("map").y);
    expect(box(id).x + box(id).width).toBeLessThan(box("map").x + box("map").width);
    expect(box(id).y + box(id).height).toBeLessThan(box("map").y + box("map").height);
  }
  expect(box("before").x + box("before").width).toBeLessThan(box("map").x);
});

test("containers of a draft that live in each other are drawn all the same", () => {
  const nodes = [
    { ...node("a"), parent: "b" },
    { ...node("b"), parent: "a" },
  ];
  expect(placesOf(readGraph({ nodes, edges: [] })).size).toBe(2);
});
