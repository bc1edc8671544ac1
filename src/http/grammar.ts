// Which bytes may stand where, as one table (RFC 9110 5.5, 5.6.2; RFC 3986 3.2, 3.3).

const TOKEN = 1;
const VALUE = 2;
const TARGET = 4;
const HOST = 8;

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
}
mark(VALUE, "\t");

function all(bit: number, bytes: Uint8Array, from: number, to: number): boolean {
  for (let at = from; at < to; at++)
    if (((classes[bytes[at] as number] as number) & bit) === 0) return false;
  return true;
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
