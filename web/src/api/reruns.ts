import { queryOptions } from "@tanstack/react-query";
import { answered, client } from "./client";
import { runKeys } from "./runs";
import type { components } from "./schema.gen";

type Schemas = components["schemas"];
export type Rerun = Schemas["RerunView"];
export type RerunNode = Schemas["TreeNode"];

export type RerunRequest = {
  from: string;
  definition: "original" | "latest";
  input?: Record<string, unknown>;
  overrides?: Record<string, unknown>;
};

/** The same key with the same request begins one rerun, however often it is sent. */
export function rerun(runId: string, request: RerunRequest, idempotencyKey: string): Promise<Rerun> {
  return answered(
    client.POST("/api/v1/runs/{run_id}/rerun", {
      params: { path: { run_id: runId }, header: { "idempotency-key": idempotencyKey } },
      body: { alone: false, overrides: {}, ...request },
    }),
  );
}

/** The run with all that repeat it, from the first of all. */
export function treeQuery(runId: string) {
  return queryOptions({
    queryKey: [...runKeys.one(runId), "tree"],
    queryFn: ({ signal }) =>
      answered(client.GET("/api/v1/runs/{run_id}/tree", { params: { path: { run_id: runId } }, signal })),
  });
}
