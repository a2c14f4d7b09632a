import { screen, waitFor, within } from "@testing-library/react";
import { HttpResponse, http } from "msw";
import { afterAll, afterEach, beforeEach, expect, test } from "vitest";
import type { NotificationRule } from "@/api/notifications";
import { API, aWorkflow, list, openPage, quietLists, startServer } from "@/test-app";

let rules: NotificationRule[];
const server = startServer(
  http.get(`${API}/workflows`, () => list([aWorkflow({ id: "wf_1", name: "Tell by chat" })])),
  ...quietLists,
  http.get(`${API}/failures`, () => list([])),
  http.get(`${API}/notification-rules`, () => list(rules)),
  http.post(`${API}/notification-rules`, async ({ request }) => {
    rules = [...rules, { ...((await request.json()) as NotificationRule), id: "ntf_1" }];
    return HttpResponse.json(rules.at(-1), { status: 201 });
  }),
  http.put(`${API}/notification-rules/:id`, async ({ request }) => {
    rules = [{ ...((await request.json()) as NotificationRule), id: "ntf_1" }];
    return HttpResponse.json(rules[0]);
  }),
  http.delete(`${API}/notification-rules/:id`, () => {
    rules = [];
    return new HttpResponse(null, { status: 204 });
  }),
);
beforeEach(() => {
  rules = [];
});
afterEach(() => server.resetHandlers());
afterAll(() => server.close());

test("a rule is made, silenced and deleted", async () => {
  const { user } = openPage("/failures");
  await user.click(await screen.findByRole("button", { name: "Notifications" }));
  const dialog = await screen.findByRole("dialog", { name: "Notifications" });
  await user.type(await within(dialog).findByLabelText("Name of the rule"), "Tell us");
  await user.selectOptions(within(dialog).getByLabelText("Workflow that tells"), "Tell by chat");
  await user.click(within(dialog).getByRole("button", { name: "Add the rule" }));
  const said =
    "Runs Tell by chat when a run of all workflows fails or times out, the same failure once in 60 min.";
  expect(await within(dialog).findByText(said)).toBeVisible();
  await user.click(within(dialog).getByRole("checkbox", { name: "On" }));
  await waitFor(() => expect(rules[0]?.paused).toBe(true));
  await user.click(within(dialog).getByRole("button", { name: "Delete the rule Tell us" }));
  await waitFor(() => expect(within(dialog).queryByText(said)).toBeNull());
});
