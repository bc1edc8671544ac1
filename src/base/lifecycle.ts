// What starts can be closed: once, twice, in any order.

/** Something that runs until it is closed. `close` is idempotent and resolves when everything it owns has stopped. */
export interface Closable {
  close(): Promise<void>;
}

type Closer = () => void | Promise<void>;

/** Owns what was opened and closes it in reverse order, exactly once. */
export class Scope implements Closable {
  readonly #closers: Closer[] = [];
  #closing: Promise<void> | null = null;

  /** Registers a closer; when the scope is closed already, it is run at once. Returns what it was given. */
  own<Owned extends Closable>(owned: Owned): Owned {
    this.defer(() => owned.close());
    return owned;
  }

  defer(closer: Closer): void {
    if (this.#closing) void Promise.resolve(closer()).catch(() => undefined);
    else this.#closers.push(closer);
  }

  get closed(): boolean {
    return this.#closing !== null;
  }

  /** Runs every closer, also after one has failed; then rejects with the first failure, if any. */
  close(): Promise<void> {
    this.#closing ??= this.#run();
    return this.#closing;
  }

  async #run(): Promise<void> {
    const failures: unknown[] = [];
    for (let closer = this.#closers.pop(); closer; closer = this.#closers.pop()) {
      try {
        await closer();
      } catch (failure) {
        failures.push(failure);
      }
    }
    if (failures.length > 0) throw failures[0];
  }
}
