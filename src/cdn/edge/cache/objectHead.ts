// The head of an object: what an upstream's answer says, made ready for any number of viewers.
import type { MonoMs } from "#base";
import {
  corsHeaders,
  type HeaderList,
  parseAge,
  parseCacheControl,
  type ReceivedHeaders,
  sharedLifetimeS,
} from "#http";

/** Fields of one hop only (RFC 9110 7.6.1), and those that the edge writes itself. */
const ownFields = new Set([
  "connection",
  "keep-alive",
  "proxy-authenticate",
  "proxy-connection",
  "te",
  "trailer",
  "transfer-encoding",
  "upgrade",
  "content-length",
  "age",
  "cache-status",
  "timing-allow-origin",
]);

/** An answer without its body. */
export interface ObjectHead {
  readonly status: number;
  /** To be written to every viewer: the upstream's fields, and CORS. */
  readonly fields: HeaderList;
  /** The body's length where the upstream told it; null for one that grows. */
  readonly length: number | null;
  readonly etag: string | undefined;
  /** Age on arrival, s (RFC 9111 4.2.3, corrected_age_value without the response delay). */
  readonly ageS: number;
  readonly receivedAt: MonoMs;
  /** For how long others may be given it, from arrival, ms; 0: only those who wait for it already. */
  readonly freshMs: number;
  /** For one receiver only (RFC 9111 5.2.2.7). */
  readonly private: boolean;
}

/** Reads an upstream's head. Errors are kept only when it says for how long, as everything else (RFC 9111 4.2.2: no heuristic). */
export function readHead(status: number, headers: ReceivedHeaders, receivedAt: MonoMs): ObjectHead {
  const directives = parseCacheControl(headers.get("cache-control"));
  const ageS = parseAge(headers.get("age"));
  const length = headers.get("content-length");
  // A body that ends with its connection cannot be told from a broken one (RFC 9112 8): it is passed on, not kept.
  const endKnown = length !== undefined || headers.get("transfer-encoding") !== undefined;
  const named = new Set((headers.get("connection") ?? "").toLowerCase().split(/[\s,]+/));
  const fields: (readonly [string, string])[] = [];
  for (const [name, value] of headers.entries()) {
    const key = name.toLowerCase();
    if (ownFields.has(key) || named.has(key) || key.startsWith("access-control-")) continue;
    fields.push([name, value]);
  }
  return {
    status,
    fields: [...fields, ...corsHeaders],
    length: length === undefined ? null : Number(length),
    etag: headers.get("etag"),
    ageS,
    receivedAt,
    freshMs: endKnown ? Math.max(0, sharedLifetimeS(directives) - ageS) * 1_000 : 0,
    private: directives.private,
  };
}

/** The fields that a 304 repeats (RFC 9110 15.4.5). */
const repeated = new Set(["cache-control", "content-location", "date", "etag", "expires", "vary"]);

/** The fields of a 304 for an object with these fields. */
export const notModifiedFields = (fields: HeaderList): HeaderList => [
  ...fields.filter(([name]) => repeated.has(name.toLowerCase())),
  ...corsHeaders,
];
