// Range requests (RFC 9110 14).

/** One byte range as asked: first and last are offsets, both included. */
export type ByteRange =
  | { readonly kind: "closed"; readonly first: number; readonly last: number }
  | { readonly kind: "open"; readonly first: number }
  | { readonly kind: "suffix"; readonly length: number };

/** A range with both its ends, both included. */
export interface Span {
  readonly first: number;
  readonly last: number;
}

/**
 * Reads a Range field. Null when there is none that is to be followed: other units, broken ones, and several ranges at
 * once, all of which RFC 9110 14.2 lets a server ignore. Never throws.
 */
export function parseRange(field: string | undefined): ByteRange | null {
  if (field === undefined) return null;
  // Sixteen digits: RFC 8673 2 proposes 2^53 - 1 as the very large last byte of what grows.
  const found = /^bytes=[ \t]*(\d{0,16})-(\d{0,16})[ \t]*$/i.exec(field);
  if (!found) return null;
  const [, from, to] = found as unknown as [string, string, string];
  const [first, last] = [position(from), position(to)];
  if (from === "") return to === "" ? null : { kind: "suffix", length: last };
  if (to === "") return { kind: "open", first };
  if (last < first) return null; // RFC 9110 14.1.1: invalid, so ignored
  return { kind: "closed", first, last };
}

/** Beyond what a number holds exactly, all positions are the last one: no object is that long. */
const position = (digits: string): number => Math.min(Number(digits), Number.MAX_SAFE_INTEGER);

/** Where `range` lies in `length` bytes; null when nothing of it does (416). */
export function spanOf(range: ByteRange, length: number): Span | null {
  if (range.kind === "suffix")
    return range.length === 0 || length === 0
      ? null
      : { first: Math.max(0, length - range.length), last: length - 1 };
  if (range.first >= length) return null;
  return {
    first: range.first,
    last: range.kind === "open" ? length - 1 : Math.min(range.last, length - 1),
  };
}

/** Content-Range of a partial answer (RFC 9110 14.4); `length` null while it is not known. */
export const contentRange = (span: Span, length: number | null): string =>
  `bytes ${span.first}-${span.last}/${length ?? "*"}`;

/** Content-Range of a 416. */
export const unsatisfiedRange = (length: number): string => `bytes */${length}`;
