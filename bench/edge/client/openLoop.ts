// Requests at a fixed rate, each timed from the moment it was due, so that a slow server cannot slow its own measurement.
import { connect, type Socket } from "node:net";
import { ms } from "#base";
import type { Clock } from "#base/clock";
import { AnswerReader } from "./answerReader.ts";
import { type Address, PATIENCE_MS } from "./gate.ts";
import { quantile } from "./quantile.ts";
import type { Paced } from "./wire.ts";

/** How often what is due is sent, ms. */
const TICK_MS = ms(1);

interface Line {
  readonly socket: Socket;
  readonly reader: AnswerReader;
  /** When the request under way was due; null: idle. */
  due: number | null;
}

/** Asks for `requests`, in turn, `perSecond` times for `forMs`. */
export async function pace(
  what: {
    server: Address;
    requests: readonly Buffer[];
    connections: number;
    perSecond: number;
    forMs: number;
  },
  clock: Clock,
): Promise<Paced> {
  const run = new Run(what, clock);
  await run.open();
  return run.measure();
}

class Run {
  readonly #what: Parameters<typeof pace>[0];
  readonly #clock: Clock;
  readonly #lines: Line[] = [];
  readonly #idle: Line[] = [];
  /** Due, but no line was free. */
  readonly #waiting: number[] = [];
  readonly #times: number[] = [];
  #sent = 0;

  constructor(what: Parameters<typeof pace>[0], clock: Clock) {
    this.#what = what;
    this.#clock = clock;
  }

  async open(): Promise<void> {
    const { connections, server } = this.#what;
    await Promise.all(Array.from({ length: connections }, () => this.#add(server)));
  }

  #add(server: Address): Promise<void> {
    return new Promise((resolve, reject) => {
      const socket = connect({ ...server, noDelay: true });
      const line: Line = { socket, reader: new AnswerReader(), due: null };
      socket.on("data", (bytes) => this.#read(line, bytes));
      socket.once("error", reject);
      socket.once("connect", () => {
        this.#lines.push(line);
        this.#idle.push(line);
        resolve();
      });
    });
  }

  async measure(): Promise<Paced> {
    const { perSecond, forMs } = this.#what;
    const start = this.#clock.monotonic();
    let due = 0;
    const total = Math.floor((perSecond * forMs) / 1_000);
    const ticker = this.#clock.every(TICK_MS, () => {
      const now = this.#clock.monotonic();
      for (; due < total && start + (due * 1_000) / perSecond <= now; due += 1)
        this.#ask(start + (due * 1_000) / perSecond);
    });
    while (this.#times.length < total && this.#clock.monotonic() - start < forMs + PATIENCE_MS)
      await this.#clock.sleep(ms(10));
    ticker.cancel();
    for (const { socket } of this.#lines) socket.resetAndDestroy();
    const sorted = this.#times.sort((a, b) => a - b);
    return {
      p50: quantile(sorted, 0.5),
      p99: quantile(sorted, 0.99),
      worst: quantile(sorted, 1),
      answered: sorted.length,
      missing: total - sorted.length,
    };
  }

  #ask(due: number): void {
    const line = this.#idle.pop();
    if (!line) return void this.#waiting.push(due);
    const { requests } = this.#what;
    line.due = due;
    line.reader.expect();
    line.socket.write(requests[this.#sent++ % requests.length] as Buffer);
  }

  #read(line: Line, bytes: Buffer): void {
    line.reader.feed(bytes);
    if (!line.reader.complete || line.due === null) return;
    if (line.reader.status === 200) this.#times.push(this.#clock.monotonic() - line.due);
    line.due = null;
    this.#idle.push(line);
    const waiting = this.#waiting.shift();
    if (waiting !== undefined) this.#ask(waiting);
  }
}
