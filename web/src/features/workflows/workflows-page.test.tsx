import { screen, within } from "@testing-library/react";
import { http } from "msw";
import { afterAll, afterEach, expect, test } from "vitest";
import { API, aRun, aWorkflow, list, openPage, problem, quietLists, startServer } from "@/test-app";

const server = startServer(...quietLists);
afterEach(() => server.resetHandlers());
afterAll(() => server.close());

const TWO = [aWorkflow(), aWorkflow({ id: "wf_2", name: "Refunds", published_version: null })];

test("an empty list teaches the first step", async () => {
  openPage("/workflows");
  expect(await screen.findByRole("heading", { name: "No workflow yet" })).toBeVisible();
  expect(screen.getByRole("link", { name: "Start from the example" })).toHaveAttribute(
    "href",
    "/workflows/new",
  );
});

test("each workflow shows its state and its last run", async () => {
  server.use(
    http.get(`${API}/workflows`, () => list(TWO)),
    http.get(`${API}/runs`, () =>
      list([aRun({ status: "failed" }), aRun({ id: "older", status: "succeeded" })]),
    ),
  );
  openPage("/workflows");
  const row = (await screen.findByRole("link", { name: "Order sync" })).closest("tr") as HTMLElement;
  expect(within(row).getByText("Published v1")).toBeVisible();
  expect(await within(row).findByText("Failed")).toBeVisible();
  const other = screen.getByRole("link", { name: "Refunds" }).closest("tr") as HTMLElement;
  expect(within(other).getByText("Draft")).toBeVisible();
  expect(within(other).getByText("never run")).toBeVisible();
});

test("the search asks the server, and a fruitless one says so", async () => {
  server.use(
    http.get(`${API}/workflows`, ({ request }) => {
      const text = new URL(request.url).searchParams.get("text") ?? "";
      return list(TWO.filter(({ name }) => name.toLowerCase().includes(text)));
    }),
  );
  const { user } = openPage("/workflows");
  await screen.findByRole("link", { name: "Order sync" });
  await user.keyboard("/");
  expect(screen.getByRole("searchbox")).toHaveFocus();
  await user.keyboard("refu");
  expect(await screen.findByRole("link", { name: "Refunds" })).toBeVisible();
  await expect.poll(() => screen.queryByRole("link", { name: "Order sync" })).toBeNull();
  await user.keyboard("x");
  expect(await screen.findByRole("heading", { name: "Nothing found" })).toBeVisible();
});

test("the arrows move in the list and Enter opens", async () => {
  server.use(
    http.get(`${API}/workflows`, () => list(TWO)),
    http.get(`${API}/workflows/wf_2`, () => problem(404, "There is no such workflow")),
  );
  const { user, router } = openPage("/workflows");
  (await screen.findByRole("link", { name: "Order sync" })).focus();
  await user.keyboard("{ArrowDown}");
  expect(screen.getByRole("link", { name: "Refunds" })).toHaveFocus();
  await user.keyboard("{Enter}");
  expect(await screen.findByRole("alert")).toHaveTextContent("There is no such workflow");
  expect(router.state.location.pathname).toBe("/workflows/wf_2");
  await user.keyboard("{Escape}");
  expect(router.state.location.pathname).toBe("/workflows");
});

test("an error of the server is shown with its title and can be tried again", async () => {
  let broken = true;
  server.use(
    http.get(`${API}/workflows`, () =>
      broken
        ? problem(500, "The database is full", { detail: "Free some space.", code: "internal_error" })
        : list(TWO),
    ),
  );
  const { user } = openPage("/workflows");
  expect(await screen.findByRole("alert")).toHaveTextContent("The database is full");
  expect(screen.getByRole("alert")).toHaveTextContent("Free some space.");
  broken = false;
  await user.click(screen.getByRole("button", { name: "Try again" }));
  expect(await screen.findByRole("link", { name: "Refunds" })).toBeVisible();
});
