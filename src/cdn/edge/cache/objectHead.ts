// The head of an object: what an upstream's answer says, made ready for any number of viewers.
import type { MonoMs, UtcMs } from "#base";
import { corsHeaders, type HeaderList, httpDate, type ReceivedHeaders } from "#http";
import { cmsdDynamic } from "#telemetry";
import type { TierHeaders } from "../supply.ts";
import { type Asked, initialAgeS, type Policy, policyOf } from "./policy.ts";

/** Fields of one hop only (RFC 9110 7.6.1, RFC 9111 3.1). */
export const hopFields: ReadonlySet<string> = new Set([
  "connection",
  "keep-alive",
  "proxy-authenticate",
  "proxy-authentication-info",
  "proxy-authorization",
  "proxy-connection",
  "te",
  "trailer",
  "transfer-encoding",
  "upgrade",
]);

/** Fields that the edge writes itself. */
const ownFields = new Set(["content-length", "age", "cache-status", "via", "date"]);

/** An answer without its body. */
export interface ObjectHead {
  readonly status: number;
  /** To be written to every viewer: the upstream's end-to-end fields, Date and Via, and CORS where it is the edge's. */
  readonly fields: HeaderList;
  /** The body's length where the upstream told it; null for one that grows. */
  readonly length: number | null;
  readonly etag: string | undefined;
  readonly lastModified: string | undefined;
  readonly date: string;
  /** Age on arrival, s (RFC 9111 4.2.3). */
  readonly ageS: number;
  readonly receivedAt: MonoMs;
  readonly policy: Policy;
  /** Cache-Status of another tier of this edge that it came from; null: of an upstream. */
  readonly told: string | null;
}

/** When and how an answer came. */
export interface Arrival {
  readonly askedAt: MonoMs;
  readonly receivedAt: MonoMs;
  readonly receivedUtc: UtcMs;
  readonly asked: Asked;
  /** The edge's name, for Via. */
  readonly edge: string;
  readonly tier?: TierHeaders["tier"] | undefined;
}

/** Names that a Connection field makes fields of one hop. */
export const namedByConnection = (headers: ReceivedHeaders): ReadonlySet<string> =>
  new Set((headers.get("connection") ?? "").toLowerCase().split(/[\s,]+/));

/** Reads an upstream's answer to a GET or HEAD. */
export function readHead(status: number, headers: ReceivedHeaders, arrival: Arrival): ObjectHead {
  const length = headers.get("content-length");
  const endKnown = length !== undefined || headers.get("transfer-encoding") !== undefined;
  const date = headers.get("date") ?? httpDate(arrival.receivedUtc); // RFC 9110 6.6.1
  const cors = !arrival.asked.forwards;
  return {
    status,
    fields: [
      ...endToEnd(headers, cors),
      ["Date", date],
      ["Via", viaOf(headers.get("via"), arrival.edge)],
      ...(cors ? [...delayOf(headers, arrival), ...corsHeaders] : []),
    ],
    length: length === undefined ? null : Number(length),
    etag: headers.get("etag"),
    lastModified: headers.get("last-modified"),
    date,
    ageS: arrival.tier?.ageS ?? initialAgeS(headers, arrival),
    receivedAt: arrival.receivedAt,
    policy: policyOf(
      { status, headers, endKnown: endKnown || status === 204 },
      arrival.asked,
      arrival.receivedUtc,
    ),
    told: arrival.tier?.cacheStatus ?? null,
  };
}

/** RFC 9110 7.6.3. */
export const viaOf = (before: string | undefined, edge: string): string =>
  before === undefined || before === "" ? `1.1 ${edge}` : `${before}, 1.1 ${edge}`;

/**
 * CTA-5006, `rd`: what this edge waited for the answer. Of the dynamic keys it alone holds for all who get the object; the
 * others speak of one connection, and would need a head for each viewer. Another tier of this edge has said it already.
 */
function delayOf(headers: ReceivedHeaders, arrival: Arrival): HeaderList {
  const before = headers.get("cmsd-dynamic");
  if (arrival.tier) return before === undefined ? [] : [["CMSD-Dynamic", before]];
  const rd = arrival.receivedAt - arrival.askedAt;
  return [["CMSD-Dynamic", cmsdDynamic(before, arrival.edge, { rd })]];
}

/** Fields that the edge writes in a channel's answers. */
const rewritten = (key: string): boolean =>
  key.startsWith("access-control-") || key === "timing-allow-origin" || key === "cmsd-dynamic";

/** Without the fields of one hop, those of the edge, and the upstream's CORS where the edge has its own. */
function endToEnd(headers: ReceivedHeaders, cors: boolean): (readonly [string, string])[] {
  const named = namedByConnection(headers);
  const fields: (readonly [string, string])[] = [];
  for (const [name, value] of headers.entries()) {
    const key = name.toLowerCase();
    if (hopFields.has(key) || ownFields.has(key) || named.has(key)) continue;
    if (cors && rewritten(key)) continue;
    fields.push([name, value]);
  }
  return fields;
}

/** The fields that a 304 repeats (RFC 9110 15.4.5), and those that say by which way it came. */
const repeated = new Set([
  ...["cache-control", "content-location", "date", "etag", "expires", "vary", "via"],
  ...corsHeaders.map(([name]) => name.toLowerCase()),
]);

/** The fields of a 304 for an object with these fields. */
export const notModifiedFields = (fields: HeaderList): HeaderList =>
  fields.filter(([name]) => repeated.has(name.toLowerCase()));
