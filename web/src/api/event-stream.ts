/** Reads `text/event-stream`, as the HTML standard says, from chunks of text cut anywhere. */

export type Frame = { id: string | null; event: string; data: string };

export class EventStreamParser {
  private rest = "";
  private id: string | null = null;
  private event = "";
  private lines: string[] = [];

  /** The frames that the chunk completes. */
  push(chunk: string): Frame[] {
    const text = this.rest + chunk;
    const frames: Frame[] = [];
    let start = 0;
    for (const match of text.matchAll(/\r\n|\n|\r/g)) {
      // A carriage return at the very end may be the first half of a pair.
      if (match[0] === "\r" && match.index === text.length - 1) break;
      const frame = this.line(text.slice(start, match.index));
      if (frame) frames.push(frame);
      start = match.index + match[0].length;
    }
    this.rest = text.slice(start);
    return frames;
  }

  private line(line: string): Frame | null {
    if (line === "") return this.dispatch();
    const colon = line.indexOf(":");
    const field = colon < 0 ? line : line.slice(0, colon);
    const value = colon < 0 ? "" : line.slice(colon + 1).replace(/^ /, "");
    if (field === "id" && !value.includes("\0")) this.id = value;
    else if (field === "event") this.event = value;
    else if (field === "data") this.lines.push(value);
    return null;
  }

  private dispatch(): Frame | null {
    const frame =
      this.lines.length > 0
        ? { id: this.id, event: this.event || "message", data: this.lines.join("\n") }
        : null;
    this.event = "";
    this.lines = [];
    return frame;
  }
}
