// A process of the crowd, as its parent sees it.
import { type ChildProcess, fork } from "node:child_process";
import { ms, type UtcMs } from "#base";
import type { Clock } from "#base/clock";
import { COMPILE_CACHE } from "#base/compileCache";
import { PROCESS_START_LIMIT_MS } from "../limits.ts";
import type { CrowdSettings } from "../settings.ts";
import type { FromProcess, Share, Told, ToProcess } from "./messages.ts";

export interface CrowdProcessOptions {
  /** The file that it runs. */
  readonly program: string;
  readonly settings: CrowdSettings;
  readonly share: Share;
}

export class CrowdProcess {
  readonly share: Share;
  /** How it died before its time, or null when it said its last; never rejects. */
  readonly gone: Promise<string | null>;
  readonly #options: CrowdProcessOptions;
  readonly #clock: Clock;
  #child: ChildProcess | null = null;
  #take: (told: Told) => void = () => undefined;
  #settle: (died: string | null) => void = () => undefined;
  #over = false;
  #stopping = false;

  constructor(options: CrowdProcessOptions, context: { clock: Clock }) {
    this.share = options.share;
    this.#options = options;
    this.#clock = context.clock;
    this.gone = new Promise((resolve) => (this.#settle = resolve));
  }

  get pid(): number {
    return this.#child?.pid ?? 0;
  }

  /** Starts it; resolves once it has made its plan. Rejects when it dies or takes too long. */
  start(): Promise<void> {
    const { program, settings, share } = this.#options;
    const child = fork(program, {
      stdio: ["ignore", "inherit", "inherit", "ipc"],
      env: { ...process.env, NODE_COMPILE_CACHE: COMPILE_CACHE },
    });
    this.#child = child;
    child.once("exit", (code, signal) => this.#settle(this.#over ? null : deathOf(code, signal)));
    return new Promise((resolve, reject) => {
      const limit = this.#clock.after(ms(PROCESS_START_LIMIT_MS), () =>
        reject(new Error(`not ready within ${PROCESS_START_LIMIT_MS / 1_000} s`)),
      );
      const failed = (why: string): void => (limit.cancel(), reject(new Error(why)));
      child.once("error", (failure) => (failed(failure.message), this.#settle(failure.message)));
      void this.gone.then((died) => failed(died ?? "it ended at once"));
      child.on("message", (message: FromProcess) => {
        if ("ready" in message) resolve(limit.cancel());
        else if ("failed" in message) failed(message.failed);
        else if ("told" in message) this.#take(message.told);
        else this.#finish();
      });
      this.#send({ prepare: { settings, share } });
    });
  }

  /** All viewers' time begins at `at`; what is told goes to `take`. */
  begin(at: UtcMs, take: (told: Told) => void): void {
    this.#take = take;
    this.#send({ begin: { at } });
  }

  /** Has it stop its viewers and end; kills it when it has not ended after `limitMs`. Idempotent. */
  async stop(limitMs: number): Promise<void> {
    if (this.#child === null) return;
    if (!this.#stopping) {
      this.#stopping = true;
      this.#send({ stop: true });
    }
    const limit = this.#clock.after(ms(limitMs), () => this.#child?.kill("SIGKILL"));
    await this.gone;
    limit.cancel();
  }

  /** It has told everything: without its parent's channel it ends by itself. */
  #finish(): void {
    this.#over = true;
    if (this.#child?.connected) this.#child.disconnect();
  }

  #send(message: ToProcess): void {
    // A process that died meanwhile is told of by its exit.
    if (this.#child?.connected) this.#child.send(message, () => undefined);
  }
}

const deathOf = (code: number | null, signal: NodeJS.Signals | null): string =>
  signal === null ? `it ended with status ${code ?? "unknown"}` : `it was ended by ${signal}`;
