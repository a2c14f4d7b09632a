import { render, screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { expect, test } from "vitest";
import { ValueView } from "./value-view";

test("a value is a tree that opens, and each part can be copied with its path", async () => {
  const user = userEvent.setup();
  render(<ValueView root="nodes.fetch" value={{ body: { items: [{ "a b": 1 }] } }} />);
  await user.click(screen.getByRole("button", { name: /items/, expanded: false }));
  await user.click(screen.getByRole("button", { name: /^0:/, expanded: false }));
  await user.click(
    screen.getByRole("button", { name: "Copy the path nodes.fetch.body.items[0].`a b`", hidden: true }),
  );
  expect(await navigator.clipboard.readText()).toBe("nodes.fetch.body.items[0].`a b`");
});

test("raw JSON shows the whole value", async () => {
  render(<ValueView root="output" value={{ a: [1, null] }} />);
  await userEvent.click(screen.getByRole("button", { name: "Raw JSON" }));
  expect(screen.getByText(/"a": \[/)).toBeVisible();
});

test("a long list is shown a hundred at a time", async () => {
  render(<ValueView root="output" value={Array.from({ length: 250 }, (_, index) => index)} />);
  expect(screen.queryByText("149")).toBeNull();
  await userEvent.click(screen.getByRole("button", { name: "Show 100 more of 150" }));
  expect(screen.getAllByText("149:")).toHaveLength(1);
});

test("text of a service stays text", () => {
  const { container } = render(<ValueView root="output" value={"<img src=x onerror=alert(1)>"} />);
  expect(container.querySelector("img")).toBeNull();
  expect(screen.getByText(/onerror/)).toBeVisible();
});
