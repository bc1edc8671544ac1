// Which bytes may stand where, as one table (RFC 9110 5.5, 5.6.2; RFC 3986 3.2, 3.3).

const TOKEN = 1;
const VALUE = 2;
const TARGET = 4;
const HOST = 8;
const PLAIN_PATH = 16;

const classes = new Uint8Array(256);
const mark = (bit: number, characters: string): void => {
  for (const character of characters) {
    const code = character.charCodeAt(0);
    classes[code] = (classes[code] as number) | bit;
  }
};
const alphanumeric = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
mark(TOKEN, `${alphanumeric}!#$%&'*+-.^_\`|~`);
mark(HOST, `${alphanumeric}-._~!$&'()*+;=:[]%`);
for (let code = 0x20; code < 0x100; code++) {
  // Visible characters, space and obs-text; DEL is a control (RFC 9110 5.5).
  if (code !== 0x7f) classes[code] = (classes[code] as number) | VALUE;
  // Visible characters; a fragment never travels (RFC 9112 3.2.1).
  if (code > 0x20 && code < 0x7f && code !== 0x23)
    classes[code] = (classes[code] as number) | TARGET;
  // What checkPath has nothing to say about, but for "//" and dot segments.
  if (code > 0x20 && code < 0x7f && !"#%?\\".includes(String.fromCharCode(code)))
    classes[code] = (classes[code] as number) | PLAIN_PATH;
}
mark(VALUE, "\t");

/** The first index from `from` whose byte is not of the class, `stop` at the most. */
function endOf(bit: number, bytes: Uint8Array, from: number, stop: number): number {
  let at = from;
  while (at < stop && ((classes[bytes[at] as number] as number) & bit) !== 0) at++;
  return at;
}

const all = (bit: number, bytes: Uint8Array, from: number, to: number): boolean =>
  endOf(bit, bytes, from, to) >= to;

export const endOfToken = (bytes: Uint8Array, from: number, stop: number): number =>
  endOf(TOKEN, bytes, from, stop);
export const endOfValue = (bytes: Uint8Array, from: number, stop: number): number =>
  endOf(VALUE, bytes, from, stop);
export const endOfTarget = (bytes: Uint8Array, from: number, stop: number): number =>
  endOf(TARGET, bytes, from, stop);
export const endOfHost = (bytes: Uint8Array, from: number, stop: number): number =>
  endOf(HOST, bytes, from, stop);

/** The end of a path in which nothing can be read in two ways; the index of what could, if there is any. */
export function endOfPlainPath(bytes: Uint8Array, from: number, stop: number): number {
  let before = 0;
  let at = from;
  for (; at < stop; at++) {
    const byte = bytes[at] as number;
    if (((classes[byte] as number) & PLAIN_PATH) === 0) break;
    // "//" and segments that begin with a dot are looked at closely elsewhere.
    if (before === SLASH && (byte === SLASH || byte === DOT)) break;
    before = byte;
  }
  return at;
}

/** A token: at least one tchar (RFC 9110 5.6.2). */
export const isToken = (bytes: Uint8Array, from: number, to: number): boolean =>
  to > from && all(TOKEN, bytes, from, to);

/** A field value: no control byte but the tab (RFC 9110 5.5). Stricter than the RFC, which forbids CR, LF and NUL only. */
export const isFieldValue = (bytes: Uint8Array, from: number, to: number): boolean =>
  all(VALUE, bytes, from, to);

/** A request target: visible ASCII without "#". */
export const isTarget = (bytes: Uint8Array, from: number, to: number): boolean =>
  to > from && all(TARGET, bytes, from, to);

/** A host with an optional port; no user, no path, no list. */
export function isHost(text: string): boolean {
  for (let at = 0; at < text.length; at++)
    if (((classes[text.charCodeAt(at) & 0xff] as number) & HOST) === 0) return false;
  return true;
}

/** Whether `text` is decimal digits only, so few that it is exact in a number. */
export const isDecimal = (text: string): boolean => /^\d{1,15}$/.test(text);

/** Whether a comma-separated list field holds `token`, whatever the case. */
export function listHolds(field: string | undefined, token: string): boolean {
  if (field === undefined) return false;
  if (field.length === token.length) return field.toLowerCase() === token;
  return field
    .toLowerCase()
    .split(",")
    .some((member) => member.trim() === token);
}

export const CR = 13;
export const LF = 10;
export const SP = 32;
export const HTAB = 9;
export const COLON = 58;
const SLASH = 0x2f;
const DOT = 0x2e;
