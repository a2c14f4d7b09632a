import type { RunError } from "@/graph/live-run";
import { CopyButton } from "@/ui/copy-button";
import { ValueView } from "@/ui/value-view";

/** An error: its name and message, what to do, and the details of the failing attempt. */
export function NodeErrorView({ error }: { error: RunError }) {
  return (
    <div>
      <div className="space-y-1.5 p-3">
        <div className="flex items-center gap-1">
          <h3 className="font-medium font-mono text-red">{error.name}</h3>
          <CopyButton label="Copy the error" text={() => JSON.stringify(error, null, 2)} className="size-5" />
        </div>
        <p className="whitespace-pre-wrap [overflow-wrap:anywhere]" dir="auto">
          {error.message}
        </p>
        {error.hint ? <p className="text-muted">{error.hint}</p> : null}
        <p className="text-muted">
          {error.attempts === 1 ? "After 1 attempt" : `After ${error.attempts} attempts`}
          {error.retryable ? "; trying again may help." : "; trying again does not help by itself."}
        </p>
      </div>
      {error.details === undefined || error.details === null ? null : (
        <div className="border-line border-t">
          <ValueView value={error.details} root="details" />
        </div>
      )}
    </div>
  );
}
