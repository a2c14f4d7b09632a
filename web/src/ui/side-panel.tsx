import { X } from "lucide-react";
import type { ReactNode } from "react";
import { IconButton } from "./button";

type Props = { title: string; subtitle?: ReactNode; onClose: () => void; children: ReactNode };

/** The panel of what is selected, at the right of the content. */
export function SidePanel({ title, subtitle, onClose, children }: Props) {
  return (
    <aside
      aria-label={title}
      className="flex w-[380px] shrink-0 flex-col border-line border-l bg-page max-[1100px]:w-[320px]"
    >
      <header className="flex items-start gap-2 border-line border-b py-2 pr-2 pl-3">
        <div className="min-w-0 flex-1">
          <h2 className="truncate font-semibold text-base" dir="auto" title={title}>
            {title}
          </h2>
          {subtitle ? <div className="truncate text-muted">{subtitle}</div> : null}
        </div>
        <IconButton label="Close the panel" onClick={onClose}>
          <X aria-hidden className="size-4" />
        </IconButton>
      </header>
      {children}
    </aside>
  );
}
