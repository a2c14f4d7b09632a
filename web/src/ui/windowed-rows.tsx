import { type ReactNode, useLayoutEffect, useRef, useState } from "react";

type Props = {
  count: number;
  height: number;
  label: string;
  render: (index: number) => ReactNode;
  /** Keeps the last row in sight while rows are added. */
  follow?: boolean;
  onScrolledAway?: () => void;
};

const MARGIN = 12;

/** A list of rows of one height that draws only those in sight, so that 5,000 rows are no more work than 50. */
export function WindowedRows({ count, height, label, render, follow = false, onScrolledAway }: Props) {
  const box = useRef<HTMLElement>(null);
  const [view, setView] = useState({ top: 0, height: 1200 });

  useLayoutEffect(() => {
    const element = box.current;
    if (!element) return;
    const measure = () => setView({ top: element.scrollTop, height: element.clientHeight || 1200 });
    const observer = new ResizeObserver(measure);
    observer.observe(element);
    measure();
    return () => observer.disconnect();
  }, []);

  useLayoutEffect(() => {
    if (follow && count > 0 && box.current) box.current.scrollTop = box.current.scrollHeight;
  }, [follow, count]);

  const onScroll = () => {
    const element = box.current;
    if (!element) return;
    setView({ top: element.scrollTop, height: element.clientHeight || 1200 });
    const fromEnd = element.scrollHeight - element.scrollTop - element.clientHeight;
    if (follow && fromEnd > 2 * height) onScrolledAway?.();
  };

  const first = Math.max(0, Math.floor(view.top / height) - MARGIN);
  const last = Math.min(count, Math.ceil((view.top + view.height) / height) + MARGIN);
  return (
    <section
      ref={box}
      onScroll={onScroll}
      className="min-h-0 flex-1 overflow-auto"
      // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard
      tabIndex={0}
      aria-label={label}
    >
      <ol className="relative min-w-full" style={{ height: count * height }}>
        {Array.from({ length: Math.max(0, last - first) }, (_, offset) => {
          const index = first + offset;
          return (
            <li
              key={index}
              aria-setsize={count}
              aria-posinset={index + 1}
              className="absolute inset-x-0"
              style={{ top: index * height, height }}
            >
              {render(index)}
            </li>
          );
        })}
      </ol>
    </section>
  );
}
