import { type ComponentProps, lazy, Suspense } from "react";
import { Waiting } from "../waiting";

const Canvas = lazy(() => import("./canvas"));

/** The canvas comes with a large library, which the lists and the sign-in do without. */
export function LazyCanvas(props: ComponentProps<typeof Canvas>) {
  return (
    <Suspense fallback={<Waiting what="the canvas" rows={3} />}>
      <Canvas {...props} />
    </Suspense>
  );
}
