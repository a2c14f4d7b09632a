import { QueryClientProvider } from "@tanstack/react-query";
import { render, screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { HttpResponse, http } from "msw";
import { afterAll, afterEach, expect, test, vi } from "vitest";
import { createQueries } from "@/api/queries";
import { API, problem, startServer } from "@/test-app";
import { ExportMenu } from "./export-menu";

const server = startServer(
  http.get(`${API}/runs/r1/export`, ({ request }) =>
    HttpResponse.text(`# ${new URL(request.url).searchParams.get("format")}`),
  ),
);
afterEach(() => server.resetHandlers());
afterAll(() => server.close());

function open() {
  render(
    <QueryClientProvider client={createQueries()}>
      <ExportMenu runId="r1" />
    </QueryClientProvider>,
  );
  return userEvent.setup();
}

test("the report is fetched with the key and given to the browser as a file", async () => {
  let given: Blob | undefined;
  let name = "";
  const keep = (one: Blob) => {
    given = one;
    return "blob:x";
  };
  vi.stubGlobal("URL", Object.assign(URL, { createObjectURL: keep, revokeObjectURL: () => {} }));
  vi.spyOn(HTMLAnchorElement.prototype, "click").mockImplementation(function (this: HTMLAnchorElement) {
    name = this.download;
  });
  const user = open();
  await user.click(screen.getByRole("button", { name: "Export" }));
  await user.click(await screen.findByRole("menuitem", { name: /Report/ }));
  await waitFor(() => expect(name).toBe("run-r1.md"));
  expect(await given?.text()).toBe("# markdown");
});

test("an export that fails says why", async () => {
  server.use(http.get(`${API}/runs/r1/export`, () => problem(404, "Not Found")));
  const user = open();
  await user.click(screen.getByRole("button", { name: "Export" }));
  await user.click(await screen.findByRole("menuitem", { name: /JSON/ }));
  expect(await screen.findByText("Not Found")).toBeVisible();
});
