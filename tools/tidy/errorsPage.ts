// docs/errors.md, made from the catalogues, so that page and code agree both ways.
import { globSync } from "node:fs";
import { resolve } from "node:path";
import type { Catalogue, ErrorKind } from "#base";

const kinds: Record<ErrorKind, string> = {
  bug: "our bug",
  "broke-rules": "the peer broke the rules",
  "said-no": "the peer said no",
  world: "the world failed",
};

/** The page's text: one table a room, rooms and codes in alphabetical order. */
export async function errorsPage(): Promise<string> {
  const catalogues = await readCatalogues();
  const tables = catalogues.map(({ room, rows }) => {
    const lines = Object.entries(rows)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(
        ([name, row]) =>
          `| \`${room}/${name}\` | ${kinds[row.kind]} | ${row.status ?? ""} | ${row.says} | ${row.cure} |`,
      );
    return [
      `## ${room}`,
      "| code | whose | HTTP | says | what to do |",
      "|---|---|---|---|---|",
      ...lines,
    ].join("\n");
  });
  return [
    "# Errors",
    "Every error once: a stable code, a sentence, what to do. Made by `tools/tidy.ts` from the catalogues in `src`.",
    ...tables,
    "",
  ].join("\n\n");
}

async function readCatalogues(): Promise<Catalogue<string>[]> {
  const files = globSync("src/**/*rrors.ts").filter((path) => path !== "src/base/errors.ts");
  const modules = await Promise.all(
    files.map(async (file) => (await import(resolve(file))) as Record<string, unknown>),
  );
  return modules
    .flatMap((exported) => Object.values(exported))
    .filter(isCatalogue)
    .sort((a, b) => (a.room < b.room ? -1 : 1));
}

function isCatalogue(value: unknown): value is Catalogue<string> {
  return (
    typeof value === "object" &&
    value !== null &&
    "rows" in value &&
    "room" in value &&
    "make" in value
  );
}
