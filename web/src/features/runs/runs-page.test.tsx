import { screen, waitFor } from "@testing-library/react";
import { HttpResponse, http } from "msw";
import { afterAll, afterEach, expect, test } from "vitest";
import { API, aRun, list, openPage, quietLists, startServer } from "@/test-app";

const server = startServer(...quietLists);
afterEach(() => server.resetHandlers());
afterAll(() => server.close());

test("an empty list says how a run begins", async () => {
  openPage("/runs");
  expect(await screen.findByRole("heading", { name: "Nothing has run yet" })).toBeVisible();
});

test("the status filter is kept in the address and asked of the server", async () => {
  const runs = [
    aRun({ id: "w-aaaaaaaaaa", status: "failed" }),
    aRun({ id: "w-bbbbbbbbbb", status: "succeeded" }),
  ];
  server.use(
    http.get(`${API}/runs`, ({ request }) => {
      const wanted = new URL(request.url).searchParams.get("status");
      return list(runs.filter(({ status }) => !wanted || status === wanted));
    }),
  );
  const { user, router } = openPage("/runs");
  expect(await screen.findByRole("link", { name: "bbbbbbbbbb" })).toBeVisible();
  await user.selectOptions(screen.getByLabelText("Status"), "failed");
  expect(await screen.findByRole("link", { name: "aaaaaaaaaa" })).toBeVisible();
  expect(screen.queryByRole("link", { name: "bbbbbbbbbb" })).toBeNull();
  expect(router.state.location.search).toBe("?status=failed");
});

test("more runs are fetched on demand", async () => {
  server.use(
    http.get(`${API}/runs`, ({ request }) => {
      const second = new URL(request.url).searchParams.get("cursor") === "next";
      const items = [aRun({ id: second ? "w-bbbbbbbbbb" : "w-aaaaaaaaaa" })];
      return HttpResponse.json({ items, next_cursor: second ? null : "next" });
    }),
  );
  const { user } = openPage("/runs");
  await user.click(await screen.findByRole("button", { name: "Show more" }));
  expect(await screen.findByRole("link", { name: "bbbbbbbbbb" })).toBeVisible();
  expect(screen.getByRole("link", { name: "aaaaaaaaaa" })).toBeVisible();
  expect(screen.queryByRole("button", { name: "Show more" })).toBeNull();
});

test("what is searched for is asked of the server, and nothing found says so", async () => {
  server.use(
    http.get(`${API}/runs`, ({ request }) => {
      const text = new URL(request.url).searchParams.get("text");
      return list(text === "418" || !text ? [aRun({ id: "w-aaaaaaaaaa" })] : []);
    }),
  );
  const { user } = openPage("/runs");
  const search = await screen.findByRole("searchbox", { name: "Search runs" });
  await user.type(search, "418");
  expect(await screen.findByRole("link", { name: "aaaaaaaaaa" })).toBeVisible();
  await user.type(search, " nothing");
  expect(await screen.findByRole("heading", { name: "No run is like this" })).toBeVisible();
  await user.click(screen.getByRole("button", { name: "Show all runs" }));
  expect(await screen.findByRole("link", { name: "aaaaaaaaaa" })).toBeVisible();
});

test("rarer filters are asked of the server, saved by name and applied again", async () => {
  const saved = [
    { id: "flt_1", name: "Slow ones", query: { min_seconds: 60 }, created_at: "2026-01-01T00:00:00Z" },
  ];
  const asked: string[] = [];
  server.use(
    http.get(`${API}/runs`, ({ request }) => {
      asked.push(new URL(request.url).search);
      return list([aRun({ id: "w-aaaaaaaaaa" })]);
    }),
    http.get(`${API}/run-filters`, () => list(saved)),
    http.post(`${API}/run-filters`, async ({ request }) => {
      const made = {
        ...((await request.json()) as { name: string; query: { min_seconds: number } }),
        id: "flt_2",
      };
      saved.push({ ...made, created_at: "2026-01-01T00:00:00Z" });
      return HttpResponse.json(saved.at(-1), { status: 201 });
    }),
    http.delete(`${API}/run-filters/flt_1`, () => {
      saved.shift();
      return new HttpResponse(null, { status: 204 });
    }),
  );
  const { user, router } = openPage("/runs");
  await user.selectOptions(await screen.findByLabelText("Saved filters"), "Slow ones");
  expect(router.state.location.search).toBe("?min_seconds=60");
  await user.click(screen.getByRole("button", { name: "Delete the filter Slow ones" }));
  await user.type(await screen.findByLabelText("Business key"), "order 7");
  await user.click(screen.getByRole("button", { name: "Save filter…" }));
  await user.type(await screen.findByLabelText("Name"), "Mine{Enter}");
  await waitFor(() => expect(screen.getByLabelText("Saved filters")).toHaveDisplayValue("Mine"));
  expect(saved).toEqual([
    expect.objectContaining({ name: "Mine", query: { min_seconds: 60, business_key: "order 7" } }),
  ]);
  expect(asked.at(-1)).toContain("min_seconds=60");
  expect(asked.at(-1)).toContain("business_key=order%207");
});

test("all runs that a filter finds are cancelled together", async () => {
  const bodies: unknown[] = [];
  server.use(
    http.get(`${API}/runs`, () => list([aRun({ id: "w-aaaaaaaaaa" })])),
    http.post(`${API}/runs/bulk`, async ({ request }) => {
      const body = (await request.json()) as Record<string, unknown>;
      bodies.push(body);
      const done = body.preview ? [] : ["w-aaaaaaaaaa", "w-bbbbbbbbbb"];
      return HttpResponse.json({ count: 2, sample: [], done, failed: [], next: null }, { status: 202 });
    }),
  );
  const { user } = openPage("/runs?workflow=wf_1&status=running");
  await user.click(await screen.findByRole("button", { name: "Cancel all…" }));
  await user.click(await screen.findByRole("button", { name: "Cancel 2 runs" }));
  expect(await screen.findByText("2 runs told to stop.")).toBeVisible();
  expect(bodies.at(-1)).toMatchObject({
    action: "cancel",
    filter: { workflow: "wf_1", status: ["running"] },
    preview: false,
  });
});
