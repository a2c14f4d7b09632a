import { createBrowserRouter, Navigate, type RouteObject } from "react-router";
import { FailuresPage } from "@/features/failures/failures-page";
import { RunPage } from "@/features/runs/run-page";
import { RunsPage } from "@/features/runs/runs-page";
import { NewWorkflowPage, WorkflowPage } from "@/features/workflows/workflow-page";
import { WorkflowsPage } from "@/features/workflows/workflows-page";
import { Crash } from "./crash";
import { Gate } from "./gate";
import { NotFound } from "./not-found";

export const ROUTES: RouteObject[] = [
  {
    element: <Gate />,
    errorElement: <Crash />,
    children: [
      {
        errorElement: <Crash />,
        children: [
          { index: true, element: <Navigate to="/workflows" replace /> },
          { path: "workflows", element: <WorkflowsPage /> },
          { path: "workflows/new", element: <NewWorkflowPage /> },
          { path: "workflows/:workflowId", element: <WorkflowPage /> },
          { path: "runs", element: <RunsPage /> },
          { path: "runs/:runId", element: <RunPage /> },
          { path: "failures", element: <FailuresPage /> },
          { path: "*", element: <NotFound /> },
        ],
      },
    ],
  },
];

export function createAppRouter() {
  return createBrowserRouter(ROUTES);
}
