import { expect, test } from "vitest";
import { EventStreamParser } from "./event-stream";

const TEXT =
  ': hello\n\nid: 1\nevent: node\ndata: {"a":\ndata: 1}\n\nid: 2\r\ndata:two\r\n\r\nevent: none\n\nretry: 5\ndata: three\r\r';
const FRAMES = [
  { id: "1", event: "node", data: '{"a":\n1}' },
  { id: "2", event: "message", data: "two" },
  { id: "2", event: "message", data: "three" },
];

test("reads frames from one chunk", () => {
  const parser = new EventStreamParser();
  expect([...parser.push(TEXT), ...parser.push(":\n")]).toEqual(FRAMES);
});

test("reads the same frames wherever the text is cut", () => {
  for (let size = 1; size < 12; size += 1) {
    const parser = new EventStreamParser();
    const frames = [];
    for (let start = 0; start < TEXT.length; start += size)
      frames.push(...parser.push(TEXT.slice(start, start + size)));
    frames.push(...parser.push(":\n"));
    expect(frames).toEqual(FRAMES);
  }
});

test("a frame without its empty line is not delivered", () => {
  expect(new EventStreamParser().push("id: 1\ndata: x\n")).toEqual([]);
});
