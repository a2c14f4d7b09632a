/** What the list of runs is narrowed by: in the address, as the API takes it, and as people save it. */

export const FILTERS = [
  "status",
  "text",
  "workflow",
  "version",
  "trigger",
  "business_key",
  "from",
  "to",
  "min_seconds",
  "max_seconds",
  "parent_run_id",
  "fingerprint",
] as const;
export type FilterName = (typeof FILTERS)[number];
export type RunFilter = Partial<Record<FilterName, string>>;

/** The filters of an address; anything else in it is left out. */
export function filterOf(params: URLSearchParams): RunFilter {
  const filter: RunFilter = {};
  for (const name of FILTERS) {
    const value = params.get(name);
    if (value?.trim()) filter[name] = value;
  }
  return filter;
}

/** The filter as the API takes it in a body: lists and numbers are such. */
export function queryOf(filter: RunFilter): Record<string, unknown> {
  const query: Record<string, unknown> = {};
  // What is being written may end with a blank.
  for (const [name, value] of Object.entries(filter))
    query[name] = wantedOf(name as FilterName, value.trim());
  return query;
}

function wantedOf(name: FilterName, text: string): unknown {
  if (name === "status") return text.split(",");
  if (name === "min_seconds" || name === "max_seconds") return numberOf(text);
  return name === "version" && text !== "draft" ? numberOf(text) : text;
}

/** A saved query as a filter again. */
export function filterOfQuery(query: Record<string, unknown>): RunFilter {
  const filter: RunFilter = {};
  for (const name of FILTERS) {
    const value = query[name];
    if (Array.isArray(value) ? value.length > 0 : value !== null && value !== undefined && value !== "")
      filter[name] = String(value);
  }
  return filter;
}

/** What is no number stays as it was written, so that the server can say what is wrong with it. */
function numberOf(text: string): number | string {
  const value = Number(text);
  return Number.isFinite(value) ? value : text;
}
