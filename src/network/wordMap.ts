// Places by words of 32 bits: a hash table with open addressing in one typed array, so that most lookups are one miss
// of the cache (Knuth, The Art of Computer Programming 3, 6.4, algorithms L and R).

/** The table is doubled beyond this share of slots in use, so that most searches end within a line of the cache. */
const MOST_FULL = 0.6;
/** It is halved below this one: far enough from the other that no single key doubles and halves it in turn. */
const LEAST_FULL = 0.15;
const FEWEST_SLOTS = 64;

/** 2^32 over the golden ratio: keys that differ in few bits come far apart (Knuth 6.4). */
const SPREAD = 0x9e3779b1;

/** A slot: a key, then its place; place 0 says that the slot is free. */
const SLOT = 2;

/** A map from any signed 32 bits to places, which are signed whole numbers of 32 bits but 0. */
export class WordMap {
  #slots = new Int32Array(SLOT * FEWEST_SLOTS);
  /** A hash has its key's slot in its upper bits. */
  #shift = 1 + Math.clz32(FEWEST_SLOTS);
  #size = 0;

  /** Keys held. */
  get size(): number {
    return this.#size;
  }

  /** Memory, bytes. */
  get bytes(): number {
    return this.#slots.byteLength;
  }

  /** The place of a key; 0: none. Allocates nothing. */
  get(key: number): number {
    return this.#slots[this.#slotOf(key) + 1] as number;
  }

  /** Gives a key its place. */
  set(key: number, place: number): void {
    const slots = this.#slots;
    const at = this.#slotOf(key);
    const isNew = slots[at + 1] === 0;
    slots[at] = key;
    slots[at + 1] = place;
    if (!isNew) return;
    this.#size += 1;
    if (SLOT * this.#size > MOST_FULL * slots.length) this.#rebuild(2 * slots.length);
  }

  /** Takes a key away, if it is held. Those behind it move up, so that searches need no tombstones. */
  delete(key: number): void {
    const slots = this.#slots;
    const mask = slots.length - 1;
    let hole = this.#slotOf(key);
    if (slots[hole + 1] === 0) return;
    for (let at = (hole + SLOT) & mask; slots[at + 1] !== 0; at = (at + SLOT) & mask) {
      const home = this.#home(slots[at] as number);
      // It stays unless the hole lies on the way from its home to it.
      if (((at - home) & mask) < ((at - hole) & mask)) continue;
      slots[hole] = slots[at] as number;
      slots[hole + 1] = slots[at + 1] as number;
      hole = at;
    }
    slots[hole + 1] = 0;
    this.#size -= 1;
    const { length } = slots;
    if (length > SLOT * FEWEST_SLOTS && SLOT * this.#size < LEAST_FULL * length)
      this.#rebuild(length / 2);
  }

  /** Gives each key the place that `move` makes of the one it has. */
  moveAll(move: (place: number) => number): void {
    const slots = this.#slots;
    for (let at = 1; at < slots.length; at += SLOT)
      if (slots[at] !== 0) slots[at] = move(slots[at] as number);
  }

  #home(key: number): number {
    return SLOT * (Math.imul(key, SPREAD) >>> this.#shift);
  }

  /** The slot of a key, or the free one where it would stand. */
  #slotOf(key: number): number {
    const slots = this.#slots;
    let at = this.#home(key);
    while (slots[at] !== key && slots[at + 1] !== 0) at = (at + SLOT) & (slots.length - 1);
    return at;
  }

  #rebuild(length: number): void {
    const before = this.#slots;
    this.#slots = new Int32Array(length);
    this.#shift = 1 + Math.clz32(length / SLOT);
    for (let at = 0; at < before.length; at += SLOT) {
      if (before[at + 1] === 0) continue;
      const slot = this.#slotOf(before[at] as number);
      this.#slots[slot] = before[at] as number;
      this.#slots[slot + 1] = before[at + 1] as number;
    }
  }
}
