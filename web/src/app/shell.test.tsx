import { screen, waitFor, within } from "@testing-library/react";
import { HttpResponse, http } from "msw";
import { afterAll, afterEach, expect, test } from "vitest";
import { API, aRun, aWorkflow, list, openPage, quietLists, startServer } from "@/test-app";

const server = startServer(
  ...quietLists,
  http.get(`${API}/health/live`, () => HttpResponse.json({})),
);
afterEach(() => server.resetHandlers());
afterAll(() => server.close());

test("the rail leads to what exists, and keeps its width", async () => {
  const { user } = openPage("/workflows");
  const rail = await screen.findByRole("navigation", { name: "Main" });
  expect(
    within(rail)
      .getAllByRole("link")
      .map((link) => link.textContent),
  ).toEqual(["Workflows", "Runs", "Failures"]);
  await user.click(within(rail).getByRole("button", { name: "Narrow the menu" }));
  expect(within(rail).getByRole("link", { name: "Runs" })).toHaveTextContent("");
  expect(localStorage.getItem("holdfast.rail")).toBe("narrow");
});

test("Ctrl-K finds workflows, runs and actions by parts of their names", async () => {
  server.use(
    http.get(`${API}/workflows`, () => list([aWorkflow(), aWorkflow({ id: "wf_2", name: "Refunds" })])),
    http.get(`${API}/runs`, () => list([aRun()])),
  );
  const { user, router } = openPage("/runs");
  await screen.findByRole("heading", { name: "Runs" });
  await user.keyboard("{Control>}k{/Control}");
  const field = await screen.findByRole("combobox");
  expect(field).toHaveFocus();
  await screen.findByRole("option", { name: /Refunds/ });
  await user.keyboard("new work");
  expect(screen.getAllByRole("option")).toHaveLength(1);
  await user.clear(field);
  await user.keyboard("{ArrowDown}{ArrowDown}{ArrowUp}");
  expect(screen.getByRole("option", { selected: true })).toHaveTextContent("Runs");
  await user.clear(field);
  await user.type(field, "keyboard{Enter}");
  expect(await screen.findByRole("dialog", { name: "Keyboard shortcuts" })).toBeVisible();
  await user.keyboard("{Escape}");
  await waitFor(() => expect(screen.queryByRole("dialog")).toBeNull());
  expect(router.state.location.pathname).toBe("/runs");
});

test("the question mark shows the shortcuts, but not while somebody types", async () => {
  server.use(http.get(`${API}/workflows`, () => list([aWorkflow()])));
  const { user } = openPage("/workflows");
  await user.type(await screen.findByRole("searchbox"), "?");
  expect(screen.queryByRole("dialog")).toBeNull();
  await user.keyboard("{Escape}{Escape}?");
  expect(await screen.findByRole("dialog", { name: "Keyboard shortcuts" })).toBeVisible();
});

test("a chosen theme wins over the system's", async () => {
  const { user } = openPage("/workflows");
  await user.click(await screen.findByRole("button", { name: "Account" }));
  await user.click(await screen.findByRole("menuitemradio", { name: "Dark" }));
  expect(document.documentElement.dataset.theme).toBe("dark");
  await user.click(screen.getByRole("button", { name: "Account" }));
  await user.click(await screen.findByRole("menuitemradio", { name: "As the system" }));
  expect(document.documentElement.dataset.theme).toBeUndefined();
});

test("a lost connection is said in the top line until the server answers again", async () => {
  server.use(http.get(`${API}/runs`, () => HttpResponse.error()));
  openPage("/runs");
  expect(await screen.findByText(/No connection to the server/)).toBeVisible();
  server.resetHandlers();
  await waitFor(() => expect(screen.queryByText(/No connection to the server/)).toBeNull(), {
    timeout: 5000,
  });
});

test("an address that leads nowhere says so", async () => {
  openPage("/nowhere");
  expect(await screen.findByRole("heading", { name: "There is no such page" })).toBeVisible();
});
