import { useReactFlow } from "@xyflow/react";
import { useEffect, useRef } from "react";

export const FIT = { padding: 0.15, maxZoom: 1 };

/** Keeps the whole graph in sight while its space changes, until somebody moves the view by hand. */
export function useFit() {
  const { fitView } = useReactFlow();
  const box = useRef<HTMLDivElement>(null);
  const moved = useRef(false);

  useEffect(() => {
    const element = box.current;
    if (!element) return;
    let width = element.clientWidth;
    const observer = new ResizeObserver(() => {
      if (element.clientWidth === width) return;
      width = element.clientWidth;
      if (!moved.current) void fitView({ ...FIT, duration: reducedMotion() ? 0 : 150 });
    });
    observer.observe(element);
    return () => observer.disconnect();
  }, [fitView]);

  // A press alone is no move yet, and a move that a program makes comes without an event.
  const onMove = (event: unknown) => {
    if (event) moved.current = true;
  };
  return { box, onMove };
}

function reducedMotion(): boolean {
  return window.matchMedia("(prefers-reduced-motion: reduce)").matches;
}
