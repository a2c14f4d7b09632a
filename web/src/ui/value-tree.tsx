import { ChevronRight } from "lucide-react";
import { useState } from "react";
import { classes } from "./classes";
import { CopyButton } from "./copy-button";

type Props = { value: unknown; path: string; name?: string; depth?: number };

const SHOWN_AT_ONCE = 100;

/** One value and what is in it; branches open by themselves down to the second level. */
export function ValueTree({ value, path, name, depth = 0 }: Props) {
  const [open, setOpen] = useState(depth < 2);
  const [shown, setShown] = useState(SHOWN_AT_ONCE);
  if (typeof value !== "object" || value === null)
    return <Leaf value={value} path={path} name={name} depth={depth} />;

  const entries = Object.entries(value);
  const list = Array.isArray(value);
  return (
    <div>
      <Line path={path} value={value} depth={depth}>
        <button
          type="button"
          aria-expanded={open}
          onClick={() => setOpen(!open)}
          className="-ml-4 inline-flex min-w-0 items-center rounded text-left"
        >
          <ChevronRight
            aria-hidden
            className={classes("size-4 shrink-0 text-muted transition-transform", open && "rotate-90")}
          />
          <Name name={name} />
          <span className="text-muted">{list ? `[${entries.length}]` : `{${entries.length}}`}</span>
        </button>
      </Line>
      {open
        ? entries
            .slice(0, shown)
            .map(([key, inner]) => (
              <ValueTree
                key={key}
                value={inner}
                name={key}
                path={childPath(path, key, list)}
                depth={depth + 1}
              />
            ))
        : null}
      {open && entries.length > shown ? (
        <button
          type="button"
          onClick={() => setShown(shown + SHOWN_AT_ONCE)}
          className="text-accent-text hover:underline"
          style={{ marginLeft: indent(depth + 1) }}
        >
          Show {Math.min(SHOWN_AT_ONCE, entries.length - shown)} more of {entries.length - shown}
        </button>
      ) : null}
    </div>
  );
}

function Leaf({ value, path, name, depth = 0 }: Props) {
  return (
    <Line path={path} value={value} depth={depth}>
      <Name name={name} />
      <span
        className={classes("[overflow-wrap:anywhere]", colourOf(value))}
        dir={typeof value === "string" ? "auto" : undefined}
      >
        {typeof value === "string" ? JSON.stringify(value) : String(value)}
      </span>
    </Line>
  );
}

function Line({
  path,
  value,
  depth,
  children,
}: {
  path: string;
  value: unknown;
  depth: number;
  children: React.ReactNode;
}) {
  const text = () => (typeof value === "string" ? value : JSON.stringify(value, null, 2));
  return (
    <div
      className="group relative rounded pr-14 font-mono text-xs leading-5 hover:bg-hover"
      style={{ paddingLeft: indent(depth) }}
    >
      {children}
      <span className="absolute top-0 right-0 hidden bg-hover group-focus-within:flex group-hover:flex">
        <CopyButton label={`Copy the path ${path}`} text={() => path} className="size-5" />
        <CopyButton label={`Copy the value of ${path}`} text={text} className="size-5" />
      </span>
    </div>
  );
}

function Name({ name }: { name?: string }) {
  return name === undefined ? null : <span className="mr-1.5 whitespace-pre text-accent-text">{name}:</span>;
}

function indent(depth: number): number {
  return 20 + depth * 14;
}

function colourOf(value: unknown): string {
  if (typeof value === "string") return "text-green";
  return value === null || value === undefined ? "text-muted" : "text-amber";
}

/** A path as an expression writes it. */
function childPath(path: string, key: string, list: boolean): string {
  if (list) return `${path}[${key}]`;
  return /^[A-Za-z_]\w*$/.test(key) ? `${path}.${key}` : `${path}.\`${key}\``;
}
