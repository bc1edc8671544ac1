// The process's own use of processors.
import { elapsed, type MonoMs } from "#base";

/** Cores in use between the last two readings; 0 before the second. */
export class CpuMeter {
  #usedMs = used();
  #at: MonoMs;
  #cores = 0;

  constructor(at: MonoMs) {
    this.#at = at;
  }

  read(at: MonoMs): void {
    const period = elapsed(this.#at, at);
    if (period <= 0) return;
    const now = used();
    this.#cores = (now - this.#usedMs) / period;
    this.#usedMs = now;
    this.#at = at;
  }

  get cores(): number {
    return this.#cores;
  }
}

function used(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1_000;
}
