import { useQuery } from "@tanstack/react-query";
import { ChevronRight } from "lucide-react";
import { Link, useLocation } from "react-router";
import { runQuery } from "@/api/runs";
import { workflowQuery } from "@/api/workflows";
import { shortId } from "@/graph/run-id";

const PLACES: Record<string, string> = { runs: "Runs", failures: "Failures" };

/** Where this page is: each part but the last leads there. */
export function Breadcrumb() {
  const [place = "", id] = useLocation().pathname.split("/").filter(Boolean);
  const onRun = place === "runs" && id !== undefined;
  const onWorkflow = place === "workflows" && id !== undefined && id !== "new";
  // The pages themselves fetch these; here they are only read.
  const { data: run } = useQuery({ ...runQuery(id ?? ""), enabled: false, refetchInterval: false });
  const { data: workflow } = useQuery({ ...workflowQuery(id ?? ""), enabled: false });
  const crumbs = [{ to: `/${place}`, name: PLACES[place] ?? "Workflows" }];
  if (onRun && run) crumbs.push({ to: `/workflows/${run.workflow_id}`, name: run.workflow_name });
  if (onRun) crumbs.push({ to: "", name: shortId(id ?? "") });
  if (onWorkflow) crumbs.push({ to: "", name: workflow?.name ?? "" });
  if (id === "new") crumbs.push({ to: "", name: "New workflow" });

  return (
    <nav aria-label="Breadcrumb" className="min-w-0">
      <ol className="flex items-center gap-1.5">
        {crumbs.map(({ to, name }, index) => (
          <li key={to || "here"} className="flex min-w-0 items-center gap-1.5">
            {index > 0 ? <ChevronRight aria-hidden className="size-3.5 shrink-0 text-muted" /> : null}
            {index < crumbs.length - 1 ? (
              <Link to={to} className="max-w-60 truncate text-muted hover:text-ink" dir="auto">
                {name}
              </Link>
            ) : (
              <span aria-current="page" className="max-w-80 truncate" dir="auto">
                {name}
              </span>
            )}
          </li>
        ))}
      </ol>
    </nav>
  );
}
