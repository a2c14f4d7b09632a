import { useMutation } from "@tanstack/react-query";
import { Sheet } from "lucide-react";
import { exportRows } from "@/api/exports";
import { asProblem } from "@/api/problem";
import { IconButton } from "@/ui/button";

/** The instances of a node as a table for a spreadsheet. */
export function RowsButton({ runId, nodeId }: { runId: string; nodeId: string }) {
  const load = useMutation({ mutationFn: () => exportRows(runId, nodeId) });
  const label = load.error ? `Not exported: ${asProblem(load.error).title}` : "Export its rows as CSV";
  return (
    <IconButton label={label} disabled={load.isPending} onClick={() => load.mutate()} className="size-6">
      <Sheet aria-hidden className={`size-3.5 ${load.error ? "text-red" : ""}`} />
    </IconButton>
  );
}
