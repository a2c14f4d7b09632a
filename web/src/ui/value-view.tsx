import { useState } from "react";
import { Button } from "./button";
import { CopyButton } from "./copy-button";
import { ValueTree } from "./value-tree";

type Props = { value: unknown; root: string };

/** A value as a tree or as raw JSON, to read and to copy. */
export function ValueView({ value, root }: Props) {
  const [raw, setRaw] = useState(false);
  const text = () => (typeof value === "string" && !raw ? value : JSON.stringify(value, null, 2));
  return (
    <div>
      <div className="flex items-center justify-between border-line border-b py-1 pr-2 pl-3">
        <span className="text-muted text-xs">{sizeOf(value)}</span>
        <span className="flex items-center gap-1">
          <Button look="quiet" aria-pressed={raw} onClick={() => setRaw(!raw)} className="h-6 px-2 text-xs">
            Raw JSON
          </Button>
          <CopyButton label="Copy the whole value" text={text} className="size-6" />
        </span>
      </div>
      {raw ? (
        <pre className="whitespace-pre-wrap p-3 font-mono text-xs [overflow-wrap:anywhere]">
          {JSON.stringify(value, null, 2)}
        </pre>
      ) : (
        <div className="p-2">
          <ValueTree value={value} path={root} />
        </div>
      )}
    </div>
  );
}

function sizeOf(value: unknown): string {
  if (Array.isArray(value)) return value.length === 1 ? "1 item" : `${value.length} items`;
  if (value === null) return "null";
  if (typeof value === "object") {
    const count = Object.keys(value).length;
    return count === 1 ? "1 field" : `${count} fields`;
  }
  return typeof value;
}
