// One timer for all viewers of a process: whoever wants to be woken stands in the slot of that moment.
import type { MonoMs } from "#base";
import { ms } from "#base";
import type { Clock, Timer } from "#base/clock";
import { STANDSTILL_MS, WHEEL_PERIOD_MS, WHEEL_SLOTS } from "./limits.ts";

/** Somebody who is woken. Visits may come that were not asked for: it looks what is due. */
export interface Sleeper {
  wake(now: MonoMs): void;
}

/** A timing wheel. A visit comes less than two periods late; one that is farther off than a turn comes early. */
export class Wheel {
  readonly #clock: Clock;
  readonly #slots: Sleeper[][] = Array.from({ length: WHEEL_SLOTS }, () => []);
  #timer: Timer | null = null;
  /** A turn that waits until sockets have been read. */
  #late: Timer | null = null;
  #closed = false;
  /** The slot that is visited next, counted from the clock's zero. */
  #next = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Wakes `sleeper` once when `due` is past. */
  at(due: number, sleeper: Sleeper): void {
    if (this.#closed) return;
    this.#timer ??= this.#start();
    const wanted = Math.ceil(due / WHEEL_PERIOD_MS);
    const slot = Math.min(Math.max(wanted, this.#next), this.#next + WHEEL_SLOTS - 1);
    (this.#slots[slot % WHEEL_SLOTS] as Sleeper[]).push(sleeper);
  }

  /** Stops; nobody is woken any more. */
  close(): void {
    this.#closed = true;
    this.#timer?.cancel();
    this.#late?.cancel();
    for (const slot of this.#slots) slot.length = 0;
  }

  #start(): Timer {
    this.#next = Math.floor(this.#clock.monotonic() / WHEEL_PERIOD_MS) + 1;
    return this.#clock.every(ms(WHEEL_PERIOD_MS), () => this.#turn());
  }

  /** After a standstill of the process timers come before sockets: what has long been there must not look overdue. */
  #turn(): void {
    if (this.#late) return;
    const lateMs = this.#clock.monotonic() - this.#next * WHEEL_PERIOD_MS;
    if (lateMs < STANDSTILL_MS) return this.#visit();
    this.#late = this.#clock.after(ms(0), () => {
      this.#late = null;
      this.#visit();
    });
  }

  #visit(): void {
    const now = this.#clock.monotonic();
    const current = Math.floor(now / WHEEL_PERIOD_MS);
    // After a pause longer than a turn each slot is visited once.
    this.#next = Math.max(this.#next, current - WHEEL_SLOTS + 1);
    while (this.#next <= current) {
      const place = this.#next % WHEEL_SLOTS;
      const due = this.#slots[place] as Sleeper[];
      // A new list first: whoever is woken may ask for the same moment again, a turn later.
      this.#slots[place] = [];
      this.#next += 1;
      for (const sleeper of due) sleeper.wake(now);
    }
  }
}
