import { Search } from "lucide-react";
import { Dialog } from "radix-ui";
import { type KeyboardEvent, useId, useState } from "react";
import { classes } from "@/ui/classes";
import { type Entry, usePaletteEntries } from "./palette-entries";

type Props = { onClose: () => void; onShortcuts: () => void };

/** One field that leads everywhere: type a part of a name, choose with the arrows, press Enter. */
export function Palette({ onClose, onShortcuts }: Props) {
  const [text, setText] = useState("");
  const [at, setAt] = useState(0);
  const list = useId();
  const shown = usePaletteEntries(text, onShortcuts);
  const current = Math.min(at, shown.length - 1);

  const choose = (entry: Entry | undefined) => {
    if (!entry) return;
    onClose();
    entry.run();
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === "ArrowDown") setAt(Math.min(current + 1, shown.length - 1));
    else if (event.key === "ArrowUp") setAt(Math.max(current - 1, 0));
    else if (event.key === "Enter") choose(shown[current]);
    else return;
    event.preventDefault();
  };

  return (
    <Dialog.Root open onOpenChange={(open) => !open && onClose()}>
      <Dialog.Portal>
        <Dialog.Overlay className="fixed inset-0 z-40 animate-appear bg-shade" />
        <Dialog.Content
          aria-describedby={undefined}
          className="fixed top-[12vh] left-1/2 z-50 w-[min(560px,calc(100vw-32px))] -translate-x-1/2 animate-appear overflow-hidden rounded-lg border border-line-strong bg-raised shadow-xl outline-none"
        >
          <Dialog.Title className="sr-only">Go to</Dialog.Title>
          <label className="flex h-11 items-center gap-2.5 border-line border-b px-4">
            <Search aria-hidden className="size-4 text-muted" />
            <span className="sr-only">Name of a workflow, a run or an action</span>
            <input
              role="combobox"
              aria-expanded
              aria-controls={list}
              aria-activedescendant={shown[current] ? `${list}-${current}` : undefined}
              autoComplete="off"
              value={text}
              onChange={(event) => {
                setText(event.target.value);
                setAt(0);
              }}
              onKeyDown={onKeyDown}
              placeholder="Go to a workflow, a run or an action"
              className="h-full flex-1 bg-transparent text-base outline-none placeholder:text-muted"
            />
          </label>
          <div
            role="listbox"
            id={list}
            aria-label="Places and actions"
            className="max-h-[50vh] overflow-auto p-1"
          >
            {shown.map((entry, index) => (
              <Row
                key={entry.id}
                id={`${list}-${index}`}
                entry={entry}
                current={index === current}
                onChoose={() => choose(entry)}
              />
            ))}
          </div>
          {shown.length === 0 ? <p className="px-4 pb-3 text-muted">Nothing has this name.</p> : null}
        </Dialog.Content>
      </Dialog.Portal>
    </Dialog.Root>
  );
}

function Row({
  id,
  entry,
  current,
  onChoose,
}: {
  id: string;
  entry: Entry;
  current: boolean;
  onChoose: () => void;
}) {
  const see = (element: HTMLElement | null) => {
    if (current) element?.scrollIntoView({ block: "nearest" });
  };
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: the field above has the focus and the keys
    <div
      id={id}
      ref={see}
      role="option"
      aria-selected={current}
      tabIndex={-1}
      onClick={onChoose}
      className={classes(
        "flex h-8 cursor-pointer items-center gap-3 rounded px-3",
        current ? "bg-selected" : "hover:bg-hover",
      )}
    >
      <span className="min-w-0 flex-1 truncate" dir="auto">
        {entry.name}
      </span>
      <span className="text-muted text-xs">{entry.kind}</span>
    </div>
  );
}
