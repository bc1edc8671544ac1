// Manifests, playlists and headers, known by their bytes: thousands of viewers get the same ones, and one of them reads it.
import { DOCUMENTS_REMEMBERED } from "./limits.ts";

interface Known<Value> {
  readonly path: string;
  readonly bytes: Buffer;
  readonly value: Value | null;
}

/** The newest documents of one kind. */
export class Documents<Value> {
  readonly #read: (bytes: Buffer, path: string) => Value;
  /** Newest first. */
  #known: Known<Value>[] = [];

  /** `read` throws for a document that cannot be used. */
  constructor(read: (bytes: Buffer, path: string) => Value) {
    this.#read = read;
  }

  /** What these bytes say; null when they cannot be used. The same value for the same bytes. */
  of(path: string, bytes: Buffer): Value | null {
    for (const known of this.#known)
      if (known.path === path && known.bytes.equals(bytes)) return known.value;
    const value = this.#attempt(bytes, path);
    this.#known = [
      { path, bytes: Buffer.from(bytes), value },
      ...this.#known.slice(0, DOCUMENTS_REMEMBERED - 1),
    ];
    return value;
  }

  #attempt(bytes: Buffer, path: string): Value | null {
    try {
      return this.#read(bytes, path);
    } catch {
      return null;
    }
  }
}
