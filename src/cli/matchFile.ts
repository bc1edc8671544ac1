// Reads a match file: YAML, checked against the schema; a wrong one is refused with its line and what is allowed.
import { readFileSync } from "node:fs";
import { isMap, isSeq, LineCounter, type Node, parseDocument } from "yaml";
import { type Match, matchSchema } from "#protocol";
import { cliErrors } from "./errors.ts";

/** The largest match file read. */
export const MATCH_FILE_BYTES_LIMIT = 1_000_000;

/** The match that runs when no file is named. */
export const exampleMatchFile = new URL("roma.yaml", import.meta.url).pathname;

/** Reads and checks `file`. Throws cli/match-file-…, each with the line where it can be mended. */
export function readMatchFile(file: string): Match {
  let text: string;
  try {
    text = readFileSync(file, "utf8");
  } catch (failure) {
    throw cliErrors.make(
      "match-file-unreadable",
      { file, why: (failure as Error).message },
      failure,
    );
  }
  return parseMatch(text, file);
}

/** The same from text; `file` is only named in refusals. */
export function parseMatch(text: string, file: string): Match {
  if (text.length > MATCH_FILE_BYTES_LIMIT)
    throw cliErrors.make("match-file-unreadable", {
      file,
      why: `it is larger than ${MATCH_FILE_BYTES_LIMIT} bytes`,
    });
  const lines = new LineCounter();
  const document = parseDocument(text, {
    lineCounter: lines,
    maxAliasCount: 0,
    prettyErrors: false,
  } as object);
  const lineOf = (offset: number): number => lines.linePos(offset).line;
  const mistake = document.errors[0];
  if (mistake)
    throw cliErrors.make("match-file-not-yaml", {
      file,
      line: lineOf(mistake.pos[0]),
      why: mistake.message,
    });
  const refuse = (path: readonly PropertyKey[], problem: string, allowed: string): never => {
    throw cliErrors.make("match-file-wrong", {
      file,
      line: lineOf(offsetOf(document.contents, path)),
      place: path.map(String).join(".") || "the file",
      problem,
      allowed,
    });
  };
  const result = matchSchema.safeParse(readValue(document, refuse));
  if (!result.success) {
    const issue = result.error.issues[0] as { path: PropertyKey[]; message: string; code: string };
    return refuse(issue.path, issue.message, allowedAt(issue));
  }
  checkReferences(result.data, refuse);
  return result.data;
}

type Refuse = (path: readonly PropertyKey[], problem: string, allowed: string) => never;

function readValue(document: ReturnType<typeof parseDocument>, refuse: Refuse): unknown {
  try {
    return document.toJS({ maxAliasCount: 0 }) ?? {};
  } catch (failure) {
    return refuse([], (failure as Error).message, "Write the file without aliases.");
  }
}

function allowedAt(issue: { code: string } & object): string {
  if ("values" in issue) return `Allowed: ${(issue.values as unknown[]).join(", ")}.`;
  if ("keys" in issue)
    return `Take out ${(issue.keys as string[]).join(", ")}; regista match --schema lists what is allowed.`;
  if ("expected" in issue) return `Allowed: a ${String(issue.expected)}.`;
  return "regista match --schema lists what is allowed.";
}

/** Names that point at nothing, and names given twice. */
function checkReferences(match: Match, refuse: Refuse): void {
  const places = new Set(match.places.map((place) => place.id));
  const exchanges = new Set(match.exchanges.map((exchange) => exchange.id));
  const networks = new Set(match.networks.map((network) => network.asn));
  const list = (names: Iterable<string | number>): string =>
    `Allowed: ${[...names].join(", ") || "none yet"}.`;
  for (const kind of ["exchanges", "networks"] as const)
    match[kind].forEach(({ place }, index) => {
      if (!places.has(place))
        refuse([kind, index, "place"], `no place is called ${place}`, list(places));
    });
  match.edges.forEach((edge, index) => {
    const path = ["edges", index];
    if ((edge.at === undefined) === (edge.in === undefined))
      refuse(path, "an edge stands at an exchange or in a network", "Give it either at: or in:.");
    if (edge.at !== undefined && !exchanges.has(edge.at))
      refuse([...path, "at"], `no exchange is called ${edge.at}`, list(exchanges));
    if (edge.in !== undefined && !networks.has(edge.in))
      refuse([...path, "in"], `no network has the number ${edge.in}`, list(networks));
  });
  refuseTwins(
    "edges",
    match.edges.map(({ id }) => id),
    refuse,
  );
  refuseTwins(
    "exchanges",
    match.exchanges.map(({ id }) => id),
    refuse,
  );
  refuseTwins(
    "networks",
    match.networks.map(({ asn }) => asn),
    refuse,
  );
  refuseTwins(
    "networks",
    match.networks.map(({ prefixes }) => prefixes[0] as string),
    refuse,
  );
}

function refuseTwins(kind: string, names: readonly (string | number)[], refuse: Refuse): void {
  names.forEach((name, index) => {
    if (names.indexOf(name) !== index)
      refuse(
        [kind, index],
        `${name} is there already`,
        "Give each a name and a first prefix of its own.",
      );
  });
}

/** Where in the text `path` stands: the deepest node on the way that exists. */
function offsetOf(root: Node | null, path: readonly PropertyKey[]): number {
  let node: unknown = root;
  for (const key of path) {
    const next: unknown = isMap(node) || isSeq(node) ? node.get(key, true) : undefined;
    if (next === undefined || next === null) break;
    node = next;
  }
  return (node as Node | null)?.range?.[0] ?? 0;
}
