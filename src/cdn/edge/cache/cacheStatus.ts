// Cache-Status (RFC 9211): which edge answered, where it had the answer from, and what becomes of it.
import type { MonoMs } from "#base";
import type { Reason } from "../reasons.ts";
import type { ObjectHead } from "./objectHead.ts";
import { ttlS } from "./policy.ts";

/** How an answer was come by. */
export type Source = Extract<
  Reason,
  | "hit"
  | "stale"
  | "staleOnError"
  | "miss"
  | "variant"
  | "expired"
  | "revalidated"
  | "collapsed"
  | "alone"
  | "passed"
>;

/** RFC 9211 2.1–2.2, 2.6. */
const said: Record<Source, string> = {
  hit: "hit",
  stale: "hit",
  staleOnError: "fwd=stale",
  miss: "fwd=uri-miss",
  variant: "fwd=vary-miss",
  expired: "fwd=stale",
  revalidated: "fwd=stale; fwd-status=304",
  collapsed: "fwd=uri-miss; collapsed",
  alone: "fwd=bypass",
  passed: "fwd=method",
};

/** Those that were forwarded for a body of their own, so that the upstream's status is the answer's. */
const forwarded = new Set<Source>(["miss", "variant", "expired", "collapsed", "alone", "passed"]);

/**
 * The field for an answer given `now`. `ttl` is what is left of the freshness, negative for a stale answer (RFC 9211 2.4);
 * "stored" says that the object is kept once it is whole; `detail` says why not, or why it is stale.
 */
export function cacheStatus(
  edge: string,
  source: Source,
  about: { head: ObjectHead; now: MonoMs },
): readonly [string, string] {
  const { head, now } = about;
  let value = `${edge}; ${said[source]}`;
  if (forwarded.has(source)) value += `; fwd-status=${head.status}`;
  if (source === "passed") return ["Cache-Status", value];
  if (head.policy.unkept === null) {
    value += `; ttl=${Math.floor(ttlS(head, now))}`;
    if (forwarded.has(source)) value += "; stored";
  } else value += `; detail=${head.policy.unkept}`;
  if (source === "stale") value += "; detail=revalidating";
  if (source === "staleOnError") value += "; detail=stale-if-error";
  return ["Cache-Status", value];
}
