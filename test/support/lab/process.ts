// A program inside a station: its words are kept, it can be frozen and killed, and it ends with the lab.
import { type ChildProcess, spawn } from "node:child_process";
import { type Closable } from "#base";
import { systemClock } from "#base/clock";
import { ROLE_START_LIMIT_MS, STOP_LIMIT_MS, WORDS_LIMIT } from "./limits.ts";

export type ProcessState = "starting" | "running" | "frozen" | "ended";

export interface ProcessOptions {
  /** As plays and pictures call it. */
  readonly id: string;
  readonly station: string;
  readonly space: string;
  readonly words: readonly string[];
  /** Whether it speaks with its parent, as roles do. */
  readonly ipc: boolean;
  readonly env?: Readonly<Record<string, string>> | undefined;
}

/** A process group in a namespace. */
export class LabProcess implements Closable {
  readonly id: string;
  readonly station: string;
  state: ProcessState = "starting";
  /** How it ended; null while it has not. */
  ended: string | null = null;
  /** Where operators reach it; empty where it has no door. */
  door = "";
  /** Where the other parties reach it. */
  url = "";
  readonly #child: ChildProcess;
  readonly #gone: Promise<void>;
  #words: string[] = [];
  #told = false;

  constructor({ id, station, space, words, ipc, env }: ProcessOptions) {
    this.id = id;
    this.station = station;
    this.#child = spawn("ip", ["netns", "exec", space, ...words], {
      stdio: ["ignore", "pipe", "pipe", ...(ipc ? (["ipc"] as const) : [])],
      detached: true,
      env: { ...process.env, ...env },
    });
    for (const stream of [this.#child.stdout, this.#child.stderr])
      stream?.setEncoding("utf8").on("data", (text: string) => this.#hear(text));
    this.#gone = new Promise((resolve) => {
      const end = (how: string): void => {
        this.ended ??= how;
        this.state = "ended";
        resolve();
      };
      this.#child.once("error", (failure) => end(failure.message));
      this.#child.once("exit", (code, signal) => end(signal ?? `status ${code}`));
    });
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  /** Its last words. */
  get words(): readonly string[] {
    return this.#words;
  }

  /** Ended, and nobody asked it to. */
  get died(): boolean {
    return this.ended !== null && !this.#told;
  }

  /** Resolves when the process has ended. */
  get gone(): Promise<void> {
    return this.#gone;
  }

  /** Every message that it sends its parent. */
  onMessage(hear: (message: unknown) => void): void {
    this.#child.on("message", hear);
  }

  send(message: object): void {
    if (this.#child.connected) this.#child.send(message);
  }

  /** Resolves with the first message for which `found` has an answer. Rejects when it ends or takes too long. */
  first<Found>(found: (message: unknown) => Found | null): Promise<Found> {
    return new Promise((resolve, reject) => {
      const refuse = (why: string): void =>
        reject(new Error(`${this.id}: ${why}\n${this.#words.join("\n")}`));
      const limit = systemClock.after(ROLE_START_LIMIT_MS, () => refuse("said nothing in time"));
      void this.#gone.then(() => (limit.cancel(), refuse(`ended by ${this.ended}`)));
      this.onMessage((message) => {
        try {
          const answer = found(message);
          if (answer === null) return;
          limit.cancel();
          this.state = "running";
          resolve(answer);
        } catch (failure) {
          limit.cancel();
          refuse(failure instanceof Error ? failure.message : String(failure));
        }
      });
    });
  }

  /** At once, as a machine dies. Resolves when it is gone. */
  async kill(): Promise<void> {
    this.#told = true;
    this.#signal("SIGKILL");
    await this.#gone;
  }

  /** It runs no more, but its sockets stay open: a machine that hangs. */
  freeze(): void {
    this.#signal("SIGSTOP");
    this.state = "frozen";
  }

  thaw(): void {
    this.#signal("SIGCONT");
    this.state = "running";
  }

  /** Asks it to end, and kills it when it does not. */
  async close(): Promise<void> {
    this.#told = true;
    this.#signal("SIGTERM");
    this.#signal("SIGCONT");
    const limit = systemClock.after(STOP_LIMIT_MS, () => this.#signal("SIGKILL"));
    await this.#gone;
    limit.cancel();
  }

  #signal(signal: NodeJS.Signals): void {
    if (this.ended !== null || this.pid === 0) return;
    try {
      process.kill(-this.pid, signal);
    } catch {
      // Its group has ended by itself.
    }
  }

  #hear(text: string): void {
    const lines = text.split("\n").filter((line) => line !== "");
    this.#words = [...this.#words, ...lines].slice(-WORDS_LIMIT);
  }
}
