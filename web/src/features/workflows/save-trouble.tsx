import { Button } from "@/ui/button";
import { ProblemNote } from "@/ui/problem-note";
import type { Draft } from "./use-draft";

/** Why the last save did not work; when somebody else saved meanwhile, the choice between the two drafts. */
export function SaveTrouble({ draft }: { draft: Draft }) {
  if (!draft.save.error) return null;
  if (!draft.stale) {
    return (
      <div className="px-4 pb-2">
        <ProblemNote error={draft.save.error}>
          <Button onClick={() => draft.save.reset()}>Dismiss</Button>
        </ProblemNote>
      </div>
    );
  }
  return (
    <div
      role="alert"
      className="mx-4 mb-2 flex flex-wrap items-center gap-2 rounded-md border border-line bg-amber-wash px-3 py-2"
    >
      <p className="min-w-60 flex-1 text-amber">
        Somebody saved this workflow since you opened it. Yours is not saved.
      </p>
      <Button onClick={() => void draft.takeTheirs()}>Take theirs, drop mine</Button>
      <Button onClick={() => void draft.keepMine()}>Keep mine</Button>
    </div>
  );
}
