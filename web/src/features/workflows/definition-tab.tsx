import { CircleCheck } from "lucide-react";
import { useRef } from "react";
import type { Finding } from "@/api/types";
import { rangeOf } from "@/graph/json-pointer";
import { FindingList } from "@/ui/finding-list";
import { ProblemNote } from "@/ui/problem-note";
import type { Draft } from "./use-draft";

/** The definition as JSON, with the server's findings beside it. */
export function DefinitionTab({ draft }: { draft: Draft }) {
  const area = useRef<HTMLTextAreaElement>(null);
  const jump = ({ path }: Finding) => {
    const range = rangeOf(draft.text, path);
    const element = area.current;
    if (!range || !element) return;
    element.focus();
    element.setSelectionRange(range.start, range.end);
    const line = draft.text.slice(0, range.start).split("\n").length;
    element.scrollTop = Math.max(0, (line - 6) * 20);
  };
  return (
    <div className="flex min-h-0 flex-1">
      <textarea
        ref={area}
        aria-label="Definition as JSON"
        value={draft.text}
        onChange={(event) => draft.setText(event.target.value)}
        spellCheck={false}
        wrap="off"
        onKeyDown={(event) => {
          if (event.key !== "Escape") return;
          event.preventDefault();
          event.currentTarget.blur();
        }}
        className="min-w-0 flex-1 resize-none bg-page px-4 py-3 font-mono text-sm leading-5 -outline-offset-2"
      />
      <section aria-label="Findings" className="w-80 shrink-0 overflow-auto border-line border-l bg-side">
        <h2 className="flex h-8 items-center justify-between border-line border-b px-3 font-medium">
          Findings
          <span className="font-normal text-muted text-xs">
            {draft.checking && draft.definition ? "checking…" : ""}
          </span>
        </h2>
        <Verdict draft={draft} onChoose={jump} />
      </section>
    </div>
  );
}

function Verdict({ draft, onChoose }: { draft: Draft; onChoose: (finding: Finding) => void }) {
  if (draft.notJson) {
    return (
      <div className="px-3 py-2" role="alert">
        <p className="font-medium text-red">The text is not a definition yet.</p>
        <p className="mt-0.5 text-muted [overflow-wrap:anywhere]">{draft.notJson}</p>
      </div>
    );
  }
  if (draft.checkError) {
    return (
      <div className="p-3">
        <ProblemNote error={draft.checkError} />
      </div>
    );
  }
  if (draft.findings.length > 0) return <FindingList findings={draft.findings} onChoose={onChoose} />;
  if (draft.checking) return null;
  return (
    <p className="flex items-center gap-2 px-3 py-2 text-muted">
      <CircleCheck aria-hidden className="size-3.5 text-green" />
      Nothing is wrong.
    </p>
  );
}
