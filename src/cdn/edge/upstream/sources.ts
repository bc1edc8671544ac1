// One upstream for each source: what two encoders made of one segment is never mixed.
import { SOURCES_LIMIT } from "./limits.ts";

/** An answer that is to be delivered under a source's name. */
export interface Offer {
  /** Name of the upstream that gave it. */
  readonly upstream: string;
  readonly key: string;
  readonly target: string;
  readonly etag: string | undefined;
}

interface Pin {
  upstream: string;
  /** The source as its ETags name it; null where they do not. */
  named: string | null;
  /** The one object delivered so far; null once there was a second. */
  only: string | null;
}

/**
 * Two encoders with one header are interchangeable at a segment's boundary and never inside (DESIGN, invariant 1): a
 * receiver that joins part 2 of one to part 3 of the other decodes against frames that it does not have. So who served the
 * first object of a source serves all of it. When it dies within, another's answer is taken only where that mixes nothing:
 *
 * - nothing of the source was delivered yet;
 * - the ETags name the same source: two origins that agreed on one encoder;
 * - the only object delivered is the one that is asked for again: its receivers take it whole, from its start.
 *
 * Everything else is refused until the segment is over, at most 1.92 s, and the next comes from the other upstream whole.
 * The other ways were worse: mixing breaks decoders in ways that no counter shows, and waiting for the dead upstream costs
 * its viewers the time-out as well.
 */
export class Sources {
  readonly #pins = new Map<string, Pin>();

  /** The upstream that `source` is to be asked of; null: any. */
  upstreamOf(source: string | null): string | null {
    return source === null ? null : (this.#pins.get(source)?.upstream ?? null);
  }

  /** Whether `offer` may be delivered under `source`; if so, it is noted as delivered. */
  accept(source: string | null, offer: Offer): boolean {
    if (source === null) return true;
    const named = sourceNamed(offer.etag, offer.target);
    const pin = this.#pins.get(source);
    if (pin && !this.#fits(pin, offer, named)) return false;
    const only = !pin || pin.only === offer.key ? offer.key : null;
    const before = pin?.upstream === offer.upstream ? pin.named : null;
    this.#pins.delete(source);
    this.#pins.set(source, { upstream: offer.upstream, named: named ?? before, only });
    for (const [oldest] of this.#pins) {
      if (this.#pins.size <= SOURCES_LIMIT) break;
      this.#pins.delete(oldest);
    }
    return true;
  }

  #fits(pin: Pin, offer: Offer, named: string | null): boolean {
    if (pin.only === offer.key) return true;
    // Also at the same upstream: an origin that was started anew, or a shield that went over to another origin.
    if (pin.named !== null && named !== null) return pin.named === named;
    return pin.upstream === offer.upstream;
  }
}

/**
 * The source in a strong ETag of the form `"{source}-{header}-{object}"`, which our origin writes, where `{object}` is the
 * name that was asked for, less its ending. Null for all others: that two of them begin alike says nothing (nginx begins
 * with the second of the last change).
 */
export function sourceNamed(etag: string | undefined, target: string): string | null {
  if (etag === undefined || !etag.startsWith('"')) return null;
  const path = target.split("?", 1)[0] as string;
  const file = path.slice(path.lastIndexOf("/") + 1);
  const name = file.slice(0, Math.max(0, file.lastIndexOf(".")));
  if (name === "" || !etag.endsWith(`-${name}"`)) return null;
  const before = etag.slice(1, etag.length - name.length - 2);
  const header = before.lastIndexOf("-");
  return header > 0 ? before.slice(0, header) : null;
}
