import { queryOptions } from "@tanstack/react-query";
import { queryOf, type RunFilter } from "@/graph/run-query";
import type { RunQuery } from "./bulk";
import { answered, client } from "./client";
import type { components } from "./schema.gen";

export type SavedFilter = components["schemas"]["FilterView"];

/** The filters that the workspace has saved. */
export const savedFiltersQuery = queryOptions({
  queryKey: ["run-filters"],
  queryFn: async ({ signal }) => (await answered(client.GET("/api/v1/run-filters", { signal }))).items,
});

export function saveFilter(name: string, filter: RunFilter): Promise<SavedFilter> {
  return answered(client.POST("/api/v1/run-filters", { body: { name, query: queryOf(filter) as RunQuery } }));
}

export function removeFilter(id: string): Promise<unknown> {
  return answered(client.DELETE("/api/v1/run-filters/{filter_id}", { params: { path: { filter_id: id } } }));
}
