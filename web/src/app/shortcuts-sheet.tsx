import { Modal } from "@/ui/modal";

const SHORTCUTS = [
  ["Ctrl K", "Go to a workflow, a run or an action"],
  ["/", "Search on this page"],
  ["?", "Show these shortcuts"],
  ["Esc", "Go back one step"],
  ["↑ ↓", "Move in a list"],
  ["← ↑ ↓ →", "Move from node to node on the canvas"],
  ["Enter", "Open what has the focus"],
  ["Tab", "Go to the next control"],
] as const;

export function ShortcutsSheet({ onClose }: { onClose: () => void }) {
  return (
    <Modal title="Keyboard shortcuts" onClose={onClose}>
      <dl className="grid grid-cols-[auto_1fr] gap-x-5 gap-y-2 px-4 py-3">
        {SHORTCUTS.map(([keys, words]) => (
          <div key={keys} className="contents">
            <dt>
              <kbd className="rounded border border-line-strong bg-side px-1.5 py-0.5 font-mono text-xs">
                {keys}
              </kbd>
            </dt>
            <dd>{words}</dd>
          </div>
        ))}
      </dl>
    </Modal>
  );
}
