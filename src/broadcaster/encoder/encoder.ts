// An encoder that is always there: when its process dies, freezes or falls behind, the next one begins on the next
// segment boundary. It owns this retry alone.
import { type Closable, sentenceOf } from "#base";
import type { Clock } from "#base/clock";
import type { Log } from "#base/log";
import {
  ENCODER_LEAD_MS,
  ENCODER_RETRY_LIMIT_MS,
  ENCODER_RETRY_MS,
  HEALTHY_AFTER_MS,
  PREROLL_LIMIT_MS,
} from "../limits.ts";
import { EncoderRun, type EncoderSpec, type Plan, type RunListener } from "./run.ts";

/** `waiting`: between two processes. `starting`: running up to its boundary. `running`: its media counts. */
type EncoderState = "waiting" | "starting" | "running";

/** What `/status` shows of an encoder. */
export interface EncoderStatus {
  readonly name: string;
  readonly state: EncoderState;
  readonly pid: number | null;
  /** Processes that were replaced since the start. */
  readonly restarts: number;
  /** Media that went in and has not come out, ms. */
  readonly behindMs: number;
  /** Why the last process was replaced. */
  readonly lastError: string | null;
}

/** Told of media; the end of a process is this room's own affair. */
export type EncoderListener = Omit<RunListener, "ended">;

export class Encoder implements Closable {
  readonly #spec: EncoderSpec;
  readonly #listener: EncoderListener;
  readonly #clock: Clock;
  readonly #log: Log;
  #run: EncoderRun | null = null;
  #restarts = 0;
  #failures = 0;
  #notBefore: number;
  #lastError: string | null = null;
  #closed = false;

  constructor(spec: EncoderSpec, listener: EncoderListener, context: { clock: Clock; log: Log }) {
    this.#spec = spec;
    this.#listener = listener;
    this.#clock = context.clock;
    this.#log = context.log;
    this.#notBefore = context.clock.monotonic();
  }

  /** The first unit that the present process gives; null between two processes. */
  get givesFrom(): number | null {
    return this.#run?.plan.boundary ?? null;
  }

  /** Media of the process at work that went in and has not come out, ms; 0 while it starts. */
  get behindMs(): number {
    return this.#run?.delivering ? this.#run.behind * this.#spec.unitMs : 0;
  }

  get status(): EncoderStatus {
    const run = this.#run;
    return {
      name: this.#spec.name,
      state: run === null ? "waiting" : run.delivering ? "running" : "starting",
      pid: run?.pid ?? null,
      restarts: this.#restarts,
      behindMs: Math.round((run?.behind ?? 0) * this.#spec.unitMs),
      lastError: this.#lastError,
    };
  }

  /**
   * Takes the unit `index`; units come in order, without a hole. `release` is called once the bytes are not needed any
   * more. Starts a process when there is none and it is time.
   */
  feed(index: number, bytes: Uint8Array, release: () => void): void {
    if (!this.#run && !this.#closed && this.#clock.monotonic() >= this.#notBefore)
      this.#start(index);
    const run = this.#run;
    if (run && index >= run.plan.first) run.feed(bytes, release);
    else release();
  }

  /** Replaces the process, such as when the clock has jumped. */
  restart(reason: Error): void {
    this.#run?.abort(reason);
  }

  async close(): Promise<void> {
    this.#closed = true;
    const run = this.#run;
    this.#run = null;
    await run?.close();
  }

  #start(index: number): void {
    const plan = planFrom(this.#spec, index);
    const listener = { ...this.#listenerOf(), ended: (reason: Error) => this.#ended(reason) };
    this.#run = new EncoderRun(this.#spec, plan, { clock: this.#clock, listener });
    this.#log.info(
      { encoder: this.#spec.name, pid: this.#run.pid, boundary: plan.boundary },
      "encoder started",
    );
  }

  #listenerOf(): EncoderListener {
    return {
      config: (track, bytes) => this.#listener.config(track, bytes),
      sample: (track, sample) => this.#listener.sample(track, sample),
    };
  }

  #ended(reason: Error): void {
    const healthy = (this.#run?.ageMs ?? 0) > HEALTHY_AFTER_MS;
    this.#run = null;
    if (this.#closed) return;
    this.#restarts++;
    this.#failures = healthy ? 0 : this.#failures + 1;
    this.#lastError = sentenceOf(reason);
    // The first replacement comes at once; one that dies young again and again is waited for, longer each time.
    const wait = this.#failures < 2 ? 0 : ENCODER_RETRY_MS * 2 ** Math.min(8, this.#failures - 2);
    this.#notBefore = this.#clock.monotonic() + Math.min(wait, ENCODER_RETRY_LIMIT_MS);
    this.#log.warn(
      { encoder: this.#spec.name, reason: this.#lastError, waitMs: wait },
      "encoder is replaced",
    );
  }
}

/** The plan of a process started when unit `index` is due: it counts from the next segment that it can reach warm. */
export function planFrom(
  spec: Pick<EncoderSpec, "unitMs" | "unitsPerSegment" | "from">,
  index: number,
): Plan {
  const lead = Math.ceil(ENCODER_LEAD_MS / spec.unitMs);
  const next = Math.ceil((index + lead) / spec.unitsPerSegment) * spec.unitsPerSegment;
  const boundary = Math.max(next, spec.from);
  const preroll = Math.floor(PREROLL_LIMIT_MS / spec.unitMs);
  return { first: Math.max(index, boundary - preroll), boundary };
}
