import { queryOptions } from "@tanstack/react-query";
import { answered, client } from "./client";
import type { components } from "./schema.gen";

export type RunQuery = components["schemas"]["RunQuery"];
export type BulkRequest = {
  action: "cancel" | "rerun";
  filter: RunQuery;
  rerun?: { from: string; definition: "original" | "latest"; alone: boolean };
};
export type BulkProgress = { done: number; failed: { run_id: string; reason: string }[]; more: boolean };

/** How many runs a request would be about. */
export function bulkCountQuery(request: BulkRequest) {
  return queryOptions({
    queryKey: ["bulk", request],
    queryFn: ({ signal }) =>
      answered(client.POST("/api/v1/runs/bulk", { body: { ...request, preview: true, limit: 100 }, signal })),
    gcTime: 0,
  });
}

const AT_ONCE = 25;
const LISTED = 50;

/** Page after page, telling how far it is, until there is no more or `signal` stops it. */
export async function doInBulk(
  request: BulkRequest,
  onProgress: (progress: BulkProgress) => void,
  signal: AbortSignal,
): Promise<BulkProgress> {
  let progress: BulkProgress = { done: 0, failed: [], more: true };
  let cursor: string | null = null;
  while (progress.more && !signal.aborted) {
    const page: components["schemas"]["BulkView"] = await answered(
      client.POST("/api/v1/runs/bulk", { body: { ...request, preview: false, limit: AT_ONCE, cursor } }),
    );
    cursor = page.next ?? null;
    progress = {
      done: progress.done + page.done.length,
      failed: [...progress.failed, ...page.failed].slice(0, LISTED),
      more: cursor !== null,
    };
    onProgress(progress);
  }
  return progress;
}
