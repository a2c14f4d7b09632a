import { useEffect, useState } from "react";

const BONES_AFTER = 300;
const WORDS_AFTER = 3000;

/** Nothing for a moment, then a skeleton in the shape of rows, then words as well. */
export function Waiting({ rows = 4, what }: { rows?: number; what: string }) {
  const waited = useWaited();
  return (
    <div role="status" aria-label={`Loading ${what}`} className="space-y-3 p-4">
      {waited >= WORDS_AFTER ? (
        <p className="text-muted">Still loading {what}. The server is slow to answer.</p>
      ) : null}
      {waited >= BONES_AFTER ? <Bones rows={rows} /> : null}
    </div>
  );
}

function Bones({ rows }: { rows: number }) {
  return (
    <div aria-hidden className="space-y-3">
      {Array.from({ length: rows }, (_, row) => (
        <div
          // biome-ignore lint/suspicious/noArrayIndexKey: the rows are all the same
          key={row}
          className="h-5 animate-appear rounded bg-hover"
          style={{ width: `${88 - ((row * 17) % 40)}%` }}
        />
      ))}
    </div>
  );
}

function useWaited(): number {
  const [waited, setWaited] = useState(0);
  useEffect(() => {
    const timers = [BONES_AFTER, WORDS_AFTER].map((after) => setTimeout(() => setWaited(after), after));
    return () => timers.forEach(clearTimeout);
  }, []);
  return waited;
}
