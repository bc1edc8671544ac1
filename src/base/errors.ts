// Every error once: a stable code, a sentence for its reader, and what to do. Each room lists its rows in its errors.ts;
// docs/errors.md is checked against them.

/** Who is at fault: our code, the peer that broke the rules, the peer that refused, or the world (disk, network, process). */
export type ErrorKind = "bug" | "broke-rules" | "said-no" | "world";

/** One row of a room's catalogue. `says` and `cure` may hold `{slots}` that the facts fill. */
export interface ErrorRow {
  readonly kind: ErrorKind;
  /** HTTP status where it is answered over HTTP; 500 otherwise. */
  readonly status?: number;
  readonly says: string;
  readonly cure: string;
}

/** What an error was about, by slot name. Also carried for logs and JSON answers. */
export type Facts = Readonly<Record<string, string | number>>;

/** The longest fact put into a sentence; longer ones are cut, so that a hostile input cannot flood a log. */
export const FACT_LENGTH_LIMIT = 300;

/** An error that a person can act on. `code` is `room/name` and never changes its meaning. */
export class RegistaError extends Error {
  override readonly name = "RegistaError";
  readonly code: string;
  readonly kind: ErrorKind;
  readonly status: number;
  readonly cure: string;
  readonly facts: Facts;

  constructor(code: string, row: ErrorRow, facts: Facts, cause?: unknown) {
    super(fill(row.says, facts), cause === undefined ? undefined : { cause });
    this.code = code;
    this.kind = row.kind;
    this.status = row.status ?? 500;
    this.cure = fill(row.cure, facts);
    this.facts = facts;
  }

  /** The body of an HTTP refusal. */
  toJSON(): { code: string; error: string; cure: string } {
    return { code: this.code, error: this.message, cure: this.cure };
  }
}

/** A room's errors: `make(name, facts, cause?)` gives the error to throw or to answer with. */
export interface Catalogue<Name extends string> {
  readonly room: string;
  readonly rows: Readonly<Record<Name, ErrorRow>>;
  make(name: Name, facts?: Facts, cause?: unknown): RegistaError;
}

/** Declares a room's errors. Names are kebab-case; the full code is `room/name`. */
export function catalogue<const Rows extends Record<string, ErrorRow>>(
  room: string,
  rows: Rows,
): Catalogue<keyof Rows & string> {
  return {
    room,
    rows,
    make: (name, facts = {}, cause) =>
      new RegistaError(`${room}/${name}`, rows[name] as ErrorRow, facts, cause),
  };
}

/** An assertion about our own code: failing it is a bug, and the process may crash. */
export function invariant(condition: unknown, sentence: string): asserts condition {
  if (!condition) throw new Error(`bug: ${sentence}`);
}

/** What went wrong as one line, whatever was thrown. */
export function sentenceOf(thrown: unknown): string {
  if (thrown instanceof RegistaError) return `${thrown.message} ${thrown.cure} (${thrown.code})`;
  return thrown instanceof Error ? thrown.message : String(thrown);
}

function fill(sentence: string, facts: Facts): string {
  return sentence.replaceAll(/\{(\w+)\}/g, (slot, name: string) =>
    name in facts ? String(facts[name]).slice(0, FACT_LENGTH_LIMIT) : slot,
  );
}
