// Conditional requests (RFC 9110 13).
import type { UtcMs } from "#base";
import { splitList } from "./cacheControl.ts";
import { parseHttpDate } from "./date.ts";
import type { ReceivedHeaders } from "./types.ts";

const opaque = (tag: string): string => (tag.startsWith("W/") ? tag.slice(2) : tag);

/** Whether If-None-Match names the answer that has `etag`: weak comparison, "*" names any (RFC 9110 13.1.2). */
export function noneMatchNames(field: string | undefined, etag: string | undefined): boolean {
  if (field === undefined) return false;
  if (field.trim() === "*") return true;
  if (etag === undefined) return false;
  return splitList(field).some((tag) => opaque(tag) === opaque(etag));
}

/** What an answer says about which of its kind it is. */
export interface Validators {
  readonly etag: string | undefined;
  /** Last-Modified and Date as they came; undefined where there is none. */
  readonly lastModified?: string | undefined;
  readonly date?: string | undefined;
}

/**
 * Whether If-Range lets a range be served (RFC 9110 13.1.5): strong comparison of tags; a date only where it is exactly
 * that of Last-Modified, and that is a strong validator: a second or more before Date (RFC 9110 8.8.2.2).
 */
export function ifRangeHolds(
  field: string | undefined,
  etag: string | undefined,
  dates: Omit<Validators, "etag"> = {},
): boolean {
  if (field === undefined) return true;
  if (field.startsWith('"')) return field === etag;
  const { lastModified, date } = dates;
  if (lastModified === undefined || date === undefined || field !== lastModified) return false;
  const modified = parseHttpDate(lastModified);
  const made = parseHttpDate(date);
  return modified !== null && made !== null && made - modified >= 1_000;
}

/** A request's conditions, as they came. */
export interface Conditions {
  readonly ifMatch: string | undefined;
  readonly ifUnmodifiedSince: string | undefined;
  readonly ifNoneMatch: string | undefined;
  readonly ifModifiedSince: string | undefined;
}

/** Null when there is none, which is the usual case. */
export function readConditions(headers: ReceivedHeaders): Conditions | null {
  const ifMatch = headers.get("if-match");
  const ifUnmodifiedSince = headers.get("if-unmodified-since");
  const ifNoneMatch = headers.get("if-none-match");
  const ifModifiedSince = headers.get("if-modified-since");
  if (ifMatch ?? ifUnmodifiedSince ?? ifNoneMatch ?? ifModifiedSince)
    return { ifMatch, ifUnmodifiedSince, ifNoneMatch, ifModifiedSince };
  return null;
}

/**
 * What conditions of a GET or HEAD make of an answer that would be a success, in the order of RFC 9110 13.2.2: "failed" is
 * 412, "notModified" 304. Where the answer lacks what a condition asks about, a cache cannot tell: If-Match and
 * If-Unmodified-Since are then ignored, which RFC 9110 13.1.1 and 13.1.4 leave to it.
 */
export function judgeConditions(
  conditions: Conditions,
  validators: Validators,
): "holds" | "notModified" | "failed" {
  const { ifMatch, ifUnmodifiedSince, ifNoneMatch, ifModifiedSince } = conditions;
  const { etag, lastModified, date } = validators;
  if (ifMatch !== undefined) {
    if (etag !== undefined && !strongMatch(ifMatch, etag)) return "failed";
  } else if (isLater(lastModified, ifUnmodifiedSince) === true) return "failed";
  if (ifNoneMatch !== undefined) return noneMatchNames(ifNoneMatch, etag) ? "notModified" : "holds";
  // RFC 9111 4.3.2: Date stands for a Last-Modified that is not there.
  return isLater(lastModified ?? date, ifModifiedSince) === false ? "notModified" : "holds";
}

const strongMatch = (field: string, etag: string): boolean =>
  field.trim() === "*" || (!etag.startsWith("W/") && splitList(field).includes(etag));

/** Null when either is not there or no date, which makes the condition void (RFC 9110 13.1.3, 13.1.4). */
function isLater(modified: string | undefined, than: string | undefined): boolean | null {
  if (modified === undefined || than === undefined) return null;
  const left: UtcMs | null = parseHttpDate(modified);
  const right = parseHttpDate(than);
  return left === null || right === null ? null : left > right;
}
