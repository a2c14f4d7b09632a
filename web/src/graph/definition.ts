/** What the page reads of a definition; the server judges whether it is valid. */

export type DefinitionNode = {
  id: string;
  type: string;
  name?: string;
  config: Record<string, unknown>;
  parent?: string;
  position?: { x: number; y: number };
  disabled?: boolean;
  raw: Record<string, unknown>;
};

export type DefinitionEdge = { id: string; source: string; sourcePort: string; target: string };

export type Graph = { nodes: DefinitionNode[]; edges: DefinitionEdge[] };

/** Reads what can be drawn and leaves out what cannot: a draft may be anything. */
export function readGraph(definition: unknown): Graph {
  const whole = asRecord(definition);
  const nodes = asRecords(whole.nodes).flatMap((raw) => (isText(raw.id) ? [readNode(raw.id, raw)] : []));
  const unique = [...new Map(nodes.map((node) => [node.id, node])).values()];
  const known = new Set(unique.map((node) => node.id));
  const edges = asRecords(whole.edges).flatMap((raw, index) => readEdge(raw, index, known));
  return { nodes: unique, edges: [...new Map(edges.map((edge) => [edge.id, edge])).values()] };
}

function readNode(id: string, raw: Record<string, unknown>): DefinitionNode {
  return {
    id,
    type: isText(raw.type) ? raw.type : "unknown",
    name: isText(raw.name) && raw.name ? raw.name : undefined,
    config: asRecord(raw.config),
    parent: isText(raw.parent) ? raw.parent : undefined,
    position: readPosition(raw.position),
    disabled: raw.disabled === true,
    raw,
  };
}

function readEdge(raw: Record<string, unknown>, index: number, known: Set<string>): DefinitionEdge[] {
  const { source, target } = raw;
  if (!isText(source) || !isText(target) || !known.has(source) || !known.has(target)) return [];
  const sourcePort = isText(raw.source_port) ? raw.source_port : "out";
  return [{ id: `${index}:${source}.${sourcePort}>${target}`, source, sourcePort, target }];
}

function readPosition(value: unknown): { x: number; y: number } | undefined {
  const { x, y } = asRecord(value);
  return Number.isFinite(x) && Number.isFinite(y) ? { x: x as number, y: y as number } : undefined;
}

/** `core.http_request@1` as a person says it: "HTTP request". */
export function typeName(type: string): string {
  const operation = type.replace(/@.*$/, "").split(".").pop() ?? type;
  const words = operation.replaceAll("_", " ").trim();
  return words.charAt(0).toUpperCase() + words.slice(1).replace(/^ttp /, "TTP ");
}

function asRecord(value: unknown): Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value)
    ? (value as Record<string, unknown>)
    : {};
}

function asRecords(value: unknown): Record<string, unknown>[] {
  return Array.isArray(value) ? value.map(asRecord) : [];
}

function isText(value: unknown): value is string {
  return typeof value === "string";
}
