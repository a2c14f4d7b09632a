import { infiniteQueryOptions, queryOptions } from "@tanstack/react-query";
import { answered, client } from "./client";
import type { Finding, Version, Workflow } from "./types";

export const workflowKeys = {
  all: ["workflows"] as const,
  one: (id: string) => ["workflows", id] as const,
  version: (id: string, version: number) => ["workflows", id, "versions", version] as const,
};

/** The workflows whose names contain the text, by name. */
export function workflowsQuery(text: string) {
  return infiniteQueryOptions({
    queryKey: [...workflowKeys.all, "list", text],
    queryFn: ({ pageParam, signal }) => {
      const query = { limit: 100, cursor: pageParam, text: text || undefined };
      return answered(client.GET("/api/v1/workflows", { params: { query }, signal }));
    },
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.next_cursor ?? undefined,
    // While somebody types, what was found stays in sight.
    placeholderData: (before) => before,
  });
}

export function workflowQuery(id: string) {
  return queryOptions({
    queryKey: workflowKeys.one(id),
    queryFn: ({ signal }) =>
      answered(
        client.GET("/api/v1/workflows/{workflow_id}", { params: { path: { workflow_id: id } }, signal }),
      ),
  });
}

/** A published version never changes, so it is fetched once. */
export function versionQuery(id: string, version: number) {
  return queryOptions({
    queryKey: workflowKeys.version(id, version),
    queryFn: ({ signal }): Promise<Version> =>
      answered(
        client.GET("/api/v1/workflows/{workflow_id}/versions/{number}", {
          params: { path: { workflow_id: id, number: version } },
          signal,
        }),
      ),
    staleTime: Number.POSITIVE_INFINITY,
  });
}

export type Definition = Record<string, unknown>;

export function createWorkflow(definition: Definition): Promise<Workflow> {
  return answered(client.POST("/api/v1/workflows", { body: { definition } }));
}

export function saveWorkflow(
  id: string,
  definition: Definition,
  draftRevision: number | null,
): Promise<Workflow> {
  return answered(
    client.PUT("/api/v1/workflows/{workflow_id}", {
      params: { path: { workflow_id: id } },
      body: { definition, draft_revision: draftRevision },
    }),
  );
}

export function publishWorkflow(id: string) {
  return answered(
    client.POST("/api/v1/workflows/{workflow_id}/publish", { params: { path: { workflow_id: id } } }),
  );
}

export async function validateDefinition(definition: Definition, signal?: AbortSignal): Promise<Finding[]> {
  const { findings } = await answered(
    client.POST("/api/v1/workflows/validate", { body: definition, signal }),
  );
  return findings;
}
