import { Tabs } from "radix-ui";
import type { ReactNode } from "react";

type Tab = { id: string; name: string; note?: ReactNode };
type Props = {
  tabs: Tab[];
  current: string;
  onChange: (id: string) => void;
  label: string;
  children: ReactNode;
};

/** Tabs whose choice the page keeps in its address. */
export function TabBar({ tabs, current, onChange, label, children }: Props) {
  return (
    <Tabs.Root value={current} onValueChange={onChange} className="flex min-h-0 min-w-0 flex-1 flex-col">
      <Tabs.List aria-label={label} className="flex h-9 shrink-0 gap-4 border-line border-b px-4">
        {tabs.map(({ id, name, note }) => (
          <Tabs.Trigger
            key={id}
            value={id}
            className="-mb-px inline-flex items-center gap-1.5 border-transparent border-b-2 px-0.5 text-muted hover:text-ink data-[state=active]:border-accent data-[state=active]:font-medium data-[state=active]:text-ink"
          >
            {name}
            {note}
          </Tabs.Trigger>
        ))}
      </Tabs.List>
      {children}
    </Tabs.Root>
  );
}

export function TabPanel({ id, children }: { id: string; children: ReactNode }) {
  return (
    <Tabs.Content value={id} tabIndex={-1} className="flex min-h-0 min-w-0 flex-1 flex-col outline-none">
      {children}
    </Tabs.Content>
  );
}
