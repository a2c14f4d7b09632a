import { CircleX, TriangleAlert } from "lucide-react";
import type { Finding } from "@/api/types";

/** What is wrong with a definition: what, where, and what to do. */
export function FindingList({
  findings,
  onChoose,
}: {
  findings: Finding[];
  onChoose?: (finding: Finding) => void;
}) {
  return (
    <ul className="divide-y divide-line">
      {findings.map((finding) => (
        <li key={`${finding.code} ${finding.path} ${finding.message}`}>
          <FindingLine finding={finding} onChoose={onChoose} />
        </li>
      ))}
    </ul>
  );
}

function FindingLine({ finding, onChoose }: { finding: Finding; onChoose?: (finding: Finding) => void }) {
  const error = finding.severity === "error";
  const Icon = error ? CircleX : TriangleAlert;
  const lines = (
    <>
      <Icon aria-hidden className={`mt-[3px] size-3.5 shrink-0 ${error ? "text-red" : "text-amber"}`} />
      <span className="min-w-0 flex-1">
        <span className="sr-only">{error ? "Error: " : "Warning: "}</span>
        <span className="[overflow-wrap:anywhere]">{finding.message}</span>
        {finding.hint ? <span className="block text-muted">{finding.hint}</span> : null}
        <span className="block font-mono text-muted text-xs [overflow-wrap:anywhere]">
          {[finding.code, finding.path].filter(Boolean).join("  ")}
        </span>
      </span>
    </>
  );
  if (!onChoose) return <div className="flex gap-2 px-3 py-2">{lines}</div>;
  return (
    <button
      type="button"
      className="flex w-full gap-2 px-3 py-2 text-left hover:bg-hover"
      onClick={() => onChoose(finding)}
    >
      {lines}
    </button>
  );
}
