// What came of an object within one turn, for all who wait for it.
import { Burst, type HeaderList } from "#http";
import type { Source } from "../cache/cacheStatus.ts";
import type { ObjectHead } from "../cache/objectHead.ts";

/** Bytes as they came. */
export interface Piece {
  /** Offset of the first byte in the object. */
  readonly at: number;
  readonly bytes: Uint8Array;
}

/** Who gets the whole object: what he is told depends on how the edge came by it, and on nothing else. */
interface Receiver {
  readonly source: Source;
  /** The fields of the answer. */
  fieldsOf(head: ObjectHead): HeaderList;
}

/** Head, bytes and end, as far as they came; a late-comer's first wave is all that was before. */
export class Wave {
  readonly head: ObjectHead;
  /** Whether the head is in it. */
  readonly begins: boolean;
  readonly pieces: readonly Piece[];
  readonly last: boolean;
  readonly #bursts = new Map<Source | null, Burst>();

  constructor(
    head: ObjectHead,
    parts: { begins: boolean; pieces: readonly Piece[]; last: boolean },
  ) {
    this.head = head;
    this.begins = parts.begins;
    this.pieces = parts.pieces;
    this.last = parts.last;
  }

  /** The same burst for all who are told alike. */
  burstFor(receiver: Receiver): Burst {
    const told = this.begins ? receiver.source : null;
    let burst = this.#bursts.get(told);
    if (!burst) {
      burst = this.#burst(receiver);
      this.#bursts.set(told, burst);
    }
    return burst;
  }

  #burst(receiver: Receiver): Burst {
    const { status, length } = this.head;
    const head = this.begins ? { status, headers: receiver.fieldsOf(this.head), length } : null;
    return new Burst(
      head,
      this.pieces.map((piece) => piece.bytes),
      this.last,
      length === null,
    );
  }
}
