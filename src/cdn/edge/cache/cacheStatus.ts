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

/** Those that the stored object answered, without a word from anybody else. */
const stored = new Set<Source>(["hit", "stale", "staleOnError"]);

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
  // Another tier of this edge was asked. To the outside both are one cache, and that one knows what became of the request.
  if (head.told !== null && !stored.has(source)) return ["Cache-Status", joined(head.told, source)];
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

/** As the other tier told it, for one who joined another's request here. */
const joined = (told: string, source: Source): string =>
  source === "collapsed" && told.includes("fwd=") && !told.includes("collapsed")
    ? `${told}; collapsed`
    : told;
