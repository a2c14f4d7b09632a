import { expect, test } from "vitest";
import { readGraph, typeName } from "./definition";
import { EXAMPLE_DEFINITION, exampleInput } from "./example";
import { statusTogether } from "./status";
import { summaryOf } from "./summary";

test("a draft that is anything at all is read without an error", () => {
  for (const draft of [null, 1, "x", [], {}, { nodes: 3 }, { nodes: [null, { id: 4 }], edges: [{}] }]) {
    expect(readGraph(draft)).toEqual({ nodes: [], edges: [] });
  }
});

test("edges to nodes that do not exist and repeated ids are left out", () => {
  const nodes = [
    { id: "a", type: "core.noop@1" },
    { id: "a", type: "core.set@1" },
  ];
  const graph = readGraph({ nodes, edges: [{ source: "a", target: "b" }] });
  expect(graph.nodes).toHaveLength(1);
  expect(graph.edges).toEqual([]);
});

test("the example is a graph whose edges all lead somewhere", () => {
  const graph = readGraph(EXAMPLE_DEFINITION);
  expect(graph.nodes).toHaveLength(EXAMPLE_DEFINITION.nodes.length);
  expect(graph.edges).toHaveLength(EXAMPLE_DEFINITION.edges.length);
  expect(exampleInput(EXAMPLE_DEFINITION.input)).toEqual({ total: 250 });
});

test("an example input has a value for every property of the schema", () => {
  const schema = {
    type: "object",
    properties: {
      id: { type: "string" },
      n: { type: "integer" },
      on: { type: "boolean" },
      of: { enum: ["x", "y"] },
      list: { type: "array" },
    },
  };
  expect(exampleInput(schema)).toEqual({ id: "", n: 0, on: false, of: "x", list: [] });
  expect(exampleInput(undefined)).toEqual({});
});

test("types and nodes say what they are in words", () => {
  expect(typeName("core.http_request@1")).toBe("HTTP request");
  expect(typeName("slack.post_message@2")).toBe("Post message");
  const summary = (type: string, config: Record<string, unknown>) =>
    summaryOf({ id: "n", type, config, raw: {} });
  expect(summary("core.http_request@1", { method: "POST", url: "https://shop.example/orders" })).toBe(
    "POST shop.example/orders",
  );
  expect(summary("core.if@1", { condition: "{{ input.total > 100 }}" })).toBe("input.total > 100");
  expect(summary("slack.post_message@1", { channel: "#sales" })).toBe("#sales");
  expect(summary("core.noop@1", {})).toBe("Does nothing");
});

test("a node with several instances shows what most deserves to be seen", () => {
  expect(statusTogether(["succeeded", "running", "failed"])).toBe("running");
  expect(statusTogether(["succeeded", "failed"])).toBe("failed");
  expect(statusTogether(["skipped", "succeeded"])).toBe("succeeded");
  expect(statusTogether([])).toBe("pending");
});
