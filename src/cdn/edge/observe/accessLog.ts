// One request of so many, as a line in a file. The data path hands a line over and goes on; a full queue drops and counts.
import { createWriteStream, type WriteStream } from "node:fs";
import { type Closable, isoTime, ms, sentenceOf } from "#base";
import type { Clock, Timer } from "#base/clock";
import type { Log } from "#base/log";
import type { HttpReply, HttpRequest } from "#http";
import { LOG_FLUSH_MS, LOG_LINES, LOG_TARGET_LENGTH } from "../limits.ts";
import { LoggedReply } from "./loggedReply.ts";

/** What is logged, and how much of it. */
export interface AccessLogOptions {
  /** Appended to; made when it is not there. */
  readonly file: string;
  /** One of so many requests; 1: all. */
  readonly every: number;
}

/** Takes requests; writes JSON lines each {@link LOG_FLUSH_MS}. */
export class AccessLog implements Closable {
  readonly counters = { logged: 0, dropped: 0, failed: 0 };
  readonly #every: number;
  readonly #clock: Clock;
  readonly #log: Log;
  readonly #file: WriteStream;
  readonly #flusher: Timer;
  #lines: string[] = [];
  #count = 0;
  #watched = 0;
  #writing = false;
  #closing: Promise<void> | null = null;

  constructor(options: AccessLogOptions, context: { clock: Clock; log: Log }) {
    this.#every = Math.max(1, Math.floor(options.every));
    this.#clock = context.clock;
    this.#log = context.log;
    this.#file = createWriteStream(options.file, { flags: "a" });
    this.#file.on("error", (failure) => this.#failed(options.file, failure));
    this.#flusher = this.#clock.every(ms(LOG_FLUSH_MS), () => this.#flush());
  }

  /** Answers under way that will be logged. */
  get watched(): number {
    return this.#watched;
  }

  /** The reply to answer `request` with: `reply` itself, or, for one request of so many, one that notes its end. */
  watch(request: HttpRequest, reply: HttpReply): HttpReply {
    this.#count++;
    if (this.#count < this.#every) return reply;
    this.#count = 0;
    const at = this.#clock.utc();
    this.#watched++;
    return new LoggedReply(reply, (answer) => {
      this.#watched--;
      this.#add({
        at: isoTime(at),
        peer: request.remoteAddress,
        method: request.method,
        target: request.target.slice(0, LOG_TARGET_LENGTH),
        ...answer,
        ...(request.method === "HEAD" ? { bytes: 0 } : {}),
        ms: Math.round((this.#clock.monotonic() - request.receivedAt) * 10) / 10,
      });
    });
  }

  #add(entry: Readonly<Record<string, string | number | boolean | null>>): void {
    if (this.#lines.length >= LOG_LINES) {
      this.counters.dropped++;
      return;
    }
    this.#lines.push(JSON.stringify(entry));
  }

  #flush(): void {
    if (this.#writing || this.#lines.length === 0 || this.#file.destroyed) return;
    const lines = this.#lines;
    this.#lines = [];
    this.#writing = true;
    this.#file.write(`${lines.join("\n")}\n`, (failure) => {
      this.#writing = false;
      if (failure) this.counters.dropped += lines.length;
      else this.counters.logged += lines.length;
    });
  }

  #failed(file: string, failure: Error): void {
    this.counters.failed++;
    this.#log.error(
      { file, why: sentenceOf(failure) },
      "the access log cannot be written; viewers are not touched by it",
    );
  }

  /** Writes what waits, and closes the file. */
  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  #close(): Promise<void> {
    this.#flusher.cancel();
    this.#writing = false;
    this.#flush();
    return new Promise((resolve) => {
      if (this.#file.destroyed) return resolve();
      this.#file.once("close", resolve);
      this.#file.end();
    });
  }
}
