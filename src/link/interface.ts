// A network interface of this machine as its kernel counts it (Linux: Documentation/ABI/testing/sysfs-class-net-statistics).
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { type MonoMs, RateMeter } from "#base";

/** Where Linux shows its interfaces. */
export const INTERFACES_FOLDER = "/sys/class/net";

/** What an interface may be called: IFNAMSIZ less its zero, nothing that a path could be made of. */
export const INTERFACE_NAME = /^(?!\.{1,2}$)[^\s/:]{1,15}$/;

/** RFC 2863 6, ifOperStatus as Linux writes it. A TAP or a loopback says "unknown" while it works. */
const WORKING: readonly string[] = ["up", "unknown"];

/** Bytes through an interface since it was first read. */
export interface InterfaceTotals {
  readonly rxBytes: number;
  readonly txBytes: number;
}

/**
 * Reads one interface's counters and turns them into totals and rates. An interface that vanishes is down with rates of
 * zero; when it is there again it is counted from what its counters say then. Counters that went back were reset, and
 * count from zero.
 */
export class InterfaceMeter {
  readonly name: string;
  readonly #folder: string;
  #last: { rx: number; tx: number } | null = null;
  #rx = 0;
  #tx = 0;
  readonly #rxRate: RateMeter;
  readonly #txRate: RateMeter;
  #up = false;
  #problem: string | null = null;
  #resets = 0;

  /** `folder`: in place of {@link INTERFACES_FOLDER}. */
  constructor(name: string, options: { now: MonoMs; folder?: string | undefined }) {
    this.name = name;
    this.#folder = join(options.folder ?? INTERFACES_FOLDER, name);
    this.#rxRate = new RateMeter(options.now);
    this.#txRate = new RateMeter(options.now);
    this.read(options.now);
  }

  /** To be called each second. Sysfs is memory: reading it does not wait. */
  read(now: MonoMs): void {
    try {
      const counters = { rx: this.#counter("rx_bytes"), tx: this.#counter("tx_bytes") };
      const state = readFileSync(join(this.#folder, "operstate"), "latin1").trim();
      this.#take(counters);
      this.#up = WORKING.includes(state);
      this.#problem = this.#up ? null : `the interface ${this.name} is ${state}`;
    } catch {
      this.#last = null;
      this.#up = false;
      this.#problem = `there is no interface ${this.name} here that can be read`;
    }
    this.#rxRate.read(now, this.#rx);
    this.#txRate.read(now, this.#tx);
  }

  get totals(): InterfaceTotals {
    return { rxBytes: this.#rx, txBytes: this.#tx };
  }

  /** Megabits a second between the last two readings. */
  get load(): { rxMbps: number; txMbps: number } {
    return { rxMbps: this.#rxRate.mbps, txMbps: this.#txRate.mbps };
  }

  /** Whether it was there and working at the last reading. */
  get up(): boolean {
    return this.#up;
  }

  /** How often its counters went back. */
  get resets(): number {
    return this.#resets;
  }

  /** One sentence when it is not up; null when it is. */
  get problem(): string | null {
    return this.#problem;
  }

  #take(counters: { rx: number; tx: number }): void {
    const last = this.#last;
    this.#last = counters;
    if (!last) return;
    const reset = counters.rx < last.rx || counters.tx < last.tx;
    if (reset) this.#resets += 1;
    this.#rx += reset ? counters.rx : counters.rx - last.rx;
    this.#tx += reset ? counters.tx : counters.tx - last.tx;
  }

  #counter(name: string): number {
    const count = countIn(readFileSync(join(this.#folder, "statistics", name), "latin1"));
    if (count === null) throw new Error(`${name} is no count`);
    return count;
  }
}

/** The number in a counter's file; null when it holds none. */
export function countIn(text: string): number | null {
  const count = /^\d{1,16}$/.test(text.trim()) ? Number(text) : Number.NaN;
  return Number.isSafeInteger(count) ? count : null;
}
