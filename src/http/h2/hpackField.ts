// A header field as HPACK stores it, judged once, however often it is referred to (RFC 7541 1.3, 4.1; RFC 9113 8.2).

/** One field. A table entry is shared by all requests that refer to it, and so is its judgement. */
export interface HpackField {
  readonly name: string;
  readonly value: string;
  /** What it counts in a table and in a list: its bytes and 32 (RFC 7541 4.1; RFC 9113 6.5.2). */
  readonly size: number;
  /** The rule of RFC 9113 8.2 that it breaks; null when it breaks none. */
  readonly flaw: string | null;
}

const OVERHEAD = 32;
const NAME = /^:?[!#$%&'*+\-.^_`|~0-9a-z]+$/;
// eslint-disable-next-line no-control-regex -- exactly the characters that RFC 9110 5.5 allows
const VALUE = /^(?:[\x21-\x7e\x80-\xff](?:[\t\x20-\x7e\x80-\xff]*[\x21-\x7e\x80-\xff])?)?$/;
/** They speak of one connection of HTTP/1.1 and mean nothing here (RFC 9113 8.2.2). */
const ofConnection = new Set([
  "connection",
  "keep-alive",
  "proxy-connection",
  "transfer-encoding",
  "upgrade",
]);

export const isConnectionField = (name: string): boolean => ofConnection.has(name);

export function hpackField(name: string, value: string): HpackField {
  return { name, value, size: name.length + value.length + OVERHEAD, flaw: flawOf(name, value) };
}

function flawOf(name: string, value: string): string | null {
  if (!NAME.test(name)) return "8.2.1: a field's name is empty, in upper case or no token";
  if (!VALUE.test(value)) return "8.2.1: a field's value has control bytes, or space at its ends";
  if (ofConnection.has(name)) return `8.2.2: ${name} belongs to HTTP/1.1`;
  if (name === "te" && value.toLowerCase() !== "trailers") return "8.2.2: TE is not trailers";
  return null;
}
