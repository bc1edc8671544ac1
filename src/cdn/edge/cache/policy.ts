// What an upstream's answer allows: whether it is kept, for how long it is fresh, and when it may be given stale.
import type { MonoMs, UtcMs } from "#base";
import { parseAge, parseCacheControl, parseHttpDate, type ReceivedHeaders } from "#http";
import { VARY_NAMES } from "./limits.ts";

/** What of the request decides on its answer. */
export interface Asked {
  readonly method: string;
  /** Whether the viewer's own fields went upstream, so that the answer may depend on who asked. */
  readonly forwards: boolean;
  readonly authorized: boolean;
  readonly cookies: boolean;
}

/** Why an answer is not kept; told in Cache-Status. */
export const unkept = {
  "not-get": "Only the answers to GET are kept (RFC 9111 2).",
  status:
    "The status is none that is kept: 1xx, 206, 304, or not understood (RFC 9111 3, 5.2.2.3).",
  "no-store": "The origin forbids it (RFC 9111 5.2.2.5).",
  private: "It is for one receiver (RFC 9111 5.2.2.7).",
  authorization:
    "The request was authorized, and nothing says that others may see it (RFC 9111 3.5).",
  cookie: "The request had cookies, and nothing says that others may see its answer.",
  "set-cookie": "It sets a cookie, and nothing says that others may have it.",
  vary: "It varies with everything, or with very many fields (RFC 9111 4.1).",
  "no-end": "It ended with its connection: nobody can say that it is whole (RFC 9112 8).",
  useless: "It is not fresh, and nothing could freshen it.",
} as const;
export type Unkept = keyof typeof unkept;

export interface Policy {
  /** Null: it is kept. */
  readonly unkept: Unkept | null;
  /** Whether those who asked while it was under way may be given it as well. */
  readonly shared: boolean;
  /** Freshness lifetime, s (RFC 9111 4.2.1); 0: each use is asked about. */
  readonly lifetimeS: number;
  /** RFC 5861 3 and 4, s; 0: not at all. */
  readonly staleWhileRevalidateS: number;
  readonly staleIfErrorS: number;
  /** Names of selecting fields in lower case, sorted; "*": no request selects it again (RFC 9111 4.1). */
  readonly vary: readonly string[] | "*";
}

/** Status codes that may be kept without a word of the origin (RFC 9110 15.1). */
const heuristic = new Set([200, 203, 204, 300, 301, 308, 404, 405, 410, 414, 501]);
/** Status codes whose meaning for caches is known here: the final ones of RFC 9110 15, less 206 and 304. */
const understood = new Set([
  ...[200, 201, 202, 203, 204, 205, 300, 301, 302, 303, 305, 307, 308],
  ...[400, 401, 402, 403, 404, 405, 406, 407, 408, 409, 410, 411, 412, 413, 414, 415, 416, 417],
  ...[421, 422, 426, 500, 501, 502, 503, 504, 505],
]);

/**
 * Reads the policy of an answer to a GET (RFC 9111 3, 4.2). No heuristic freshness (RFC 9111 4.2.2 allows it): a guess that
 * is wrong stops a live channel, and an origin that wants its answers kept can say so. `receivedUtc` stands for a Date that
 * is missing (RFC 9110 6.6.1).
 */
export function policyOf(
  answer: { status: number; headers: ReceivedHeaders; endKnown: boolean },
  asked: Asked,
  receivedUtc: UtcMs,
): Policy {
  const { status, headers } = answer;
  const directives = parseCacheControl(headers.get("cache-control"));
  const expires = headers.get("expires");
  const explicitS = directives.sMaxageS ?? directives.maxAgeS ?? expiresS(headers, receivedUtc);
  const lifetimeS = directives.noCache ? 0 : (explicitS ?? 0);
  const validated = headers.get("etag") !== undefined || headers.get("last-modified") !== undefined;
  const vary = varyOf(headers.get("vary"));
  // Who says one of these speaks to shared caches.
  const open = directives.public || directives.sMaxageS !== null;
  // RFC 9111 5.2.2.3: understood, the directive overrides no-store.
  const noStore = directives.noStore && !(directives.mustUnderstand && understood.has(status));
  const stale = !directives.noCache && !directives.mustRevalidate && !directives.proxyRevalidate;
  const staleWhileRevalidateS = stale ? (directives.staleWhileRevalidateS ?? 0) : 0;
  const staleIfErrorS = stale ? (directives.staleIfErrorS ?? 0) : 0;
  const setsCookie = headers.get("set-cookie") !== undefined && !open;
  const why = (): Unkept | null => {
    if (asked.method !== "GET") return "not-get";
    if (status < 200 || status === 206 || status === 304) return "status";
    if (directives.mustUnderstand && !understood.has(status)) return "status";
    if (noStore) return "no-store";
    if (directives.private) return "private";
    if (asked.authorized && !open && !directives.mustRevalidate) return "authorization";
    // Departure: RFC 9111 knows nothing of cookies. A page made for one viewer's cookie and marked fresh by mistake is the
    // classic leak of a CDN, so that both directions of cookies ask for an explicit word.
    if (asked.cookies && !open) return "cookie";
    if (setsCookie) return "set-cookie";
    if (vary === "*") return "vary";
    if (!answer.endKnown) return "no-end";
    const told = directives.public || explicitS !== null || expires !== undefined;
    if (!told && !heuristic.has(status)) return "useless";
    const usable = lifetimeS > 0 || validated || staleWhileRevalidateS > 0 || staleIfErrorS > 0;
    return usable ? null : "useless";
  };
  return {
    unkept: why(),
    // Departure: RFC 9111 4 collapses onto what is storable only. Where nothing of the viewers went upstream, the answer
    // cannot depend on who asked, and a no-store 404 for five thousand waiters is one request.
    shared: !directives.private && !setsCookie && (!asked.forwards || (!noStore && vary !== "*")),
    lifetimeS,
    staleWhileRevalidateS,
    staleIfErrorS,
    vary,
  };
}

/** Expires less Date (RFC 9111 5.3); what cannot be read lies in the past. */
function expiresS(headers: ReceivedHeaders, receivedUtc: UtcMs): number | null {
  const field = headers.get("expires");
  if (field === undefined) return null;
  const expires = parseHttpDate(field);
  const date = parseHttpDate(headers.get("date") ?? "") ?? receivedUtc;
  return expires === null ? 0 : Math.max(0, Math.floor((expires - date) / 1_000));
}

function varyOf(field: string | undefined): Policy["vary"] {
  if (field === undefined) return [];
  const names = new Set(
    field
      .toLowerCase()
      .split(",")
      .map((name) => name.trim()),
  );
  names.delete("");
  return names.has("*") || names.size > VARY_NAMES ? "*" : [...names].sort();
}

/**
 * Age on arrival, s (RFC 9111 4.2.3): the Age field and the time that the answer took. `apparent_age` is left out, as the
 * RFC allows: a clock that is wrong at the origin would make every object stale. Departure: an answer without Age took no
 * longer than its Date is old. An origin that holds requests makes the answer at the end of the hold; the time before is no
 * age.
 */
export function initialAgeS(
  headers: ReceivedHeaders,
  times: { askedAt: MonoMs; receivedAt: MonoMs; receivedUtc: UtcMs },
): number {
  const tookS = (times.receivedAt - times.askedAt) / 1_000;
  const age = parseAge(headers.get("age"));
  if (age !== null) return age + tookS;
  const date = parseHttpDate(headers.get("date") ?? "");
  return date === null ? tookS : Math.min(tookS, Math.max(0, (times.receivedUtc - date) / 1_000));
}

/** What of an answer its use hangs on. */
export interface Aging {
  /** Age on arrival, s. */
  readonly ageS: number;
  readonly receivedAt: MonoMs;
  readonly policy: Policy;
}

/** current_age, s (RFC 9111 4.2.3). */
export const currentAgeS = (head: Aging, now: MonoMs): number =>
  head.ageS + (now - head.receivedAt) / 1_000;

/** For how long it stays fresh, s; 0 or less: it is stale (RFC 9111 4.2). */
export const ttlS = (head: Aging, now: MonoMs): number =>
  head.policy.lifetimeS - currentAgeS(head, now);

export const isFresh = (head: Aging, now: MonoMs): boolean => ttlS(head, now) > 0;

/**
 * Whether a stale answer may be given at all (RFC 9111 4.2.4): only where the origin says so by RFC 5861, and neither
 * no-cache nor must-revalidate forbids it. Being cut off from the origin is no reason by itself, though the RFC would let it
 * be one: a player that gets an old playlist stalls in silence, one that gets an error plays from another edge.
 * Departure: stale-* beside s-maxage holds, though s-maxage alone forbids stale answers (RFC 9111 5.2.2.10): who wrote both
 * wants both.
 */
export function mayBeStale(head: Aging, now: MonoMs, why: "revalidating" | "error"): boolean {
  const { staleWhileRevalidateS, staleIfErrorS } = head.policy;
  const windowS = why === "error" ? staleIfErrorS : staleWhileRevalidateS;
  return -ttlS(head, now) < windowS;
}

/** The statuses that stale-if-error stands in for (RFC 5861 4). */
export const isError = (status: number): boolean =>
  status >= 500 && status <= 504 && status !== 501;
