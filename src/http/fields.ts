// The field section of a message (RFC 9110 5, RFC 9112 5).
import { refusals } from "./errors.ts";
import { COLON, HTAB, isFieldValue, isToken, LF, SP } from "./grammar.ts";
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

/** A bit for a field's name, of 32: a name whose bit is not set among those of a section is not in it. */
export const nameBit = (length: number, first: number, last: number): number =>
  1 << ((length * 5 + (first | 0x20) * 3 + (last | 0x20)) & 31);

/** {@link nameBit} of a whole name. */
export const bitOf = (name: string): number =>
  nameBit(name.length, name.charCodeAt(0), name.charCodeAt(name.length - 1));

/** Whether `bytes` from `from` to `to` are `name`, whatever the case. `name` is in lower case. */
export function sameName(bytes: Uint8Array, from: number, to: number, name: string): boolean {
  if (to - from !== name.length) return false;
  for (let at = 0; at < name.length; at++) {
    const byte = bytes[from + at] as number;
    const lower = byte >= 0x41 && byte <= 0x5a ? byte | 0x20 : byte;
    if (lower !== name.charCodeAt(at)) return false;
  }
  return true;
}

/** Fields that were judged where they lie, and are read only when somebody asks. */
export class LazyFields implements ReceivedHeaders {
  readonly #bytes: Buffer;
  readonly #from: number;
  readonly #to: number;
  readonly #names: number;

  /** `from` the first line, `to` the empty one; `names` has the {@link nameBit} of every line. */
  constructor(bytes: Buffer, section: { from: number; to: number; names: number }) {
    this.#bytes = bytes;
    this.#from = section.from;
    this.#to = section.to;
    this.#names = section.names;
  }

  get(name: string): string | undefined {
    if ((this.#names & bitOf(name)) === 0) return undefined;
    const key = name.toLowerCase();
    const bytes = this.#bytes;
    let joined: string | undefined;
    for (let at = this.#from; at < this.#to;) {
      const end = bytes.indexOf(LF, at);
      const colon = at + key.length;
      if (colon < end && bytes[colon] === COLON && sameName(bytes, at, colon, key)) {
        const value = valueText(bytes, colon + 1, end - 1);
        joined = joined === undefined ? value : `${joined}, ${value}`;
      }
      at = end + 1;
    }
    return joined;
  }

  *entries(): Iterable<readonly [name: string, value: string]> {
    const bytes = this.#bytes;
    for (let at = this.#from; at < this.#to;) {
      const end = bytes.indexOf(LF, at);
      const colon = bytes.indexOf(COLON, at);
      yield [bytes.toString("latin1", at, colon), valueText(bytes, colon + 1, end - 1)];
      at = end + 1;
    }
  }
}

/** A value without the blanks around it. */
function valueText(bytes: Buffer, from: number, to: number): string {
  let first = from;
  let end = to;
  while (first < end && isBlank(bytes[first])) first++;
  while (end > first && isBlank(bytes[end - 1])) end--;
  return bytes.toString("latin1", first, end);
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
  if (!isFieldValue(line, colon + 1, line.length)) throw refusals.make("bad-field-value");
  fields.add(line.toString("latin1", 0, colon), valueText(line, colon + 1, line.length));
}
