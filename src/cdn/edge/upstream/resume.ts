// Taking up a broken body where it broke (RFC 9110 13.1.5, 14; RFC 8673).
import type { HeaderList, ReceivedHeaders } from "#http";
import { VERY_LAST_BYTE } from "./limits.ts";

/** What is known of the answer whose body broke. */
export interface Broken {
  /** Strong. */
  readonly etag: string;
  /** Bytes that came. */
  readonly got: number;
  /** Of the whole; null where it grows. */
  readonly length: number | null;
}

/** A strong entity tag (RFC 9110 8.8.3); null for a weak one or none: then the bytes after a break may be others. */
export const strongTag = (etag: string | undefined): string | null =>
  etag !== undefined && /^"[\x21\x23-\x7e\x80-\xff]*"$/.test(etag) ? etag : null;

/** Fields that ask for another thing than the whole object, or for it under a condition of its own. */
const conditions = new Set([
  "if-match",
  "if-none-match",
  "if-modified-since",
  "if-unmodified-since",
  "if-range",
  "range",
]);

const lastAsked = ({ length }: Broken): number => (length === null ? VERY_LAST_BYTE : length - 1);

/**
 * The fields that ask for the rest. A growing object takes a closed range with a very large end: `bytes=N-` would be
 * answered with what there is, or with the whole (RFC 8673 2).
 */
export const restOf = (broken: Broken, headers: HeaderList): HeaderList => [
  ...headers.filter(([name]) => !conditions.has(name.toLowerCase())),
  ["Range", `bytes=${broken.got}-${lastAsked(broken)}`],
  ["If-Range", broken.etag],
];

/** What an answer to {@link restOf} is: the rest; word that there is no more; or of no use. */
export type Rest =
  | { readonly kind: "rest"; readonly length: number | null }
  | { readonly kind: "none" }
  | { readonly kind: "useless" };

const useless: Rest = { kind: "useless" };

/**
 * Judges the head. Only a 206 that begins at the byte that is missing, goes to the end and carries the same strong ETag is
 * joined to what was delivered. `length` is the whole object's, where the answer tells it. A 416 whose `bytes * /N` says
 * that the object ends where it broke means that only its end was missing.
 */
export function judgeRest(broken: Broken, status: number, headers: ReceivedHeaders): Rest {
  if (headers.get("etag") !== broken.etag) return useless;
  const range = headers.get("content-range") ?? "";
  if (status === 416) {
    const whole = /^bytes \*\/(\d{1,16})$/.exec(range)?.[1];
    const ended = broken.length === null && broken.got > 0 && Number(whole) === broken.got;
    return ended ? { kind: "none" } : useless;
  }
  // A server that ignores ranges begins anew: of use only while nothing was delivered.
  if (status === 200 && broken.got === 0) return lengthFits(broken, lengthOf(headers));
  const found = /^bytes (\d{1,16})-(\d{1,16})\/(\d{1,16}|\*)$/.exec(range);
  if (status !== 206 || !found || Number(found[1]) !== broken.got) return useless;
  const last = Number(found[2]);
  if (found[3] === "*") return last === lastAsked(broken) ? lengthFits(broken, null) : useless;
  return last === Number(found[3]) - 1 ? lengthFits(broken, Number(found[3])) : useless;
}

const lengthFits = (broken: Broken, length: number | null): Rest =>
  broken.length !== null && length !== null && length !== broken.length
    ? useless
    : { kind: "rest", length };

function lengthOf(headers: ReceivedHeaders): number | null {
  const length = headers.get("content-length");
  return length === undefined ? null : Number(length);
}
