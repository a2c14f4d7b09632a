import { useEffect } from "react";
import { useLocation, useNavigate } from "react-router";
import { escapeOnce, isTyping } from "@/ui/keyboard";

type Keys = { onPalette: () => void; onShortcuts: () => void };

/** The keys that work on every page. */
export function useGlobalKeys({ onPalette, onShortcuts }: Keys): void {
  const navigate = useNavigate();
  const { pathname } = useLocation();
  useEffect(() => {
    const onKeyDown = (event: KeyboardEvent) => {
      if (event.defaultPrevented) return;
      if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "k") {
        event.preventDefault();
        return onPalette();
      }
      if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target) || aDialogIsOpen()) return;
      if (event.key === "?") return onShortcuts();
      if (event.key === "/" && focusSearch()) event.preventDefault();
      if (event.key === "Escape" && !escapeOnce()) {
        const parent = parentOf(pathname);
        if (parent) navigate(parent);
      }
    };
    window.addEventListener("keydown", onKeyDown);
    return () => window.removeEventListener("keydown", onKeyDown);
  }, [onPalette, onShortcuts, navigate, pathname]);
}

function focusSearch(): boolean {
  const search = document.querySelector<HTMLElement>("[data-search]");
  search?.focus();
  return search !== null;
}

function aDialogIsOpen(): boolean {
  return document.querySelector("[role=dialog], [role=menu]") !== null;
}

/** `/runs/abc` belongs to `/runs`. */
function parentOf(pathname: string): string | null {
  const parts = pathname.split("/").filter(Boolean);
  return parts.length > 1 ? `/${parts.slice(0, -1).join("/")}` : null;
}
