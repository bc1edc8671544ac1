// Header fields that came from another thread, read like received ones; and the one hop that all threads are to the outside.
import type { HeaderList, ReceivedHeaders } from "#http";

/** Names compare without case; several fields of one name are joined by ", " (RFC 9110 5.3). */
export class FieldList implements ReceivedHeaders {
  readonly #fields: HeaderList;
  readonly #byName = new Map<string, string>();

  constructor(fields: HeaderList) {
    this.#fields = fields;
    for (const [name, value] of fields) {
      const key = name.toLowerCase();
      const before = this.#byName.get(key);
      this.#byName.set(key, before === undefined ? value : `${before}, ${value}`);
    }
  }

  get(name: string): string | undefined {
    return this.#byName.get(name.toLowerCase());
  }

  entries(): HeaderList {
    return this.#fields;
  }
}

/**
 * The fields without this edge's own hop at the end of Via (RFC 9110 7.6.3): each tier within the host writes it, and to the
 * outside they are one.
 */
export function withoutOwnHop(fields: HeaderList, edge: string): HeaderList {
  return fields.flatMap(([name, value]) => {
    if (name.toLowerCase() !== "via") return [[name, value] as const];
    const hops = value.split(",").map((hop) => hop.trim());
    if (hops.at(-1)?.split(/\s+/)[1] === edge) hops.pop();
    return hops.length === 0 ? [] : [[name, hops.join(", ")] as const];
  });
}
