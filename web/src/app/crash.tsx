import { useRouteError } from "react-router";
import { Button } from "@/ui/button";
import { ProblemNote } from "@/ui/problem-note";

/** A page that failed to draw says so and offers to load again. */
export function Crash() {
  const error = useRouteError();
  return (
    <main className="max-w-xl space-y-3 p-4">
      <h1 className="font-semibold text-lg">This page does not work</h1>
      <ProblemNote error={error}>
        <Button onClick={() => location.reload()}>Load again</Button>
      </ProblemNote>
    </main>
  );
}
