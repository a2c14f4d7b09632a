import { screen, within } from "@testing-library/react";
import { HttpResponse, http } from "msw";
import { afterAll, afterEach, expect, test } from "vitest";
import { API, aRun, list, openPage, quietLists, startServer } from "@/test-app";

const AT = "2026-01-01T00:00:01.000Z";
const run = aRun({ status: "succeeded", ended_at: AT });
const row = {
  node_id: "ask",
  key: "ask",
  type: "core.http_request@1",
  status: "succeeded",
  iteration: null,
  attempt: 2,
  started_at: AT,
  ended_at: AT,
  input: null,
  output: 1,
  error: null,
  reused: false,
};
const attempts = [
  {
    number: 1,
    started_at: AT,
    ended_at: "2026-01-01T00:00:03.000Z",
    worker: "77@worker-a",
    error: { name: "ServerError", message: "shop.example answered 503", retryable: true },
    logs: [{ at: AT, level: "warning", message: "slow" }],
  },
  { number: 2, started_at: AT, ended_at: AT, worker: "78@worker-b", error: null, logs: [] },
];

const server = startServer(
  ...quietLists,
  http.get(`${API}/runs/:id`, () => HttpResponse.json(run)),
  http.get(`${API}/runs/:id/nodes`, () => list([row])),
  http.get(`${API}/runs/:id/events`, () => new HttpResponse("")),
  http.get(`${API}/runs/:id/nodes/:key`, () => HttpResponse.json({ ...row, attempts })),
  http.get(`${API}/workflows/wf_1/versions/1`, () =>
    HttpResponse.json({ version: 1, definition: { nodes: [], edges: [] } }),
  ),
);
afterEach(() => server.resetHandlers());
afterAll(() => server.close());

test("each attempt tells its error and its worker, and the log what was said in it", async () => {
  const { user } = openPage(`/runs/${run.id}?node=ask`);
  const panel = await screen.findByRole("complementary", { name: "ask" });
  await user.click(within(panel).getByRole("tab", { name: /Attempts/ }));
  expect(await within(panel).findByText("shop.example answered 503")).toBeVisible();
  expect(within(panel).getByText("on 78@worker-b")).toBeVisible();
  expect(within(panel).getByText("2.0 s")).toBeVisible();
  await user.click(within(panel).getByRole("tab", { name: "Log" }));
  const first = await within(panel).findByRole("region", { name: "Attempt 1" });
  expect(first).toHaveTextContent("warning: slow");
});

test("a node that is decided in the run itself says that nothing was called", async () => {
  server.use(http.get(`${API}/runs/:id/nodes/:key`, () => HttpResponse.json({ ...row, attempts: [] })));
  const { user } = openPage(`/runs/${run.id}?node=ask`);
  const panel = await screen.findByRole("complementary", { name: "ask" });
  await user.click(within(panel).getByRole("tab", { name: "Log" }));
  expect(await within(panel).findByText("It said nothing.")).toBeVisible();
});
