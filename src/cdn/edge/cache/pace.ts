// How often one object is fetched at once, and who waits for a fetch to end.
import type { MonoMs } from "#base";
import { FETCHES_PER_OBJECT, QUEUED_LIMIT, QUEUED_PER_OBJECT } from "./limits.ts";

interface Waiting<Item> {
  readonly item: Item;
  readonly since: MonoMs;
}

/**
 * A budget for each object: an answer that is not the same for everybody cannot be shared, and ten thousand viewers who ask
 * for one must not be ten thousand requests upstream at once.
 */
export class Pace<Item> {
  readonly #flying = new Map<string, number>();
  readonly #queues = new Map<string, Waiting<Item>[]>();
  #queued = 0;

  /** Requests that wait. */
  get queued(): number {
    return this.#queued;
  }

  mayStart(key: string): boolean {
    return (this.#flying.get(key) ?? 0) < FETCHES_PER_OBJECT;
  }

  started(key: string): void {
    this.#flying.set(key, (this.#flying.get(key) ?? 0) + 1);
  }

  ended(key: string): void {
    const flying = (this.#flying.get(key) ?? 0) - 1;
    if (flying > 0) this.#flying.set(key, flying);
    else this.#flying.delete(key);
  }

  /** False when there is no room to wait. */
  wait(key: string, item: Item, now: MonoMs): boolean {
    const queue = this.#queues.get(key) ?? [];
    if (queue.length >= QUEUED_PER_OBJECT || this.#queued >= QUEUED_LIMIT) return false;
    queue.push({ item, since: now });
    this.#queues.set(key, queue);
    this.#queued++;
    return true;
  }

  /** Who waited longest, and since when. */
  next(key: string): Waiting<Item> | null {
    const queue = this.#queues.get(key);
    const first = queue?.shift();
    if (!queue || !first) return null;
    this.#queued--;
    if (queue.length === 0) this.#queues.delete(key);
    return first;
  }

  /** Everybody who waits, who then waits no more. */
  dismissAll(): Item[] {
    const items = [...this.#queues.values()].flat().map(({ item }) => item);
    this.#queues.clear();
    this.#queued = 0;
    return items;
  }
}
