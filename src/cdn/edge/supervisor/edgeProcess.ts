// One edge process on held sockets: started, told to drain, and seen to end.
import { type ChildProcess, spawn } from "node:child_process";
import { ms, type MonoMs } from "#base";
import type { Clock } from "#base/clock";
import { edgeErrors } from "../errors.ts";
import { LEAVE_GRACE_MS, START_LIMIT_MS } from "./limits.ts";
import {
  type ChildMessage,
  type DrainKind,
  type DrainMessage,
  SOCKETS_VARIABLE,
} from "./messages.ts";

/** How an edge process is started. */
export interface EdgeCommand {
  /** Program and arguments. */
  readonly words: readonly [string, ...string[]];
  /** Variables beside the supervisor's own. */
  readonly env?: Readonly<Record<string, string>>;
}

/** What a process tells its supervisor. */
export interface EdgeProcessListener {
  /** It wants a successor, and goes on meanwhile. */
  wantsRoll(why: string): void;
  /** It has gone; `how` is a signal's name or `status N`. */
  ended(how: string): void;
}

export class EdgeProcess {
  /** Resolves when it accepts connections; rejects with `edge/did-not-start`. */
  readonly ready: Promise<{ url: string }>;
  /** Resolves when the process has gone. */
  readonly gone: Promise<void>;
  readonly #child: ChildProcess;
  readonly #clock: Clock;
  #readyAt: MonoMs | null = null;

  constructor(
    command: EdgeCommand,
    parts: { fds: readonly number[]; clock: Clock; listener: EdgeProcessListener },
  ) {
    const [program, ...words] = command.words;
    this.#clock = parts.clock;
    this.#child = spawn(program, words, {
      stdio: ["ignore", "inherit", "inherit", ...parts.fds, "ipc"],
      // A session of its own: Ctrl-C reaches the supervisor alone, which drains it.
      detached: true,
      env: { ...process.env, ...command.env, [SOCKETS_VARIABLE]: String(parts.fds.length) },
    });
    this.gone = new Promise((resolve) => {
      this.#child.once("exit", () => resolve());
      // A program that cannot be started has no exit.
      this.#child.once("error", () => this.#child.pid === undefined && resolve());
    });
    this.ready = this.#becomesReady(parts.listener);
    this.ready.catch(() => undefined);
  }

  get pid(): number | undefined {
    return this.#child.pid;
  }

  /** Milliseconds since it was ready; 0 when it never was. */
  servedMs(now: MonoMs): number {
    return this.#readyAt === null ? 0 : now - this.#readyAt;
  }

  #becomesReady(listener: EdgeProcessListener): Promise<{ url: string }> {
    const child = this.#child;
    return new Promise((resolve, reject) => {
      let trouble = "";
      const refuse = (why: string): void =>
        reject(edgeErrors.make("did-not-start", { why: trouble || why }));
      const limit = this.#clock.after(ms(START_LIMIT_MS), () => {
        trouble = `it did not listen within ${START_LIMIT_MS / 1_000} s`;
        this.kill();
      });
      child.once("error", (failure) => (limit.cancel(), refuse(failure.message)));
      child.once("exit", (code, signal) => {
        limit.cancel();
        const how = signal ?? `status ${code}`;
        refuse(`it ended with ${how}`);
        listener.ended(trouble || how);
      });
      child.on("message", (message: ChildMessage) => {
        if ("failed" in message) trouble = message.failed.why;
        else if ("roll" in message) listener.wantsRoll(message.roll.why);
        else {
          limit.cancel();
          this.#readyAt = this.#clock.monotonic();
          resolve(message.ready);
        }
      });
    });
  }

  /** Tells it to finish and end; kills it when it does not. Resolves when it has gone. */
  async leave(kind: DrainKind, limitMs: number): Promise<void> {
    const order: DrainMessage = { drain: { kind, limitMs } };
    // Not told: the channel is broken, and its end says the same.
    if (this.#child.connected) this.#child.send(order, () => undefined);
    const limit = this.#clock.after(ms(limitMs + LEAVE_GRACE_MS), () => this.kill());
    await this.gone;
    limit.cancel();
  }

  kill(): void {
    this.#child.kill("SIGKILL");
  }
}
