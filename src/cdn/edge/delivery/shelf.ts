// Stored objects as they are given in this second, ready to be written.
import type { MonoMs } from "#base";
import { Burst, type HeaderList } from "#http";
import { cacheStatus, type Source } from "../cache/cacheStatus.ts";
import { currentAgeS } from "../cache/policy.ts";
import type { StoredObject } from "../cache/store.ts";

/** What all bursts of a second may hold of copies, bytes; beyond, they are made anew. */
const SHELF_BYTES = 32 * 1024 * 1024;
/** What a burst holds besides its body, bytes: its head and itself, generously. */
const BURST_BYTES = 2_048;

/** How an object is given: by which edge, from where it had it, and when. */
export interface Giving {
  readonly edge: string;
  readonly source: Source;
  readonly now: MonoMs;
}

interface Shelved {
  readonly source: Source;
  readonly ageS: number;
  readonly burst: Burst;
}

/** Age in whole seconds (RFC 9111 4.2.3, 5.1). */
const wholeAgeS = ({ head }: StoredObject, now: MonoMs): number =>
  Math.floor(currentAgeS(head, now));

/** The fields of a stored answer that change with time. */
export const agingFields = (object: StoredObject, { edge, source, now }: Giving): HeaderList => [
  ["Age", String(wholeAgeS(object, now))],
  cacheStatus(edge, source, { head: object.head, now }),
];

/**
 * Keeps each object's burst while its Age holds: a crowd that asks for one object within a second gets the same bytes,
 * written out once. Cleared each second, so that it holds what is in demand and no more.
 */
export class Shelf {
  readonly #shelved = new Map<StoredObject, Shelved>();
  #second = -1;
  #bytes = 0;

  burst(object: StoredObject, giving: Giving): Burst {
    const { source, now } = giving;
    const second = Math.floor(now / 1_000);
    if (second !== this.#second) this.#clear(second);
    const ageS = wholeAgeS(object, now);
    const found = this.#shelved.get(object);
    if (found && found.ageS === ageS && found.source === source) return found.burst;
    const burst = wholeBurst(object, giving);
    this.#bytes += BURST_BYTES + burst.bytes;
    if (this.#bytes > SHELF_BYTES) this.#clear(second);
    this.#shelved.set(object, { source, ageS, burst });
    return burst;
  }

  #clear(second: number): void {
    this.#second = second;
    this.#bytes = 0;
    this.#shelved.clear();
  }
}

function wholeBurst(object: StoredObject, giving: Giving): Burst {
  const { head, body } = object;
  const headers = [...head.fields, ...agingFields(object, giving)];
  return new Burst({ status: head.status, headers, length: body.length }, [body], true, false);
}
