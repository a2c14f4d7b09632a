import { useEffect, useRef } from "react";

/** What Escape closes: the last thing opened comes first. */
const escapes: (() => void)[] = [];

/** While `active`, Escape calls `back`, unless something opened later takes it. */
export function useEscape(active: boolean, back: () => void): void {
  const latest = useRef(back);
  latest.current = back;
  useEffect(() => {
    if (!active) return;
    const entry = () => latest.current();
    escapes.push(entry);
    return () => void escapes.splice(escapes.indexOf(entry), 1);
  }, [active]);
}

/** One step back; false when there is nothing to go back from. */
export function escapeOnce(): boolean {
  const top = escapes.at(-1);
  top?.();
  return top !== undefined;
}

export function isTyping(target: EventTarget | null): boolean {
  return (
    target instanceof HTMLElement &&
    target.closest("input, textarea, select, [contenteditable=true]") !== null
  );
}

/** Arrow keys move among the elements that carry `data-row`, Home and End to the ends. */
export function moveAmongRows(event: React.KeyboardEvent<HTMLElement>): void {
  const steps: Record<string, number> = {
    ArrowDown: 1,
    ArrowUp: -1,
    Home: Number.NEGATIVE_INFINITY,
    End: Number.POSITIVE_INFINITY,
  };
  const step = steps[event.key];
  if (step === undefined || isTyping(event.target)) return;
  const rows = [...event.currentTarget.querySelectorAll<HTMLElement>("[data-row]")];
  const here = rows.indexOf(document.activeElement as HTMLElement);
  const next = rows[Math.min(Math.max(here + step, 0), rows.length - 1)];
  if (!next) return;
  event.preventDefault();
  next.focus();
  next.scrollIntoView({ block: "nearest" });
}
