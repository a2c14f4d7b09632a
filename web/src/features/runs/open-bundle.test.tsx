import { screen, waitFor } from "@testing-library/react";
import { HttpResponse, http } from "msw";
import { afterAll, afterEach, expect, test } from "vitest";
import { API, aRun, openPage, problem, quietLists, startServer } from "@/test-app";

const opened = aRun({ id: "w-opened0000", status: "failed" });
let sent = "";
const server = startServer(
  ...quietLists,
  http.post(`${API}/bundles`, async ({ request }) => {
    sent = await request.text();
    return HttpResponse.json(opened, { status: 201 });
  }),
  http.get(`${API}/runs/:id`, () => HttpResponse.json(opened)),
);
afterEach(() => server.resetHandlers());
afterAll(() => server.close());

test("a bundle is sent as it is, and its run is shown", async () => {
  const { user, router } = openPage("/runs");
  await user.upload(await screen.findByLabelText("A bundle to open"), new File(["PK"], "run.holdfast.zip"));
  await waitFor(() => expect(router.state.location.pathname).toBe("/runs/w-opened0000"));
  expect(sent).toBe("PK");
});

test("a bundle that is refused says why", async () => {
  server.use(
    http.post(`${API}/bundles`, () =>
      problem(422, "Unprocessable", { detail: "events.jsonl is not what was exported" }),
    ),
  );
  const { user } = openPage("/runs");
  await user.upload(await screen.findByLabelText("A bundle to open"), new File(["PK"], "x.zip"));
  expect(await screen.findByRole("dialog", { name: "The bundle can't be opened" })).toHaveTextContent(
    "events.jsonl is not what was exported",
  );
});
