// Viewers at the gate: keep-alive connections that all ask at once, and the moment at which each has what it asked for.
import { connect, type Socket } from "node:net";
import { type MonoMs, type Ms, ms } from "#base";
import type { Clock } from "#base/clock";
import { AnswerReader } from "./answerReader.ts";

/** Where a server listens. */
export interface Address {
  readonly host: string;
  readonly port: number;
}

/** Connections that are being opened at once: less than any server's backlog. */
const OPENING_AT_ONCE = 200;
/** Viewers come from so many addresses (127.64.0.1 …), so that no cap per address is met. */
const SOURCE_ADDRESSES = 250;
/** Each of so many viewers has its bytes compared with the origin's. */
const COMPARED_EVERY = 50;
/** One for all: what was read is used up before the next read. */
const shared = Buffer.allocUnsafeSlow(256 * 1024);

interface Viewer {
  readonly socket: Socket;
  readonly reader: AnswerReader;
  /** When it had all that it waits for; 0: not yet. */
  at: number;
}

/** How long viewers waited, each its own time, in order of waiting. */
export interface Waits {
  readonly sorted: readonly number[];
  /** Viewers that had not got it at the time limit, or whose connection broke. */
  readonly missing: number;
}

/** Open connections to one server. */
export class Gate {
  readonly #viewers: Viewer[] = [];
  readonly #clock: Clock;
  /** Bytes of payload for which everybody waits; null: the answer's end. */
  #goal: number | null = null;
  #arrived = 0;
  #broken = 0;
  #allThere: (() => void) | null = null;

  private constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Opens `viewers` connections. Rejects when one is refused. */
  static async open(address: Address, viewers: number, clock: Clock): Promise<Gate> {
    const gate = new Gate(clock);
    let next = 0;
    const openSome = async (): Promise<void> => {
      while (next < viewers) await gate.#add(address, next++);
    };
    try {
      await Promise.all(Array.from({ length: OPENING_AT_ONCE }, openSome));
    } catch (failure) {
      gate.close();
      throw failure;
    }
    return gate;
  }

  get size(): number {
    return this.#viewers.length;
  }

  #add({ host, port }: Address, index: number): Promise<void> {
    return new Promise((resolve, reject) => {
      const reader = new AnswerReader();
      const socket: Socket = connect({
        host,
        port,
        localAddress: `127.64.0.${1 + (index % SOURCE_ADDRESSES)}`,
        noDelay: true,
        onread: {
          buffer: shared,
          callback: (length) => {
            this.#read(viewer, shared.subarray(0, length));
            return true;
          },
        },
      });
      const viewer: Viewer = { socket, reader, at: 0 };
      socket.once("connect", () => {
        this.#viewers.push(viewer);
        resolve();
      });
      socket.once("error", reject);
      socket.once("close", () => this.#gone(viewer));
    });
  }

  /** Every viewer sends its request; returns when all are handed to the kernel. */
  ask(requestOf: (viewer: number) => Buffer): void {
    for (let viewer = 0; viewer < this.size; viewer += 1) this.#ask(viewer, requestOf(viewer));
  }

  /** The same, spread evenly over `duration`: viewers do not ask in step. */
  async askOver(duration: Ms, requestOf: (viewer: number) => Buffer): Promise<void> {
    const start = this.#clock.monotonic();
    let viewer = 0;
    while (viewer < this.size) {
      const due = ((this.#clock.monotonic() - start) / duration) * this.size;
      for (; viewer < Math.min(due, this.size); viewer += 1) this.#ask(viewer, requestOf(viewer));
      await this.#clock.sleep(ms(1));
    }
  }

  #ask(index: number, request: Buffer): void {
    const viewer = this.#viewers[index];
    viewer?.reader.expect(index % COMPARED_EVERY === 0);
    if (viewer?.socket.destroyed === false) viewer.socket.write(request);
  }

  /**
   * From now on: calls `release`, and resolves when every viewer's payload has reached `goal` bytes (null: its answer is
   * complete), or `limit` is over. Times are counted from the moment before `release`.
   */
  async until(goal: number | null, limit: Ms, release: () => void): Promise<Waits> {
    this.#goal = goal;
    this.#arrived = 0;
    this.#broken = this.#viewers.filter(({ socket }) => socket.destroyed).length;
    for (const viewer of this.#viewers) viewer.at = 0;
    const there = new Promise<void>((resolve) => void (this.#allThere = resolve));
    const late = new AbortController();
    const start = this.#clock.monotonic();
    release();
    for (const viewer of this.#viewers) this.#look(viewer, start);
    await Promise.race([there, this.#clock.sleep(limit, late.signal)]);
    late.abort();
    this.#allThere = null;
    const times = this.#viewers.filter(({ at }) => at > 0).map(({ at }) => Math.max(0, at - start));
    return { sorted: times.sort((a, b) => a - b), missing: this.#viewers.length - times.length };
  }

  /** How many viewers have at least `payload` bytes of their answer. */
  have(payload: number): number {
    return this.#viewers.filter(({ reader }) => reader.payload >= payload).length;
  }

  /** Whether each compared viewer's answer is a 200 with these bytes. */
  gotExactly(body: Buffer): boolean {
    return this.#viewers.every(
      ({ reader }) =>
        reader.kept === null || (reader.status === 200 && Buffer.concat(reader.kept).equals(body)),
    );
  }

  /** Ends every connection by a reset, so that none of the ports stays taken. */
  close(): void {
    for (const { socket } of this.#viewers) socket.resetAndDestroy();
    this.#viewers.length = 0;
  }

  #read(viewer: Viewer, bytes: Buffer): void {
    try {
      viewer.reader.feed(bytes);
    } catch {
      viewer.socket.destroy();
      return;
    }
    if (this.#allThere) this.#look(viewer, this.#clock.monotonic());
  }

  #look(viewer: Viewer, now: MonoMs): void {
    if (viewer.at > 0 || !this.#reached(viewer.reader)) return;
    viewer.at = now;
    this.#count();
  }

  #reached(reader: AnswerReader): boolean {
    return this.#goal === null ? reader.complete : reader.payload >= this.#goal;
  }

  #gone(viewer: Viewer): void {
    if (viewer.at === 0 && this.#allThere) {
      this.#broken += 1;
      if (this.#arrived + this.#broken >= this.#viewers.length) this.#allThere();
    }
  }

  #count(): void {
    this.#arrived += 1;
    if (this.#arrived + this.#broken >= this.#viewers.length) this.#allThere?.();
  }
}

/** How long anything that a benchmark waits for may take before it counts as missing. */
export const PATIENCE_MS = ms(6_000);
