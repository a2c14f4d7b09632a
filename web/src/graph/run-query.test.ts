import { expect, test } from "vitest";
import { filterOf, filterOfQuery, queryOf } from "./run-query";

test("a filter goes from the address to the API and back", () => {
  const address = new URLSearchParams(
    "status=failed,timed_out&version=3&min_seconds=1.5&text=a+b&other=1&to=",
  );
  const filter = filterOf(address);
  expect(filter).toEqual({ status: "failed,timed_out", version: "3", min_seconds: "1.5", text: "a b" });
  const query = queryOf(filter);
  expect(query).toEqual({ status: ["failed", "timed_out"], version: 3, min_seconds: 1.5, text: "a b" });
  expect(filterOfQuery({ ...query, workflow: null, trigger: "" })).toEqual(filter);
});

test("what is no number is left for the server to judge", () => {
  expect(queryOf({ version: "draft", max_seconds: "soon" })).toEqual({
    version: "draft",
    max_seconds: "soon",
  });
});
