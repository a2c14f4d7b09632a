import { render, screen } from "@testing-library/react";
import { expect, test } from "vitest";
import { aRun } from "@/test-app";
import { RunNotice } from "./run-notice";

test("a run that waits says for what, and how many are before it", () => {
  render(<RunNotice run={aRun({ status: "queued", queued_for: { reason: "key_limit", before: 2 } })} />);
  expect(screen.getByRole("status")).toHaveTextContent("by the limit of its key. 2 runs are before it.");
});

test("a run that stands still says why, and one that goes on says nothing", () => {
  const { rerender } = render(
    <RunNotice run={aRun({ attention_reason: "no worker knows its interpreter" })} />,
  );
  expect(screen.getByRole("status")).toHaveTextContent("It stands still: no worker knows its interpreter");
  rerender(<RunNotice run={aRun()} />);
  expect(screen.queryByRole("status")).toBeNull();
});
