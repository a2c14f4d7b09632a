import { Search } from "lucide-react";

type Props = { label: string; value: string; onChange: (value: string) => void };

/** The page's search; `/` jumps to it. */
export function SearchField({ label, value, onChange }: Props) {
  return (
    <label className="relative inline-flex items-center">
      <span className="sr-only">{label}</span>
      <Search aria-hidden className="pointer-events-none absolute left-2 size-3.5 text-muted" />
      <input
        type="search"
        data-search
        value={value}
        placeholder={label}
        onChange={(event) => onChange(event.target.value)}
        onKeyDown={(event) => {
          if (event.key !== "Escape") return;
          event.preventDefault();
          if (value) onChange("");
          else event.currentTarget.blur();
        }}
        className="h-7 w-60 rounded-md border border-line-strong bg-page pr-7 pl-7 text-sm placeholder:text-muted"
      />
      {value ? null : (
        <kbd aria-hidden className="absolute right-2 font-mono text-muted text-xs">
          /
        </kbd>
      )}
    </label>
  );
}
