/** Finds where in a JSON text the value of a JSON Pointer stands. */

export type Range = { start: number; end: number };

/** The value's range; where the pointer goes further than the text, that of the last value that exists. */
export function rangeOf(text: string, pointer: string): Range | null {
  const path = pointer
    .split("/")
    .slice(1)
    .map((part) => part.replaceAll("~1", "/").replaceAll("~0", "~"));
  try {
    return new Scanner(text).find(path);
  } catch {
    return null;
  }
}

class Scanner {
  private at = 0;
  private readonly text: string;

  constructor(text: string) {
    this.text = text;
  }

  find(path: string[]): Range {
    this.space();
    const start = this.at;
    const found = path.length > 0 ? this.child(path) : null;
    if (found) return found;
    this.at = start;
    this.skip();
    return { start, end: this.at };
  }

  private child([name, ...rest]: string[]): Range | null {
    const open = this.text[this.at];
    if (open !== "{" && open !== "[") return null;
    this.at += 1;
    for (let index = 0; ; index += 1) {
      this.space();
      if (this.text[this.at] === "}" || this.text[this.at] === "]") return null;
      const key = open === "{" ? this.key() : String(index);
      if (key === name) return this.find(rest);
      this.skip();
      this.space();
      if (this.text[this.at] !== ",") return null;
      this.at += 1;
    }
  }

  private key(): string {
    const start = this.at;
    this.string();
    const key = JSON.parse(this.text.slice(start, this.at)) as string;
    this.space();
    this.at += 1;
    this.space();
    return key;
  }

  /** Passes over one value; brackets inside strings do not count. */
  private skip(): void {
    let depth = 0;
    do {
      this.space();
      const char = this.text[this.at];
      if (char === undefined) throw new SyntaxError("the text ends too early");
      if (char === '"') this.string();
      else if (char === "{" || char === "[") [depth, this.at] = [depth + 1, this.at + 1];
      else if (char === "}" || char === "]") [depth, this.at] = [depth - 1, this.at + 1];
      else if (char === "," || char === ":") this.at += 1;
      else while (this.at < this.text.length && !/[\s,:\]}]/.test(this.text[this.at] as string)) this.at += 1;
    } while (depth > 0);
  }

  private string(): void {
    this.at += 1;
    while (this.text[this.at] !== '"') {
      if (this.at >= this.text.length) throw new SyntaxError("a string has no end");
      this.at += this.text[this.at] === "\\" ? 2 : 1;
    }
    this.at += 1;
  }

  private space(): void {
    while (/\s/.test(this.text[this.at] ?? "")) this.at += 1;
  }
}
