import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";

const SRC = dirname(fileURLToPath(import.meta.url));
const FILES = readdirSync(SRC, { recursive: true, encoding: "utf8" })
  .map((path) => path.replaceAll("\\", "/"))
  .filter((path) => /\.tsx?$/.test(path) && !/\.test\.tsx?$|\.gen\.|^test-/.test(path));

/** Who may import whom; a feature never imports another one. */
const MAY_IMPORT: Record<string, string[]> = {
  graph: [],
  api: ["graph"],
  ui: ["graph", "api"],
  features: ["graph", "api", "ui"],
  app: ["graph", "api", "ui", "features"],
};

function importsOf(path: string): string[] {
  const text = readFileSync(join(SRC, path), "utf8");
  return [...text.matchAll(/(?:from|import\(?)\s+?"([^"]+)"|import\("([^"]+)"\)/g)].map(
    ([, one, other]) => one ?? other ?? "",
  );
}

function insideOf(path: string, imported: string): string | null {
  if (imported.startsWith("@/")) return imported.slice(2);
  return imported.startsWith(".") ? relative(SRC, resolve(SRC, dirname(path), imported)) : null;
}

function roomOf(path: string): string {
  const [room = "", feature] = path.split("/");
  return room === "features" ? `${room}/${feature}` : room;
}

test("imports go one way, and features never import each other", () => {
  const wrong = FILES.flatMap((path) => {
    const room = roomOf(path);
    const allowed = MAY_IMPORT[room.split("/")[0] ?? ""];
    return importsOf(path).flatMap((imported) => {
      const target = insideOf(path, imported);
      if (target === null || allowed === undefined || roomOf(target) === room) return [];
      return allowed.includes(roomOf(target).split("/")[0] ?? "") &&
        !(room.startsWith("features/") && target.startsWith("features/"))
        ? []
        : [`${path} imports ${imported}`];
    });
  });
  expect(wrong).toEqual([]);
});

test("graph is pure: no React, no browser, no server", () => {
  const wrong = FILES.filter((path) => path.startsWith("graph/")).filter((path) => {
    const foreign = importsOf(path).filter((name) => !name.startsWith("./") && name !== "@dagrejs/dagre");
    return (
      foreign.length > 0 ||
      /\b(document|window|fetch|localStorage)\b\s*[.(]/.test(readFileSync(join(SRC, path), "utf8"))
    );
  });
  expect(wrong).toEqual([]);
});

test("a component has at most 200 lines", () => {
  const long = FILES.filter((path) => path.endsWith(".tsx")).filter(
    (path) => readFileSync(join(SRC, path), "utf8").split("\n").length > 200,
  );
  expect(long).toEqual([]);
});

test("file names are in kebab case", () => {
  expect(FILES.filter((path) => !/^([a-z0-9]+(-[a-z0-9]+)*[/.])*tsx?$/.test(path))).toEqual([]);
});
