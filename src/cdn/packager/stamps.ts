// When each part came in and when it could be answered.
import type { Clock } from "#base/clock";
import type { HopName, MediaHop } from "#protocol";
import type { PartStore } from "./store.ts";

export interface StampOptions {
  /** This node's id. */
  readonly node: string;
  /** Takes a stamp at once, such as `(hop) => reporter.stamp(hop)`. */
  readonly stamp: (hop: MediaHop) => void;
}

/**
 * Stamps every part that is stored: `fill` from its first byte to its last, `answerable` from its last byte to now. Call it
 * before other listeners, so that their work is not counted. Returns what ends it.
 */
export function stampHops(
  store: PartStore,
  { node, stamp }: StampOptions,
  { clock }: { clock: Clock },
): () => void {
  return store.onPart((rendition, { segment, part, gap, silent, firstByteAt, lastByteAt }) => {
    if (gap || silent) return;
    const now = clock.utc();
    const at = (hop: HopName, firstByteMs: number, lastByteMs: number): void =>
      stamp({
        channel: store.channel,
        rendition,
        segment,
        part,
        node,
        hop,
        firstByteMs,
        lastByteMs,
      });
    at("fill", firstByteAt, lastByteAt);
    at("answerable", lastByteAt, now);
  });
}
