// What is known of each object: as many bytes, and the same ones, for everybody.
import { OBJECTS_REMEMBERED } from "./limits.ts";

interface Entry {
  readonly bytes: number;
  hash: string | null;
}

/** The newest objects, by path. */
export class Ledger {
  readonly #entries = new Map<string, Entry>();

  /** Notes a whole object's size. Returns the size that another viewer got, when it is another one; else null. */
  size(path: string, bytes: number): number | null {
    const known = this.#entries.get(path);
    if (known) return known.bytes === bytes ? null : known.bytes;
    const [oldest] = this.#entries.size >= OBJECTS_REMEMBERED ? this.#entries.keys() : [];
    if (oldest !== undefined) this.#entries.delete(oldest);
    this.#entries.set(path, { bytes, hash: null });
    return null;
  }

  /** Notes the hash of an object whose size was noted: whether it is the first one, the same, or another one. */
  hash(path: string, hash: string): "first" | "same" | "other" {
    const known = this.#entries.get(path);
    if (!known) return "same";
    if (known.hash !== null) return known.hash === hash ? "same" : "other";
    known.hash = hash;
    return "first";
  }
}
