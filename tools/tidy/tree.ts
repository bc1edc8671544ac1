import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";

/** A text file of the repository, read once. */
export interface TextFile {
  readonly path: string;
  readonly text: string;
  readonly lines: readonly string[];
}

const TEXT = /\.(ts|mjs|svelte|css|html|md|json|yaml|yml|conf)$/;

/** All text files that git tracks, or would. */
export function trackedFiles(): TextFile[] {
  const listing = execFileSync("git", ["ls-files", "--cached", "--others", "--exclude-standard"], {
    encoding: "utf8",
  });
  return listing
    .split("\n")
    .filter((path) => TEXT.test(path) && path !== "package-lock.json" && existsSync(path))
    .map((path) => {
      const text = readFileSync(path, "utf8");
      return { path, text, lines: text.split("\n") };
    });
}
