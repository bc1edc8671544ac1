// Text as records (RFC 8941 4.2), within limits: the other end is anybody's browser.
import { RegistaError } from "#base";
import { telemetryErrors } from "../errors.ts";
import {
  CMCD_KEYS_LIMIT,
  CMCD_LIST_LIMIT,
  CMCD_QUERY_NAME,
  CMCD_RECORD_LENGTH_LIMIT,
  CMCD_RECORDS_LIMIT,
  type CmcdBare,
  type CmcdItem,
  type CmcdRecord,
  type CmcdValue,
  tokenKeys,
} from "./values.ts";

/**
 * Reads one record. Of a key that comes twice the last counts (RFC 8941 4.2.2).
 * Throws `telemetry/cmcd-malformed` or `telemetry/cmcd-too-large`.
 */
export function decodeCmcd(text: string): CmcdRecord {
  if (text.length > CMCD_RECORD_LENGTH_LIMIT)
    throw tooLarge("characters", CMCD_RECORD_LENGTH_LIMIT);
  return new Reader(text).record();
}

/**
 * Reads the body of a report in event mode, a record a line; empty lines are passed over. A line that cannot be read
 * costs itself only and is counted in `refused`, as are lines beyond {@link CMCD_RECORDS_LIMIT}.
 */
export function decodeCmcdLines(text: string): {
  records: CmcdRecord[];
  refused: number;
  why: RegistaError | null;
} {
  const records: CmcdRecord[] = [];
  let refused = 0;
  let why: RegistaError | null = null;
  for (const line of text.split(/\r?\n/)) {
    if (line.trim() === "") continue;
    try {
      if (records.length >= CMCD_RECORDS_LIMIT) throw tooLarge("records", CMCD_RECORDS_LIMIT);
      records.push(decodeCmcd(line));
    } catch (failure) {
      if (!(failure instanceof RegistaError)) throw failure;
      refused += 1;
      why ??= failure;
    }
  }
  return { records, refused, why };
}

/** Reads the `CMCD` argument of a query (with or without `?`); null when it has none. Throws as {@link decodeCmcd}. */
export function decodeCmcdQuery(query: string): CmcdRecord | null {
  const argument = new URLSearchParams(query).get(CMCD_QUERY_NAME);
  return argument === null ? null : decodeCmcd(argument);
}

const numberForm = /-?\d+(?:\.\d+)?/y;
const integerForm = /^-?\d{1,15}$/;
const decimalForm = /^-?\d{1,12}\.\d{1,3}$/;
const keyForm = /[a-z*][a-z0-9_\-.*]*/y;
const tokenForm = /[A-Za-z*][A-Za-z0-9!#$%&'*+\-.^_`|~:/]*/y;

class Reader {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text.trim();
  }

  record(): CmcdRecord {
    const record: CmcdRecord = {};
    let keys = 0;
    while (this.#at < this.#text.length) {
      keys += 1;
      if (keys > CMCD_KEYS_LIMIT) throw tooLarge("keys", CMCD_KEYS_LIMIT);
      const key = this.#match(keyForm, "a key");
      record[key] = this.#member(key);
      this.#spaces();
      if (this.#at === this.#text.length) break;
      this.#expect(",");
      this.#spaces();
      if (this.#at === this.#text.length) throw this.#wrong("it ends with a comma");
    }
    return record;
  }

  #member(key: string): CmcdValue {
    if (!this.#take("=")) return this.#withParams(true);
    if (this.#take("(")) return this.#list(key);
    return this.#withParams(this.#bare(tokenKeys.has(key)));
  }

  #list(key: string): (CmcdBare | CmcdItem)[] {
    const values: (CmcdBare | CmcdItem)[] = [];
    for (;;) {
      this.#spaces();
      if (this.#take(")")) break;
      if (values.length === CMCD_LIST_LIMIT) throw tooLarge("values in a list", CMCD_LIST_LIMIT);
      values.push(this.#withParams(this.#bare(tokenKeys.has(key))));
      if (this.#peek() !== " " && this.#peek() !== ")") throw this.#wrong("a list is not closed");
    }
    // Parameters of a whole list have no meaning in CMCD: read, so that the rest can be, and left.
    this.#params();
    return values;
  }

  #withParams(value: CmcdBare): CmcdBare | CmcdItem {
    const params = this.#params();
    return params === null ? value : { value, params };
  }

  #params(): Record<string, CmcdBare> | null {
    let found: Record<string, CmcdBare> | null = null;
    let count = 0;
    while (this.#take(";")) {
      count += 1;
      if (count > CMCD_LIST_LIMIT) throw tooLarge("parameters", CMCD_LIST_LIMIT);
      this.#spaces();
      found ??= {};
      const name = this.#match(keyForm, "a parameter's name");
      found[name] = this.#take("=") ? this.#bare(false) : true;
    }
    return found;
  }

  #bare(wordsAreTexts: boolean): CmcdBare {
    const next = this.#peek();
    if (next === '"') return this.#string();
    if (next === "?") return this.#boolean();
    if (next === "-" || (next >= "0" && next <= "9")) return this.#number();
    const token = this.#match(tokenForm, "a value");
    return wordsAreTexts ? token : { token };
  }

  #number(): number {
    const start = this.#at;
    const text = this.#match(numberForm, "a number");
    if (integerForm.test(text) || decimalForm.test(text)) return Number(text) + 0;
    this.#at = start;
    throw this.#wrong("a number has too many digits");
  }

  #boolean(): boolean {
    this.#at += 1;
    if (this.#take("1")) return true;
    if (this.#take("0")) return false;
    throw this.#wrong("a truth value is ?0 or ?1");
  }

  #string(): string {
    let text = "";
    for (let at = this.#at + 1; at < this.#text.length; at += 1) {
      let next = this.#text[at] as string;
      if (next === '"') {
        this.#at = at + 1;
        return text;
      }
      if (next === "\\") {
        at += 1;
        next = this.#text[at] ?? "";
        if (next !== '"' && next !== "\\") break;
      } else if (next < " " || next > "~") break;
      text += next;
    }
    throw this.#wrong("a text is not closed, or has characters that it may not");
  }

  #peek(): string {
    return this.#text[this.#at] ?? "";
  }

  #take(expected: string): boolean {
    if (this.#peek() !== expected) return false;
    this.#at += 1;
    return true;
  }

  #expect(expected: string): void {
    if (!this.#take(expected)) throw this.#wrong(`"${expected}" should stand here`);
  }

  #spaces(): void {
    while (this.#peek() === " " || this.#peek() === "\t") this.#at += 1;
  }

  #match(form: RegExp, what: string): string {
    form.lastIndex = this.#at;
    const found = form.exec(this.#text);
    if (!found) throw this.#wrong(`${what} should stand here`);
    this.#at += found[0].length;
    return found[0];
  }

  #wrong(problem: string): RegistaError {
    return telemetryErrors.make("cmcd-malformed", { at: this.#at, problem });
  }
}

const tooLarge = (what: string, limit: number): RegistaError =>
  telemetryErrors.make("cmcd-too-large", { what, limit });
