import { useSyncExternalStore } from "react";

/** What a viewer chose for this browser: the theme and the zone of exact times. */

export type Theme = "system" | "light" | "dark";
export type Zone = "local" | "utc";

const listeners = new Set<() => void>();

function read(name: string): string | null {
  try {
    return localStorage.getItem(name);
  } catch {
    return null;
  }
}

function write(name: string, value: string | null): void {
  try {
    if (value === null) localStorage.removeItem(name);
    else localStorage.setItem(name, value);
  } catch {
    // No storage: the choice lasts until the page is left.
  }
  for (const listener of listeners) listener();
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

export function useTheme(): [Theme, (theme: Theme) => void] {
  const stored = useSyncExternalStore(subscribe, () => read("holdfast.theme"));
  return [stored === "light" || stored === "dark" ? stored : "system", chooseTheme];
}

export function chooseTheme(theme: Theme): void {
  if (theme === "system") delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = theme;
  write("holdfast.theme", theme === "system" ? null : theme);
}

export function useZone(): [Zone, (zone: Zone) => void] {
  const stored = useSyncExternalStore(subscribe, () => read("holdfast.zone"));
  return [stored === "utc" ? "utc" : "local", (zone) => write("holdfast.zone", zone === "utc" ? zone : null)];
}
