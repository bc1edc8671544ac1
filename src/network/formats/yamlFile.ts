// YAML files that people write: checked against a schema, a wrong one refused with its line and what is allowed. What
// the refusals are called belongs to whoever owns the file.
import { isMap, isSeq, LineCounter, type Node, parseDocument } from "yaml";
import type { z } from "zod";
import type { Facts, RegistaError } from "#base";

/** What can be wrong: it is too large, it is no YAML (`line`, `why`), a value does not fit (`line`, `place`, `problem`, `allowed`). */
export type YamlMistake = "too-large" | "not-yaml" | "wrong";

/** How a kind of file is read. */
export interface YamlForm<Schema extends z.ZodType> {
  readonly schema: Schema;
  /** The largest that is read, in characters. */
  readonly limit: number;
  /** Said where nothing better is known: what lists all that is allowed. */
  readonly seeAlso: string;
  /** The owner's error for a mistake. */
  readonly make: (mistake: YamlMistake, facts: Facts) => RegistaError;
}

/** Throws the owner's error for what stands at `path`. */
export type Refuse = (path: readonly PropertyKey[], problem: string, allowed: string) => never;

/** A file that was read: its value, and the means to refuse what the schema could not judge, or to say where it stands. */
export interface YamlFile<Value> {
  readonly value: Value;
  readonly refuse: Refuse;
  /** The line of what stands at `path`, or of the nearest thing around it. */
  readonly lineOf: (path: readonly PropertyKey[]) => number;
}

/** Reads `text`; `file` is only named in refusals. Aliases are refused: a short file must not make a huge value. */
export function parseYaml<Schema extends z.ZodType>(
  text: string,
  file: string,
  form: YamlForm<Schema>,
): YamlFile<z.output<Schema>> {
  if (text.length > form.limit) throw form.make("too-large", { file, limit: form.limit });
  const lines = new LineCounter();
  // The library's own warnings go to the console; what they are about, the schema refuses.
  const document = parseDocument(text, {
    lineCounter: lines,
    prettyErrors: false,
    logLevel: "error",
  });
  const mistake = document.errors[0];
  if (mistake) {
    const { line } = lines.linePos(mistake.pos[0]);
    throw form.make("not-yaml", { file, line, why: mistake.message });
  }
  const lineOf = (path: readonly PropertyKey[]): number =>
    lines.linePos(offsetOf(document.contents, path)).line;
  const refuse: Refuse = (path, problem, allowed) => {
    const place = path.map(String).join(".") || "the file";
    throw form.make("wrong", { file, line: lineOf(path), place, problem, allowed });
  };
  const result = form.schema.safeParse(plainValue(document, refuse));
  if (result.success) return { value: result.data, refuse, lineOf };
  const issue = result.error.issues[0] as Issue;
  return refuse([...issue.path, ...culprit(issue)], issue.message, allowedAt(issue, form.seeAlso));
}

/** Refuses the second of two equal names of a list; `path` leads to the list. */
export function refuseTwins(
  names: readonly (string | number)[],
  path: readonly PropertyKey[],
  refuse: Refuse,
): void {
  const seen = new Set<string | number>();
  names.forEach((name, index) => {
    if (seen.has(name))
      refuse([...path, index], `${name} is there already`, "Give each a name of its own.");
    seen.add(name);
  });
}

/** The longest list of names that a refusal offers. */
const OFFERED_LIMIT = 20;

/** What may stand where a name points at nothing. */
export function allowedNames(names: Iterable<string | number>): string {
  const all = [...names];
  const shown = all.slice(0, OFFERED_LIMIT).join(", ");
  const more = all.length > OFFERED_LIMIT ? ` and ${all.length - OFFERED_LIMIT} more` : "";
  return `Allowed: ${shown || "none yet"}${more}.`;
}

interface Issue {
  readonly path: PropertyKey[];
  readonly message: string;
  readonly code: string;
  readonly keys?: string[];
  readonly values?: unknown[];
  readonly expected?: string;
}

/** An unknown key is refused at its own line. */
const culprit = ({ keys }: Issue): string[] => (keys ?? []).slice(0, 1);

function allowedAt({ keys, values, expected }: Issue, seeAlso: string): string {
  if (values) return `Allowed: ${values.join(", ")}.`;
  if (keys) return `Take out ${keys.join(", ")}; ${seeAlso}.`;
  if (expected !== undefined) return `Allowed: a ${expected}.`;
  return `${seeAlso[0]?.toUpperCase() ?? ""}${seeAlso.slice(1)}.`;
}

function plainValue(document: ReturnType<typeof parseDocument>, refuse: Refuse): unknown {
  try {
    return document.toJS({ maxAliasCount: 0 }) ?? {};
  } catch (failure) {
    return refuse([], (failure as Error).message, "Write the file without aliases.");
  }
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
