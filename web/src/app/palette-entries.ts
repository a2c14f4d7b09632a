import { useInfiniteQuery } from "@tanstack/react-query";
import { useNavigate } from "react-router";
import { runsQuery } from "@/api/runs";
import { endSession } from "@/api/session";
import { workflowsQuery } from "@/api/workflows";
import { shortId } from "@/graph/run-id";
import { STATUS_WORDS } from "@/graph/status";
import { useTheme } from "@/ui/preferences";

export type Entry = { id: string; name: string; kind: string; run: () => void };

const SHOWN = 50;

/** What the palette offers for a text: every word of it must occur. */
export function usePaletteEntries(text: string, onShortcuts: () => void): Entry[] {
  const navigate = useNavigate();
  const [theme, setTheme] = useTheme();
  const workflows = useInfiniteQuery(workflowsQuery("")).data?.pages.flatMap((page) => page.items) ?? [];
  const runs = useInfiniteQuery({ ...runsQuery({}), refetchInterval: false }).data?.pages[0]?.items ?? [];
  const dark = theme === "dark";
  const action = (name: string, run: () => void): Entry => ({ id: name, name, kind: "Action", run });

  const all: Entry[] = [
    action("Workflows", () => navigate("/workflows")),
    action("Runs", () => navigate("/runs")),
    action("Failures", () => navigate("/failures")),
    action("New workflow", () => navigate("/workflows/new")),
    ...workflows.map(({ id, name }) => ({
      id,
      name,
      kind: "Workflow",
      run: () => void navigate(`/workflows/${id}`),
    })),
    ...runs.map(({ id, workflow_name, status }) => ({
      id,
      name: `${workflow_name} ${shortId(id)}`,
      kind: `Run · ${STATUS_WORDS[status]}`,
      run: () => void navigate(`/runs/${id}`),
    })),
    action(dark ? "Use the light theme" : "Use the dark theme", () => setTheme(dark ? "light" : "dark")),
    action("Keyboard shortcuts", onShortcuts),
    action("Sign out", endSession),
  ];
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  return all
    .filter(({ name, id }) => words.every((word) => `${name} ${id}`.toLowerCase().includes(word)))
    .slice(0, SHOWN);
}
