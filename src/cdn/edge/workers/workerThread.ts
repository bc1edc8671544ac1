// One worker thread, seen from the main thread: started, asked, told to end, and seen to have gone.
import { Worker } from "node:worker_threads";
import { ms, type MonoMs, sentenceOf } from "#base";
import type { Clock } from "#base/clock";
import type { Log } from "#base/log";
import type { Release } from "../cues/releases.ts";
import { edgeErrors } from "../errors.ts";
import type { Shows } from "../gate.ts";
import type { Figures } from "../show.ts";
import { nothing } from "./hostFigures.ts";
import { WORKER_CLOSE_MS, WORKER_START_MS } from "./limits.ts";
import type { TierAnswer, TierAsk, WorkerNews, WorkerOrder, WorkerStart } from "./messages.ts";
import { TierPort, type TierPortParts } from "./tierPort.ts";

/** What a worker thread stands on. */
export interface WorkerThreadParts extends Pick<TierPortParts, "edge" | "handle" | "stored"> {
  readonly start: WorkerStart;
  readonly saw: (session: string, at: MonoMs) => void;
  readonly shows: Shows;
  /** It ended without having been told to. */
  readonly lost: (thread: WorkerThread, why: string) => void;
  readonly clock: Clock;
  readonly log: Log;
}

export class WorkerThread {
  /** Resolves when it accepts connections; rejects with `edge/did-not-start`. */
  readonly ready: Promise<{ url: string }>;
  readonly #parts: WorkerThreadParts;
  readonly #worker: Worker;
  readonly #port: TierPort;
  readonly #gone: Promise<void>;
  #figures: Figures = nothing;
  #waiting: (() => void)[] = [];
  #drained: (() => void) | null = null;
  #trouble = "";
  #told = false;
  #alive = true;

  constructor(parts: WorkerThreadParts) {
    const { edge, clock, handle, stored } = parts;
    this.#parts = parts;
    this.#worker = new Worker(new URL("./workerMain.ts", import.meta.url), {
      workerData: parts.start,
    });
    this.#port = new TierPort({
      ...{ edge, clock, handle, stored },
      post: (message) => this.#post(message),
      hangs: () => this.#end("it takes nothing"),
    });
    this.#worker.on("error", (failure) => (this.#trouble = sentenceOf(failure)));
    this.#gone = new Promise((resolve) => {
      this.#worker.once("exit", (code) => {
        this.#ended(code);
        resolve();
      });
    });
    this.ready = this.#becomesReady();
    this.ready.catch(() => undefined);
  }

  /** The last that it told. */
  get figures(): Figures {
    return this.#figures;
  }

  get alive(): boolean {
    return this.#alive;
  }

  /** Asks for the figures of now; resolves when they are told, or the thread has gone. */
  refresh(): Promise<void> {
    if (!this.#alive) return Promise.resolve();
    return new Promise((resolve) => {
      this.#waiting.push(resolve);
      if (this.#waiting.length === 1) this.#post({ kind: "tellFigures" });
    });
  }

  /** What the director says of cohorts. */
  release(releases: readonly Release[]): void {
    this.#post({ kind: "releases", releases });
  }

  /** About what the host tier keeps. */
  tell(message: Extract<TierAnswer, { kind: "dropped" | "invalid" }>): void {
    this.#post(message);
  }

  /** Accepts no more. Resolves when what was under way has ended, or the thread. */
  async drain(times: { limitMs: number; idleMs: number }): Promise<void> {
    if (!this.#alive) return;
    const drained = new Promise<void>((resolve) => (this.#drained = resolve));
    this.#post({ kind: "drain", ...times });
    await Promise.race([drained, this.#gone]);
  }

  async close(): Promise<void> {
    this.#told = true;
    this.#post({ kind: "close" });
    const limit = this.#parts.clock.after(ms(WORKER_CLOSE_MS), () => void this.#worker.terminate());
    await this.#gone;
    limit.cancel();
  }

  #becomesReady(): Promise<{ url: string }> {
    return new Promise((resolve, reject) => {
      const refuse = (why: string): void => reject(edgeErrors.make("did-not-start", { why }));
      const limit = this.#parts.clock.after(ms(WORKER_START_MS), () =>
        this.#end("a thread did not listen in time"),
      );
      this.#worker.on("message", (message: TierAsk | WorkerNews) => {
        if (message.kind === "ready") resolve(message);
        if (message.kind === "failed") this.#end(message.why);
        if (message.kind === "ready" || message.kind === "failed") limit.cancel();
        else this.#heard(message);
      });
      void this.#gone.then(() => (limit.cancel(), refuse(this.#trouble || "a thread ended")));
    });
  }

  #heard(message: Exclude<TierAsk | WorkerNews, { kind: "ready" | "failed" }>): void {
    switch (message.kind) {
      case "figures":
        return this.#hearFigures(message);
      case "show":
        void this.#show(message);
        return;
      case "drained":
        return this.#drained?.();
      default:
        return this.#port.heard(message);
    }
  }

  #hearFigures({ figures, sessions }: Extract<WorkerNews, { kind: "figures" }>): void {
    this.#figures = figures;
    const now = this.#parts.clock.monotonic();
    for (const session of sessions) this.#parts.saw(session, now);
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const resolve of waiting) resolve();
  }

  async #show({ id, what }: Extract<WorkerNews, { kind: "show" }>): Promise<void> {
    this.#post({ kind: "shown", id, shown: await this.#parts.shows[what]() });
  }

  #post(message: TierAnswer | WorkerOrder): void {
    if (this.#alive) this.#worker.postMessage(message, []);
  }

  #end(why: string): void {
    this.#trouble = why;
    void this.#worker.terminate();
  }

  #ended(code: number): void {
    this.#alive = false;
    this.#port.lose();
    // What is open now is closed; what was counted stays counted.
    const { server } = this.#figures;
    this.#figures = {
      ...this.#figures,
      waiters: 0,
      server: server && { ...server, connections: 0 },
    };
    for (const resolve of this.#waiting) resolve();
    this.#waiting = [];
    if (!this.#told) this.#parts.lost(this, this.#trouble || `it ended with status ${code}`);
  }
}
