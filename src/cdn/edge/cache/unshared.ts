// Objects whose answers were not for everybody: for some seconds their requests do not wait for one another.
import { type MonoMs, monoMs } from "#base";
import { UNSHARED_MS, UNSHARED_OBJECTS } from "./limits.ts";

/**
 * Requests that are collapsed onto an answer that proves private are served one after the other; who knows it beforehand
 * fetches them side by side. (Varnish calls it hit-for-miss.)
 */
export class Unshared {
  readonly #until = new Map<string, MonoMs>();

  note(key: string, now: MonoMs): void {
    this.#until.delete(key);
    this.#until.set(key, monoMs(now + UNSHARED_MS));
    if (this.#until.size <= UNSHARED_OBJECTS) return;
    const [oldest] = this.#until.keys();
    if (oldest !== undefined) this.#until.delete(oldest);
  }

  holds(key: string, now: MonoMs): boolean {
    const until = this.#until.get(key);
    if (until === undefined) return false;
    if (now < until) return true;
    this.#until.delete(key);
    return false;
  }

  /** An answer came that is for everybody. */
  forget(key: string): void {
    this.#until.delete(key);
  }
}
