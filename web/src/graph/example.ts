/** What "New workflow" starts from: small, valid, and it runs without a network. */

export const EXAMPLE_DEFINITION = {
  format: 1,
  name: "Order check",
  description: "Decides by an order's total. Change it into your own.",
  input: {
    type: "object",
    properties: { total: { type: "number", default: 250 } },
    required: ["total"],
  },
  nodes: [
    { id: "big", type: "core.if@1", name: "Big order?", config: { condition: "{{ input.total > 100 }}" } },
    {
      id: "review",
      type: "core.set@1",
      name: "Ask for a review",
      config: { values: { text: "Please review: {{ input.total }}" } },
    },
    { id: "accept", type: "core.set@1", name: "Accept", config: { values: { text: "Accepted" } } },
    { id: "answer", type: "core.merge@1", name: "Answer", config: {} },
  ],
  edges: [
    { id: "e1", source: "big", source_port: "true", target: "review" },
    { id: "e2", source: "big", source_port: "false", target: "accept" },
    { id: "e3", source: "review", target: "answer" },
    { id: "e4", source: "accept", target: "answer" },
  ],
  settings: { timeout: "1h" },
};

/** A value that fits an input schema as far as the schema says: the defaults, else an empty value of the type. */
export function exampleInput(schema: unknown): unknown {
  if (typeof schema !== "object" || schema === null) return {};
  const { default: standard, examples, enum: choices, type, properties } = schema as Record<string, unknown>;
  if (standard !== undefined) return standard;
  if (Array.isArray(examples) && examples.length > 0) return examples[0];
  if (Array.isArray(choices) && choices.length > 0) return choices[0];
  if (type === "string") return "";
  if (type === "number" || type === "integer") return 0;
  if (type === "boolean") return false;
  if (type === "array") return [];
  const fields = typeof properties === "object" && properties !== null ? Object.entries(properties) : [];
  return Object.fromEntries(fields.map(([name, field]) => [name, exampleInput(field)]));
}
