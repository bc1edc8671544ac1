// What of a viewer's request goes upstream.
import type { HeaderList, HttpRequest } from "#http";
import { hopFields, namedByConnection, viaOf } from "./objectHead.ts";
import type { Asked } from "./policy.ts";

/** Written anew for each hop, or told by the request itself. */
const rewritten = new Set(["host", "via", "content-length", "expect"]);

/** What makes an answer one viewer's own, where the answer is to fill the cache: the edge has conditions of its own. */
const conditional = new Set([
  ...["if-match", "if-none-match", "if-modified-since", "if-unmodified-since"],
  ...["if-range", "range"],
]);

/**
 * Fields that never go along with a request that may be kept. Departure: RFC 9111 5.2 wants proxies to pass a request's
 * Cache-Control on. An edge answers in the origin's place, and `no-cache` would make of one viewer's reload a request to
 * every tier, for all the others as well. Pragma says nothing that RFC 9111 5.4 does not call obsolete.
 */
const viewersWishes = new Set(["cache-control", "pragma"]);

/** What the fields of a request say about its answer. */
export function askedOf(request: HttpRequest, forwards: boolean): Asked {
  const { method, headers } = request;
  return {
    method,
    forwards,
    authorized: forwards && headers.get("authorization") !== undefined,
    cookies: forwards && headers.get("cookie") !== undefined,
  };
}

/** Whether the answer may be for this viewer alone, so that the request waits for no other's. */
export const isPersonal = (asked: Asked): boolean => asked.authorized || asked.cookies;

/**
 * The fields of a fetch. Where the route forwards nothing, Via alone: the answer must not depend on who asked first. A
 * request whose answer is known not to be kept takes the viewer's own conditions and range along.
 */
export function fetchFields(
  request: HttpRequest,
  how: { edge: string; forwards: boolean; ownConditions: boolean; conditions: HeaderList },
): HeaderList {
  const via = ["Via", viaOf(request.headers.get("via"), how.edge)] as const;
  if (!how.forwards) return [via, ...how.conditions];
  const kept = endToEnd(request, (key) => {
    if (viewersWishes.has(key) || key.startsWith("cmcd-")) return false;
    return how.ownConditions || !conditional.has(key);
  });
  return [...kept, via, ...how.conditions];
}

/** The fields of a request that passes through: all that are end-to-end. */
export const passedFields = (request: HttpRequest, edge: string): HeaderList => [
  ...endToEnd(request, () => true),
  ["Via", viaOf(request.headers.get("via"), edge)],
];

/** RFC 9110 7.6.1. */
function endToEnd(
  request: HttpRequest,
  goes: (key: string) => boolean,
): (readonly [string, string])[] {
  const named = namedByConnection(request.headers);
  const fields: (readonly [string, string])[] = [];
  for (const [name, value] of request.headers.entries()) {
    const key = name.toLowerCase();
    if (rewritten.has(key) || hopFields.has(key) || named.has(key) || !goes(key)) continue;
    fields.push([name, value]);
  }
  return fields;
}
