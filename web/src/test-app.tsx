import { QueryClientProvider } from "@tanstack/react-query";
import { render } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { HttpResponse, http, type RequestHandler } from "msw";
import { setupServer } from "msw/node";
import { createMemoryRouter, RouterProvider } from "react-router";
import { createQueries } from "@/api/queries";
import { beginSession, endSession } from "@/api/session";
import type { Run, Workflow } from "@/api/types";
import { ROUTES } from "@/app/router";

export const API = `${location.origin}/api/v1`;

/** A server that answers what the test says and nothing else. */
export function startServer(...answers: RequestHandler[]) {
  const server = setupServer(...answers, system);
  server.listen({ onUnhandledFrame: "error" });
  return server;
}

/** The whole page at an address, signed in unless the test says otherwise. */
export function openPage(address: string, { signedIn = true } = {}) {
  if (signedIn) beginSession("the-key");
  else endSession();
  const router = createMemoryRouter(ROUTES, { initialEntries: [address] });
  const queries = createQueries();
  render(
    <QueryClientProvider client={queries}>
      <RouterProvider router={router} />
    </QueryClientProvider>,
  );
  return { router, queries, user: userEvent.setup() };
}

export function list<T>(items: T[]) {
  return HttpResponse.json({ items, next_cursor: null });
}

export function problem(status: number, title: string, more: Record<string, unknown> = {}) {
  return HttpResponse.json({ type: "about:blank", title, status, detail: null, ...more }, { status });
}

const system = http.get(`${API}/system`, () =>
  HttpResponse.json({
    version: "0.0.0",
    temporal: { address: "temporal.example:7233", namespace: "default", ui: "http://temporal.example" },
    database: { kind: "sqlite" },
    public_url: "http://holdfast.example",
  }),
);

/** What the frame, the workflow pages and an open run ask for in passing. */
export const quietLists = [
  http.get(`${API}/runs`, () => list<Run>([])),
  http.get(`${API}/run-filters`, () => list([])),
  http.get(`${API}/workflows`, () => list<Workflow>([])),
  http.get(`${API}/runs/:id/progress`, () =>
    HttpResponse.json({ done: 0, total: 0, usual_ms: null, left_ms: null }),
  ),
];

export function aWorkflow(more: Partial<Workflow> = {}): Workflow {
  return {
    id: "wf_1",
    name: "Order sync",
    draft_revision: 1,
    published_version: 1,
    definition: { format: 1, name: "Order sync", nodes: [], edges: [] },
    findings: [],
    created_at: "2026-01-01T00:00:00.000Z",
    changed_at: "2026-01-01T00:00:00.000Z",
    ...more,
  } as Workflow;
}

export function aRun(more: Partial<Run> = {}): Run {
  return {
    id: "abcdefghij-01k0000000000000000000000a",
    workflow_id: "wf_1",
    workflow_name: "Order sync",
    version: 1,
    status: "running",
    attention: null,
    input: { total: 1 },
    output: null,
    error: null,
    trigger: { kind: "api" },
    created_at: "2026-01-01T00:00:00.000Z",
    started_at: "2026-01-01T00:00:00.100Z",
    ended_at: null,
    parent_run_id: null,
    caller: null,
    ...more,
  } as Run;
}
