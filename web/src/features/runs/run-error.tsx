import { CircleX } from "lucide-react";
import type { RunError as ErrorValue } from "@/graph/live-run";
import { Button } from "@/ui/button";

type Props = { error: ErrorValue; onOpen: (key: string) => void };

/** Why the run failed: what happened, to which node, and what to do. */
export function RunError({ error, onOpen }: Props) {
  const key = error.key ?? error.node_id;
  return (
    <div
      role="alert"
      className="mx-4 mb-2 flex items-start gap-2 rounded-md border border-line bg-red-wash px-3 py-2"
    >
      <CircleX aria-hidden className="mt-[3px] size-3.5 shrink-0 text-red" />
      <div className="max-h-32 min-w-0 flex-1 overflow-auto">
        <p className="[overflow-wrap:anywhere]">
          <span className="mr-2 font-medium text-red">{error.name}</span>
          {error.message}
        </p>
        {error.hint ? <p className="text-muted">{error.hint}</p> : null}
      </div>
      {key ? <Button onClick={() => onOpen(key)}>Open {key}</Button> : null}
    </div>
  );
}
