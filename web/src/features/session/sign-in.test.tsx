import { screen } from "@testing-library/react";
import { http } from "msw";
import { afterAll, afterEach, expect, test } from "vitest";
import { currentSession, refuseSession } from "@/api/session";
import { API, list, openPage, problem, startServer } from "@/test-app";

const server = startServer(
  http.get(`${API}/workflows`, ({ request }) =>
    request.headers.get("Authorization") === "Bearer good-key" ? list([]) : problem(401, "Not signed in"),
  ),
  http.get(`${API}/runs`, () => list([])),
);
afterEach(() => server.resetHandlers());
afterAll(() => server.close());

test("a good key opens the page that was asked for", async () => {
  const { user } = openPage("/runs", { signedIn: false });
  await user.type(screen.getByLabelText("API key"), "  good-key ");
  await user.click(screen.getByRole("button", { name: "Sign in" }));
  expect(await screen.findByRole("heading", { name: "Runs" })).toBeVisible();
  expect(sessionStorage.getItem("holdfast.key")).toBe("good-key");
  expect(localStorage.length).toBe(0);
});

test("a wrong key is refused with words and is not kept", async () => {
  const { user } = openPage("/", { signedIn: false });
  await user.type(screen.getByLabelText("API key"), "wrong{Enter}");
  expect(await screen.findByRole("alert")).toHaveTextContent("not valid");
  expect(screen.getByLabelText("API key")).toBeInvalid();
  expect(sessionStorage.length).toBe(0);
});

test("a server that is away is not mistaken for a wrong key", async () => {
  server.use(
    http.get(`${API}/workflows`, () => problem(503, "Not ready yet", { detail: "The database starts." })),
  );
  const { user } = openPage("/", { signedIn: false });
  await user.type(screen.getByLabelText("API key"), "good-key{Enter}");
  expect(await screen.findByRole("alert")).toHaveTextContent("Not ready yet");
  expect(screen.getByRole("alert")).toHaveTextContent("The database starts.");
});

test("a key that stops working leads back to the sign-in with the reason", async () => {
  server.use(http.get(`${API}/workflows`, () => problem(401, "Not signed in")));
  openPage("/workflows");
  expect(await screen.findByRole("alert")).toHaveTextContent("no longer takes your key");
  expect(currentSession().key).toBeNull();
});

test("a late refusal of an old key does not sign the new one out", () => {
  openPage("/runs");
  refuseSession("an older key");
  expect(currentSession().key).toBe("the-key");
});

test("Sign out forgets the key", async () => {
  server.use(http.get(`${API}/workflows`, () => list([])));
  const { user } = openPage("/workflows");
  await user.click(await screen.findByRole("button", { name: "Account" }));
  await user.click(await screen.findByRole("menuitem", { name: "Sign out" }));
  expect(await screen.findByLabelText("API key")).toBeVisible();
  expect(sessionStorage.length).toBe(0);
});
