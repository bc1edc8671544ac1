// All viewers of an object must have the same bytes: the first process that names its hash is the measure of the others.
import { AGREEMENT_OBJECTS_LIMIT } from "../limits.ts";

/** Hashes by object, the oldest forgotten beyond the limit. */
export class Agreement {
  readonly #hashes = new Map<string, string>();
  #objects = 0;
  #comparisons = 0;

  /** Objects named so far. */
  get objects(): number {
    return this.#objects;
  }

  /** How often an object was named again, and so compared. */
  get comparisons(): number {
    return this.#comparisons;
  }

  /** Takes a hash; a sentence when it is not the one that was named first, null when all is well. */
  heard(object: string, hash: string): string | null {
    const first = this.#hashes.get(object);
    if (first !== undefined) {
      this.#comparisons += 1;
      return first === hash ? null : `${object}: ${hash} here, ${first} in another process`;
    }
    this.#objects += 1;
    this.#hashes.set(object, hash);
    if (this.#hashes.size > AGREEMENT_OBJECTS_LIMIT)
      this.#hashes.delete(this.#hashes.keys().next().value as string);
    return null;
  }
}
