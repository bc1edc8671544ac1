// The field section of a message (RFC 9110 5, RFC 9112 5).
import { refusals } from "./errors.ts";
import { COLON, HTAB, isFieldValue, isToken, SP } from "./grammar.ts";
import type { ReceivedHeaders } from "./types.ts";

/** Fields in order of arrival; a look-up is a scan, which for a dozen fields beats a map. */
export class Fields implements ReceivedHeaders {
  readonly #names: string[] = [];
  readonly #keys: string[] = [];
  readonly #values: string[] = [];

  get size(): number {
    return this.#names.length;
  }

  add(name: string, value: string): void {
    this.#names.push(name);
    this.#keys.push(name.toLowerCase());
    this.#values.push(value);
  }

  /** All values of `name` joined by ", ". */
  get(name: string): string | undefined {
    const key = name.toLowerCase();
    let found = this.#keys.indexOf(key);
    if (found < 0) return undefined;
    let joined = this.#values[found] as string;
    for (
      found = this.#keys.indexOf(key, found + 1);
      found >= 0;
      found = this.#keys.indexOf(key, found + 1)
    )
      joined += `, ${this.#values[found]}`;
    return joined;
  }

  /** How many lines carried `name`, given in lower case. */
  count(key: string): number {
    let lines = 0;
    for (let at = this.#keys.indexOf(key); at >= 0; at = this.#keys.indexOf(key, at + 1)) lines++;
    return lines;
  }

  /** Each line as it came. */
  *entries(): Iterable<readonly [name: string, value: string]> {
    for (const [at, name] of this.#names.entries()) yield [name, this.#values[at] as string];
  }
}

const isBlank = (byte: number | undefined): boolean => byte === SP || byte === HTAB;

/**
 * Adds the field of one line, its end already off. Throws a refusal: a folded line (RFC 9112 5.2), a space before the
 * colon (RFC 9112 5.1), a name that is no token, a control byte in the value.
 */
export function addFieldLine(line: Buffer, fields: Fields): void {
  if (isBlank(line[0])) throw refusals.make("folded-field");
  const colon = line.indexOf(COLON);
  if (colon < 0 || !isToken(line, 0, colon)) throw refusals.make("bad-field-name");
  let from = colon + 1;
  let to = line.length;
  while (from < to && isBlank(line[from])) from++;
  while (to > from && isBlank(line[to - 1])) to--;
  if (!isFieldValue(line, from, to)) throw refusals.make("bad-field-value");
  fields.add(line.toString("latin1", 0, colon), line.toString("latin1", from, to));
}
