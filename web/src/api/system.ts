import { queryOptions } from "@tanstack/react-query";
import { answered, client } from "./client";

/** What the installation is made of; it does not change while the page is open. */
export const systemQuery = queryOptions({
  queryKey: ["system"],
  queryFn: ({ signal }) => answered(client.GET("/api/v1/system", { signal })),
  staleTime: Number.POSITIVE_INFINITY,
});

/** Where Temporal's own page of a run is; null where the installation has none. */
export function temporalPage(ui: string | null, namespace: string, runId: string): string | null {
  if (!ui || !/^https?:\/\//.test(ui)) return null;
  const base = ui.replace(/\/+$/, "");
  return `${base}/namespaces/${encodeURIComponent(namespace)}/workflows/${encodeURIComponent(runId)}`;
}
