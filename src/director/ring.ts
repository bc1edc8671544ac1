// Short memories: the last decisions, and how many sessions a minute.
import { elapsed, type MonoMs } from "#base";

/** The last `limit` items, oldest first. */
export class Ring<Item> {
  readonly #limit: number;
  readonly #items: Item[] = [];

  constructor(limit: number) {
    this.#limit = limit;
  }

  push(item: Item): void {
    this.#items.push(item);
    if (this.#items.length > this.#limit) this.#items.shift();
  }

  get items(): readonly Item[] {
    return this.#items;
  }
}

const SLOTS = 60;

/** Counts events over the last minute, in whole seconds. */
export class MinuteCounter {
  readonly #startedAt: MonoMs;
  readonly #slots = Array.from({ length: SLOTS }, () => ({ second: -1, count: 0 }));

  constructor(startedAt: MonoMs) {
    this.#startedAt = startedAt;
  }

  #second(now: MonoMs): number {
    return Math.floor(elapsed(this.#startedAt, now) / 1_000);
  }

  count(now: MonoMs): void {
    const second = this.#second(now);
    const slot = this.#slots[second % SLOTS];
    this.#slots[second % SLOTS] = { second, count: slot?.second === second ? slot.count + 1 : 1 };
  }

  /** Events in the second under way alone. */
  thisSecond(now: MonoMs): number {
    const second = this.#second(now);
    const slot = this.#slots[second % SLOTS];
    return slot?.second === second ? slot.count : 0;
  }

  /** Events a second over the last `over` full seconds, and over what is known of the minute before; null: nothing. */
  rates(
    now: MonoMs,
    over: number,
  ): { lately: number; before: { rate: number; seconds: number } | null } {
    const second = this.#second(now);
    const sum = (from: number, to: number): number =>
      this.#slots.reduce(
        (all, slot) => (slot.second >= from && slot.second < to ? all + slot.count : all),
        0,
      );
    const first = Math.max(0, second - SLOTS + 1);
    const seconds = second - over - first;
    const before = seconds <= 0 ? null : { rate: sum(first, second - over) / seconds, seconds };
    return { lately: sum(second - over, second) / over, before };
  }

  /** Events in the second under way and the 59 before it. */
  total(now: MonoMs): number {
    const second = this.#second(now);
    return this.#slots.reduce(
      (sum, slot) => (slot.second > second - SLOTS ? sum + slot.count : sum),
      0,
    );
  }
}
