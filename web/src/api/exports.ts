import { answered, client } from "./client";

export type ExportFormat = "json" | "markdown" | "bundle";
const ENDINGS: Record<ExportFormat, string> = { json: "json", markdown: "md", bundle: "holdfast.zip" };

/** The whole run as a file. */
export async function exportRun(id: string, format: ExportFormat): Promise<void> {
  const params = { path: { run_id: id }, query: { format } };
  const content = await answered(client.GET("/api/v1/runs/{run_id}/export", { params, parseAs: "blob" }));
  download(content as unknown as Blob, `run-${id}.${ENDINGS[format]}`);
}

/** Opens a run that another installation has exported. */
export async function openBundle(file: File): Promise<{ id: string }> {
  return answered(
    client.POST("/api/v1/bundles", {
      // The file is sent as it is.
      body: file as unknown as string,
      bodySerializer: (body) => body as unknown as BodyInit,
      headers: { "Content-Type": "application/zip" },
    }),
  );
}

/** The instances of a node as a table. */
export async function exportRows(id: string, nodeId: string): Promise<void> {
  const params = { path: { run_id: id, node_id: nodeId } };
  const content = await answered(
    client.GET("/api/v1/runs/{run_id}/nodes/{node_id}/export", { params, parseAs: "blob" }),
  );
  download(content as unknown as Blob, `${nodeId}-${id}.csv`);
}

/** A link can't send the key, so the bytes are fetched and then given to the browser. */
function download(content: Blob, name: string): void {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(content);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}
