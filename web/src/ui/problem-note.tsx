import { CircleX } from "lucide-react";
import type { ReactNode } from "react";
import { asProblem } from "@/api/problem";

/** What the server said is wrong, in its own words, with what can be done about it. */
export function ProblemNote({ error, children }: { error: unknown; children?: ReactNode }) {
  const { title, detail, code } = asProblem(error);
  return (
    <div role="alert" className="flex gap-2 rounded-md border border-line bg-red-wash px-3 py-2">
      <CircleX aria-hidden className="mt-[3px] size-3.5 shrink-0 text-red" />
      <div className="min-w-0 flex-1">
        <p className="font-medium text-red">{title}</p>
        {detail ? <p className="mt-0.5 text-ink [overflow-wrap:anywhere]">{detail}</p> : null}
        {code ? <p className="mt-0.5 select-all font-mono text-muted text-xs">{code}</p> : null}
        {children ? <div className="mt-2 flex flex-wrap gap-2">{children}</div> : null}
      </div>
    </div>
  );
}
