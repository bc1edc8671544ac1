// Conditional requests (RFC 9110 13).
import { splitList } from "./cacheControl.ts";

const opaque = (tag: string): string => (tag.startsWith("W/") ? tag.slice(2) : tag);

/** Whether If-None-Match names the answer that has `etag`: weak comparison, "*" names any (RFC 9110 13.1.2). */
export function noneMatchNames(field: string | undefined, etag: string | undefined): boolean {
  if (field === undefined) return false;
  if (field.trim() === "*") return true;
  if (etag === undefined) return false;
  return splitList(field).some((tag) => opaque(tag) === opaque(etag));
}

/** Whether If-Range lets a range be served: strong comparison; a date never does here (RFC 9110 13.1.5). */
export function ifRangeHolds(field: string | undefined, etag: string | undefined): boolean {
  return field === undefined || (field === etag && !field.startsWith("W/"));
}
