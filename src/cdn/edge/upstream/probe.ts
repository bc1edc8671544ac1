// Looks whether an upstream that was given up is well again, without a viewer's waiting for it.
import type { Clock } from "#base/clock";
import type { Wanted } from "../supply.ts";
import { Attempt, type AttemptParts, nobody } from "./attempt.ts";
import { PROBE_MS } from "./limits.ts";
import { failureOfStatus, type Upstream } from "./upstream.ts";

/**
 * Sends a copy of a request that goes to another upstream, and drops the answer at its head. Only the object itself closes
 * the breaker: an origin that was started anew answers too, at first with 404 for everything, and must not get its viewers
 * back for that. Where the object is missing everywhere, the probe has told nothing.
 */
export function probe(
  upstream: Upstream,
  wanted: Wanted,
  parts: AttemptParts & { readonly clock: Clock },
): void {
  upstream.probing();
  const { epoch } = upstream.breaker;
  const attempt = new Attempt(upstream, { hedge: false, clock: parts.clock });
  attempt.listener = {
    ...nobody,
    head: (status) => {
      attempt.abort();
      if (failureOfStatus(status)) return; // counted by the attempt
      if (status < 300 || status === 304) upstream.succeeded(epoch);
      else upstream.breaker.undecided(parts.clock.monotonic());
    },
    // What is no fault of the upstream (this side was closing, or full) decides nothing.
    fail: () => upstream.breaker.undecided(parts.clock.monotonic()),
  };
  attempt.send(wanted, wanted.headers, { ...parts, headTimeoutMs: PROBE_MS });
}
