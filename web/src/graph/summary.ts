/** One line that says what a node does, with its real values. */
import { type DefinitionNode, typeName } from "./definition";

export function summaryOf(node: DefinitionNode): string {
  const operation = node.type.replace(/@.*$/, "");
  return (summaries[operation]?.(node.config) || firstValue(node.config) || typeName(node.type)).slice(
    0,
    120,
  );
}

const summaries: Record<string, (config: Record<string, unknown>) => string> = {
  "core.http_request": (config) =>
    `${text(config.method) || "GET"} ${text(config.url).replace(/^https?:\/\//, "")}`,
  "core.if": (config) => bare(config.condition),
  "core.switch": (config) => ports(config.cases),
  "core.set": (config) => Object.keys(record(config.values)).join(", "),
  "core.fail": (config) => [text(config.name), text(config.message)].filter(Boolean).join(": "),
  "core.merge": () => "Brings branches together",
  "core.noop": () => "Does nothing",
  "core.stop": () => "Ends the run as succeeded",
};

function ports(cases: unknown): string {
  const named = Array.isArray(cases) ? cases.map((one) => text(record(one).port)).filter(Boolean) : [];
  return [...named, "default"].join(" · ");
}

/** An expression without its braces. */
function bare(value: unknown): string {
  return text(value).replace(/^\s*\{\{\s*|\s*\}\}\s*$/g, "");
}

function firstValue(config: Record<string, unknown>): string {
  return (
    Object.values(config).find((value): value is string => typeof value === "string" && value !== "") ?? ""
  );
}

function text(value: unknown): string {
  return typeof value === "string" ? value : "";
}

function record(value: unknown): Record<string, unknown> {
  return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};
}
