import { expect, test } from "vitest";
import { rangeOf } from "./json-pointer";

const TEXT = `{ "a": { "x": [1, "two, ]}\\"", {"y/z": null}] },\n "b": true }`;
const at = (pointer: string) => {
  const range = rangeOf(TEXT, pointer);
  return range && TEXT.slice(range.start, range.end);
};

test("finds the text of a value by its pointer", () => {
  expect(at("/b")).toBe("true");
  expect(at("/a/x/0")).toBe("1");
  expect(at("/a/x/1")).toBe('"two, ]}\\""');
  expect(at("/a/x/2/y~1z")).toBe("null");
  expect(at("")).toBe(TEXT);
});

test("a pointer that goes too far answers with the last value that exists", () => {
  expect(at("/a/x/9")).toBe('[1, "two, ]}\\"", {"y/z": null}]');
  expect(at("/b/c")).toBe("true");
});

test("a text that is not JSON has no ranges", () => {
  expect(rangeOf('{ "a": ', "/a")).toBeNull();
  expect(rangeOf("", "/a")).toBeNull();
});
