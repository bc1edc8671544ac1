// An answer of the edge's own where no upstream's can be delivered.
import type { RegistaError } from "#base";
import type { ReceivedHeaders, ResponseSink } from "#http";

/** Fields that no socket brought, names in lower case. */
class OwnFields implements ReceivedHeaders {
  readonly #fields: ReadonlyMap<string, string>;

  constructor(fields: Readonly<Record<string, string>>) {
    this.#fields = new Map(Object.entries(fields));
  }

  get(name: string): string | undefined {
    return this.#fields.get(name.toLowerCase());
  }

  entries(): Iterable<readonly [name: string, value: string]> {
    return this.#fields.entries();
  }
}

/** Tells `error` as a whole answer that nobody keeps, to be asked again in a second. */
export function answerInstead(to: ResponseSink, error: RegistaError, method: string): void {
  const body = Buffer.from(`${JSON.stringify(error)}\n`);
  const fields = new OwnFields({
    "content-type": "application/json",
    "cache-control": "no-store",
    "retry-after": "1",
    "content-length": String(body.length),
  });
  to.head(error.status, fields);
  if (method !== "HEAD") to.data(body, 0);
  to.end();
}
