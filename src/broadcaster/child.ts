// A child process under supervision: its last words are kept, its end is told once, and nothing of it is left behind.
import { type ChildProcess, spawn } from "node:child_process";
import type { Readable, Writable } from "node:stream";
import { type Closable, ms, sentenceOf } from "#base";
import type { Clock } from "#base/clock";
import { CHILD_END_MS, STDERR_LINE_LENGTH, STDERR_LINES } from "./limits.ts";

/** How a child is started. */
export interface ChildOptions {
  readonly command: string;
  readonly args: readonly string[];
  /** Pipes out of the child beside standard error: file descriptors 3, 4, … */
  readonly outputs: number;
  /** Told of every line on standard error. */
  readonly onLine?: (line: string) => void;
  /** Told once, when the process has ended or could not be started. */
  readonly onEnd: (how: string) => void;
}

/**
 * A running child. It reads standard input, so that it ends by itself when this process dies without a word: input ends,
 * or its outputs break.
 */
export class Child implements Closable {
  readonly #process: ChildProcess;
  readonly #clock: Clock;
  readonly #tail: string[] = [];
  readonly #ended: Promise<void>;
  #gone = false;

  constructor(options: ChildOptions, clock: Clock) {
    this.#clock = clock;
    const pipes = Array.from({ length: options.outputs }, () => "pipe" as const);
    this.#process = spawn(options.command, options.args, {
      stdio: ["pipe", "ignore", "pipe", ...pipes],
    });
    this.#ended = new Promise((resolve) => {
      const end = (how: string): void => {
        if (this.#gone) return;
        this.#gone = true;
        resolve();
        options.onEnd(how);
      };
      this.#process.once("error", (failure) => end(sentenceOf(failure)));
      // "close" rather than "exit": what it said last has been read by then.
      this.#process.once("close", (code, signal) => end(signal ?? `exit status ${code}`));
    });
    this.#listen(options.onLine);
    // A pipe to a dead process breaks; the end of the process is what is told.
    for (const stream of this.#process.stdio) stream?.on("error", () => undefined);
  }

  get pid(): number | null {
    return this.#process.pid ?? null;
  }

  /** Its last lines on standard error, as one line. */
  get lastWords(): string {
    return this.#tail.join(" / ") || "it said nothing";
  }

  get input(): Writable {
    return this.#process.stdin as Writable;
  }

  output(index: number): Readable {
    return this.#process.stdio[3 + index] as Readable;
  }

  /** Ends it at once; also one that is stopped. */
  kill(): void {
    if (!this.#gone) this.#process.kill("SIGKILL");
  }

  /** Lets it end by itself, then kills it. */
  async close(): Promise<void> {
    if (!this.#gone) {
      this.input.end();
      this.#process.kill("SIGTERM");
      const timer = this.#clock.after(ms(CHILD_END_MS), () => this.kill());
      await this.#ended;
      timer.cancel();
    }
  }

  #listen(onLine: ((line: string) => void) | undefined): void {
    let rest = "";
    this.#process.stderr?.setEncoding("utf8").on("data", (text: string) => {
      const lines = (rest + text).split(/[\r\n]+/);
      rest = (lines.pop() ?? "").slice(-STDERR_LINE_LENGTH);
      for (const line of lines) {
        const kept = line.trim().slice(0, STDERR_LINE_LENGTH);
        if (kept === "") continue;
        this.#tail.push(kept);
        if (this.#tail.length > STDERR_LINES) this.#tail.shift();
        onLine?.(kept);
      }
    });
  }
}
