// What of a request names the object, and what names the viewer.
import { SESSION_LENGTH } from "../limits.ts";

/**
 * The name of an object: path and query, less the viewer's own report on itself, CMCD (CTA-5004: caches leave it out of
 * their keys). The order of the other parameters stays.
 */
export function objectKey(path: string, query: string): string {
  if (query === "") return path;
  if (!query.includes("CMCD=")) return `${path}?${query}`;
  const kept = query.split("&").filter((parameter) => !parameter.startsWith("CMCD="));
  return kept.length === 0 ? path : `${path}?${kept.join("&")}`;
}

/** The session (`sid`) in the query's CMCD; null without one. */
export function sessionOf(query: string): string | null {
  const from = query.indexOf("CMCD=");
  if (from < 0 || (from > 0 && query[from - 1] !== "&")) return null;
  const to = query.indexOf("&", from);
  let report: string;
  try {
    report = decodeURIComponent(query.slice(from + "CMCD=".length, to < 0 ? undefined : to));
  } catch {
    return null; // not percent-encoded text: no report
  }
  const session = /(?:^|,)sid="([^"]+)"/.exec(report)?.[1];
  return session !== undefined && session.length <= SESSION_LENGTH ? session : null;
}
