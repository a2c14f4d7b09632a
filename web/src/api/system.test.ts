import { expect, test } from "vitest";
import { temporalPage } from "./system";

test("a run is found in Temporal's own pages by its id", () => {
  expect(temporalPage("http://127.0.0.1:8233/", "default", "ws-1")).toBe(
    "http://127.0.0.1:8233/namespaces/default/workflows/ws-1",
  );
});

test("without an address, or with one that is no page, there is no link", () => {
  expect(temporalPage(null, "default", "ws-1")).toBeNull();
  expect(temporalPage("javascript:alert(1)", "default", "ws-1")).toBeNull();
});
