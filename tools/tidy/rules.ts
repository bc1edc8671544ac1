// One function a rule: a file in, findings out, each `path:line: sentence`.
import { existsSync } from "node:fs";
import { dirname, join, normalize } from "node:path";
import type { TextFile } from "./tree.ts";

type Rule = (file: TextFile) => string[];

const FILE_LINES_LIMIT = 400;
const DESIGN_LINES_LIMIT = 60;

const code = /\.(ts|mjs|svelte)$/;
const page = /^src\/(viewer\/(page|players)|controlroom\/web)\//;

/** Folders whose insides nobody else may reach by a relative path; the longest match is a file's room. */
const roomRoots = [
  ...[
    "base",
    "http",
    "link",
    "protocol",
    "telemetry",
    "telemetry/server",
    "control",
    "broadcaster",
    "ixp",
    "isp",
  ],
  ...["director", "viewer", "viewer/sync", "controlroom", "cli", "crowd", "push"],
  ...["media/grid", "media/isobmff", "media/cmaf", "media/hls", "media/dash"],
  ...["cdn/packager", "cdn/origin", "cdn/edge"],
].map((room) => `src/${room}/`);
const outside = ["test/", "bench/", "tools/"];

function roomOf(path: string): string | undefined {
  return [...roomRoots, ...outside]
    .filter((root) => path.startsWith(root))
    .sort((a, b) => b.length - a.length)[0];
}

function matches(file: TextFile, pattern: RegExp, sentence: string): string[] {
  return file.lines.flatMap((line, index) =>
    pattern.test(line) ? [`${file.path}:${index + 1}: ${sentence}`] : [],
  );
}

const fileLength: Rule = (file) => {
  const limit = file.path.startsWith("docs/design/") ? DESIGN_LINES_LIMIT : FILE_LINES_LIMIT;
  const counted = code.test(file.path) || file.path.startsWith("docs/design/");
  const lines = file.text.trimEnd().split("\n").length;
  return counted && lines > limit ? [`${file.path}: ${lines} lines, the limit is ${limit}`] : [];
};

const roomEscape: Rule = (file) => {
  if (!code.test(file.path)) return [];
  const room = roomOf(file.path);
  if (!room) return [];
  const imports = [...file.text.matchAll(/(?:from|import)\s*\(?\s*"(\.{1,2}\/[^"]+)"/g)];
  return imports.flatMap(([, specifier]) => {
    const target = normalize(join(dirname(file.path), specifier as string));
    return roomOf(target) === room || outside.includes(room)
      ? []
      : [`${file.path}: ${specifier} leaves the room ${room}; use its door`];
  });
};

const strayClock: Rule = (file) => {
  if (
    !code.test(file.path) ||
    file.path.startsWith("src/base/clock") ||
    file.path.startsWith("tools/")
  )
    return [];
  if (page.test(file.path) && file.path.endsWith("/clock.ts")) return [];
  const reads = page.test(file.path)
    ? /\bDate\.now\(|\bnew Date\(\)|\bperformance\.(now|timeOrigin)/
    : /\bDate\.now\(|\bnew Date\(\)|\bperformance\.(now|timeOrigin)|process\.hrtime|node:timers|globalThis\.set(Timeout|Interval)/;
  return matches(
    file,
    reads,
    "reads a clock or sets a timer; only base/clock does (a page: its clock.ts)",
  );
};

const mediaStaysPure: Rule = (file) =>
  /^src\/(media|viewer\/sync|viewer\/cues)\/(?!.*\.test\.ts$)/.test(file.path)
    ? matches(file, /\bBuffer\b|from "node:/, "pure rooms know neither Node nor Buffer")
    : [];

const namedFilesExist: Rule = (file) => {
  if (!file.path.endsWith(".md")) return [];
  const names = [...file.text.matchAll(/`((?:src|test|bench|tools|docs|bin|\.ci)\/[\w./-]+?)`/g)];
  return names.flatMap(([, name]) =>
    existsSync(name as string) ? [] : [`${file.path}: names ${name}, which does not exist`],
  );
};

const namedScriptsExist: Rule = (file) => {
  if (!file.path.endsWith(".md")) return [];
  const scripts = new Set([
    "start",
    "test",
    "ci",
    "install",
    "exec",
    "test:long",
    "check",
    "bench",
    "lab",
    "soak",
    "build",
    "format",
  ]);
  const names = [...file.text.matchAll(/`npm (?:run )?([\w:]+)/g)];
  return names.flatMap(([, name]) =>
    scripts.has(name as string) ? [] : [`${file.path}: names npm ${name}, which does not exist`],
  );
};

const leftOvers: Rule = (file) =>
  code.test(file.path) && file.path !== "tools/tidy/rules.ts"
    ? [
        ...matches(
          file,
          /\b(TODO|FIXME|XXX)\b|@ts-ignore|@ts-expect-error|\.only\(/,
          "is a left-over",
        ),
        ...matches(file, /\bas any\b/, "gives up the type"),
      ]
    : [];

const forbiddenNames: Rule = (file) =>
  /(^|\/)(utils?|helpers?|common|misc)(\/|\.)/.test(file.path)
    ? [`${file.path}: name the thing after what it is`]
    : [];

const machinePaths: Rule = (file) =>
  file.path === "tools/tidy/rules.ts"
    ? []
    : matches(file, /["'\s(`](\/work\/|\/root\/|\/home\/)/, "is a path of one machine");

/** Every rule, in the order of its output. */
export const rules: readonly Rule[] = [
  fileLength,
  roomEscape,
  strayClock,
  mediaStaysPure,
  namedFilesExist,
  namedScriptsExist,
  leftOvers,
  forbiddenNames,
  machinePaths,
];
