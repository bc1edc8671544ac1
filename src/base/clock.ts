// The only place that reads a clock or sets a timer (DESIGN: time is an argument).
import { type MonoMs, type Ms, monoMs, type UtcMs, utcMs } from "./units.ts";

/** A timer that can be taken back; `cancel` may be called any number of times. */
export interface Timer {
  cancel(): void;
}

/** Time, handed in. Everything that waits, stamps or expires takes one of these. */
export interface Clock {
  /** Now in UTC, with microsecond fractions. */
  utc(): UtcMs;
  /** Now on a clock that never steps. */
  monotonic(): MonoMs;
  /** Calls `work` once, after `delay`. A pending timer does not keep the process alive. */
  after(delay: Ms, work: () => void): Timer;
  /** Calls `work` each `period` until cancelled. Does not keep the process alive. */
  every(period: Ms, work: () => void): Timer;
  /** Resolves after `delay`; resolves early, without error, when `signal` aborts. Keeps the process alive. */
  sleep(delay: Ms, signal?: AbortSignal): Promise<void>;
}

/** The longest delay that a Node timer holds; longer ones would fire at once. */
export const LONGEST_TIMER_MS = 2 ** 31 - 1;

// Date.now() follows the host's disciplined clock in whole milliseconds; performance.now() is fine but never disciplined.
// The reading is the fine clock, pulled into the millisecond that the disciplined one names.
let offset = performance.timeOrigin;
function utcNow(): UtcMs {
  const coarse = Date.now();
  const fine = performance.now() + offset;
  if (fine < coarse) offset += coarse - fine;
  else if (fine >= coarse + 1) offset -= fine - coarse - 0.999;
  return utcMs(performance.now() + offset);
}

function sleep(delay: Ms, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal?.aborted) return resolve();
    const done = (): void => {
      clearTimeout(timer);
      signal?.removeEventListener("abort", done);
      resolve();
    };
    const timer = setTimeout(done, Math.min(delay, LONGEST_TIMER_MS));
    signal?.addEventListener("abort", done);
  });
}

/** The machine's own clock. */
export const systemClock: Clock = {
  utc: utcNow,
  monotonic: () => monoMs(performance.now()),
  after(delay, work) {
    const timer = setTimeout(work, Math.min(delay, LONGEST_TIMER_MS)).unref();
    return { cancel: () => clearTimeout(timer) };
  },
  every(period, work) {
    const timer = setInterval(work, Math.min(period, LONGEST_TIMER_MS)).unref();
    return { cancel: () => clearInterval(timer) };
  },
  sleep,
};

/** A clock that moves only when told to: an hour is tested in a millisecond. */
export interface ManualClock extends Clock {
  /** Moves time on by `duration`, running what falls due, in order of its due time. */
  advance(duration: Ms): void;
}

interface Due {
  at: number;
  work: () => void;
  period: number | null;
}

/** A {@link ManualClock} that starts at `startUtc`; its monotonic reading starts at 0. */
export function manualClock(startUtc: UtcMs): ManualClock {
  let now = 0;
  const pending = new Set<Due>();
  const add = (due: Due): Timer => {
    pending.add(due);
    return { cancel: () => void pending.delete(due) };
  };
  const next = (until: number): Due | undefined => {
    let first: Due | undefined;
    for (const due of pending) if (due.at <= until && (!first || due.at < first.at)) first = due;
    return first;
  };
  return {
    utc: () => utcMs(startUtc + now),
    monotonic: () => monoMs(now),
    after: (delay, work) => add({ at: now + delay, work, period: null }),
    every: (period, work) => add({ at: now + period, work, period }),
    sleep: (delay, signal) =>
      new Promise((resolve) => {
        if (signal?.aborted) return resolve();
        const timer = add({ at: now + delay, work: resolve, period: null });
        signal?.addEventListener("abort", () => (timer.cancel(), resolve()), { once: true });
      }),
    advance(duration) {
      const until = now + duration;
      for (let due = next(until); due; due = next(until)) {
        now = due.at;
        if (due.period === null) pending.delete(due);
        else due.at += due.period;
        due.work();
      }
      now = until;
    },
  };
}
