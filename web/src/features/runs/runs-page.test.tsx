import { screen } from "@testing-library/react";
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
