import { screen } from "@testing-library/react";
import { HttpResponse, http } from "msw";
import { afterAll, afterEach, expect, test } from "vitest";
import { roughText } from "@/graph/time";
import { API, aRun, list, openPage, quietLists, startServer } from "@/test-app";

const run = aRun({ status: "running" });
const server = startServer(
  http.get(`${API}/runs/:id/progress`, () =>
    HttpResponse.json({ done: 3, total: 12, usual_ms: 200_000, left_ms: 150_000 }),
  ),
  ...quietLists,
  http.get(`${API}/runs/:id`, () => HttpResponse.json(run)),
  http.get(`${API}/runs/:id/nodes`, () => list([])),
  http.get(`${API}/runs/:id/events`, () => new HttpResponse("")),
  http.get(`${API}/workflows/wf_1/versions/1`, () =>
    HttpResponse.json({ version: 1, definition: { nodes: [], edges: [] } }),
  ),
);
afterEach(() => server.resetHandlers());
afterAll(() => server.close());

test("an open run shows how far it is and how long it is likely to take", async () => {
  openPage(`/runs/${run.id}`);
  const bar = await screen.findByRole("progressbar", { name: "Nodes that have ended" });
  expect(bar).toHaveAttribute("aria-valuenow", "3");
  expect(screen.getByText("· about 3 min left")).toBeVisible();
});

test("an estimate is rough", () => {
  expect([1, 999, 12_001, 61_000, 3_601_000].map(roughText)).toEqual(["1 s", "1 s", "13 s", "2 min", "2 h"]);
});
