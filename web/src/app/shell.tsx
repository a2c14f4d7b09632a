import { useState } from "react";
import { Outlet } from "react-router";
import { Palette } from "./palette";
import { Rail } from "./rail";
import { ShortcutsSheet } from "./shortcuts-sheet";
import { TopLine } from "./top-line";
import { useGlobalKeys } from "./use-global-keys";

/** The frame around every page. */
export function Shell() {
  const [open, setOpen] = useState<"palette" | "shortcuts" | null>(null);
  useGlobalKeys({ onPalette: () => setOpen("palette"), onShortcuts: () => setOpen("shortcuts") });
  return (
    <div className="flex h-full min-h-0">
      <Rail />
      <div className="flex min-h-0 min-w-0 flex-1 flex-col">
        <TopLine onPalette={() => setOpen("palette")} onShortcuts={() => setOpen("shortcuts")} />
        <Outlet />
      </div>
      {open === "palette" ? (
        <Palette onClose={() => setOpen(null)} onShortcuts={() => setOpen("shortcuts")} />
      ) : null}
      {open === "shortcuts" ? <ShortcutsSheet onClose={() => setOpen(null)} /> : null}
    </div>
  );
}
