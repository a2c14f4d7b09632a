import { Search, WifiOff } from "lucide-react";
import { useSyncExternalStore } from "react";
import { connectionIsLost, subscribeToConnection } from "@/api/connection";
import { AccountMenu } from "./account-menu";
import { Breadcrumb } from "./breadcrumb";

type Props = { onPalette: () => void; onShortcuts: () => void };

export function TopLine({ onPalette, onShortcuts }: Props) {
  const lost = useSyncExternalStore(subscribeToConnection, connectionIsLost);
  return (
    <header className="flex h-11 shrink-0 items-center gap-3 border-line border-b px-4">
      <Breadcrumb />
      <div role="status" className="flex-1 text-right">
        {lost ? (
          <span className="inline-flex items-center gap-1.5 rounded-md bg-amber-wash px-2 py-0.5 text-amber">
            <WifiOff aria-hidden className="size-3.5" />
            No connection to the server. Trying again…
          </span>
        ) : null}
      </div>
      <button
        type="button"
        onClick={onPalette}
        className="flex h-7 items-center gap-2 rounded-md border border-line px-2 text-muted hover:bg-hover hover:text-ink"
      >
        <Search aria-hidden className="size-3.5" />
        Go to…
        <kbd className="font-mono text-xs">Ctrl K</kbd>
      </button>
      <AccountMenu onShortcuts={onShortcuts} />
    </header>
  );
}
