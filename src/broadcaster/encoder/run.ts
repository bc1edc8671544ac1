// One life of an encoder process: media in, numbered samples out.
import type { Clock } from "#base/clock";
import { Child } from "../child.ts";
import { broadcasterErrors } from "../errors.ts";
import { BEHIND_LIMIT_MS, STALL_LIMIT_MS, START_LIMIT_MS } from "../limits.ts";
import { type FlvEvent, FlvReader } from "./flv.ts";

/** What an encoder is, whatever it encodes. A unit is what goes in and comes out one for one: a frame, an AAC frame. */
export interface EncoderSpec {
  /** What status and errors call it. */
  readonly name: "video" | "audio";
  readonly command: string;
  /** The arguments for a process that is fed `preroll` units before the boundary. */
  readonly args: (preroll: number) => string[];
  /** Outputs: one a rendition. */
  readonly tracks: number;
  readonly unitMs: number;
  readonly unitsPerSegment: number;
  /** No process counts from an earlier unit: all encoders of a channel begin with the same segment. */
  readonly from: number;
  /** Samples that come out before the first unit's own: 1 for AAC, whose transform overlaps. */
  readonly priming: number;
}

/** One compressed unit. */
export interface Sample {
  /** Number since the epoch: N of the frame, or of the AAC frame. */
  readonly index: number;
  readonly bytes: Buffer;
  readonly sync: boolean;
}

/** Told of everything that comes out from the boundary on. */
export interface RunListener {
  config(track: number, bytes: Buffer): void;
  sample(track: number, sample: Sample): void;
  /** Told once: the run is over, by itself or by a limit. */
  ended(reason: Error): void;
}

/** Which units a run eats and which it gives. */
export interface Plan {
  /** The first unit fed. */
  readonly first: number;
  /** The first unit that counts: a segment's first. */
  readonly boundary: number;
}

/** The longest step of the stall watch, ms: time in which this process was stopped itself is not held against the child. */
const WATCH_STEP_MS = 60;

export class EncoderRun {
  readonly plan: Plan;
  readonly #spec: EncoderSpec;
  readonly #listener: RunListener;
  readonly #clock: Clock;
  readonly #child: Child;
  readonly #given: number[];
  readonly #holding = new Set<() => void>();
  readonly #began: number;
  #fed = 0;
  #quietMs = 0;
  #watchedAt: number;
  #over = false;

  constructor(spec: EncoderSpec, plan: Plan, context: { clock: Clock; listener: RunListener }) {
    this.plan = plan;
    this.#spec = spec;
    this.#listener = context.listener;
    this.#clock = context.clock;
    this.#given = Array.from({ length: spec.tracks }, () => 0);
    this.#began = context.clock.monotonic();
    this.#watchedAt = this.#began;
    const args = spec.args(plan.boundary - plan.first);
    const onEnd = (how: string): void => this.#end(this.#death(how));
    const { command, tracks: outputs } = spec;
    this.#child = new Child({ command, args, outputs, onEnd }, context.clock);
    for (let track = 0; track < spec.tracks; track++) this.#listen(track);
  }

  get pid(): number | null {
    return this.#child.pid;
  }

  /** How long it has lived, ms. */
  get ageMs(): number {
    return this.#clock.monotonic() - this.#began;
  }

  /** Whether every rendition has come as far as the boundary. */
  get delivering(): boolean {
    return this.#given.every(
      (count) => this.plan.first - this.#spec.priming + count > this.plan.boundary,
    );
  }

  /** Units that went in and have not come out of every track. */
  get behind(): number {
    return Math.max(0, this.#fed - Math.min(...this.#given) + this.#spec.priming);
  }

  /** Hands over one unit; `release` is called once, when its bytes are no longer needed. */
  feed(bytes: Uint8Array, release: () => void): void {
    if (this.#over) return release();
    const done = (): void => {
      if (this.#holding.delete(done)) release();
    };
    this.#holding.add(done);
    this.#fed++;
    this.#child.input.write(bytes, done);
    this.#watch();
  }

  /** Kills the process and tells the listener why. */
  abort(reason: Error): void {
    this.#end(reason);
  }

  /** Lets the process end, telling nobody. */
  async close(): Promise<void> {
    this.#over = true;
    await this.#child.close();
    this.#releaseAll();
  }

  #listen(track: number): void {
    const reader = new FlvReader(this.#spec.name);
    this.#child.output(track).on("data", (bytes: Buffer) => {
      if (this.#over) return;
      this.#quietMs = 0;
      try {
        for (const event of reader.push(bytes)) this.#take(track, event);
      } catch (failure) {
        this.#end(failure as Error);
      }
    });
  }

  #take(track: number, event: FlvEvent): void {
    if (event.kind === "config") return this.#listener.config(track, event.bytes);
    const order = this.#given[track] as number;
    this.#given[track] = order + 1;
    // Half a unit of room: FLV rounds to whole milliseconds, and counts them in 32 bits.
    const off = Math.abs(event.timestampMs - ((order * this.#spec.unitMs) % 2 ** 32));
    if (off > this.#spec.unitMs / 2 && off < 2 ** 31) {
      const why = `sample ${order} says ${event.timestampMs} ms`;
      throw broadcasterErrors.make("encoder-garbled", { name: this.#spec.name, why });
    }
    const index = this.plan.first - this.#spec.priming + order;
    if (index < this.plan.boundary || this.#over) return;
    this.#listener.sample(track, { index, bytes: event.bytes, sync: event.sync });
  }

  /** A process that eats and gives nothing is frozen; one that falls ever farther behind is too slow. */
  #watch(): void {
    const now = this.#clock.monotonic();
    this.#quietMs += Math.min(WATCH_STEP_MS, now - this.#watchedAt);
    this.#watchedAt = now;
    const { name, unitMs } = this.#spec;
    const behindMs = this.behind * unitMs;
    const started = Math.min(...this.#given) > 0;
    if (behindMs > STALL_LIMIT_MS && this.#quietMs > (started ? STALL_LIMIT_MS : START_LIMIT_MS)) {
      this.#end(broadcasterErrors.make("encoder-stalled", { name, ms: Math.round(behindMs) }));
    } else if (started && this.delivering && behindMs > STALL_LIMIT_MS + BEHIND_LIMIT_MS) {
      this.#end(broadcasterErrors.make("encoder-behind", { name, ms: Math.round(behindMs) }));
    }
  }

  #death(how: string): Error {
    const { name, command } = this.#spec;
    if (how.includes("ENOENT"))
      return broadcasterErrors.make("ffmpeg-missing", { command, why: how });
    return broadcasterErrors.make("encoder-died", { name, how, tail: this.#child.lastWords });
  }

  #end(reason: Error): void {
    if (this.#over) return;
    this.#over = true;
    this.#child.kill();
    this.#releaseAll();
    this.#listener.ended(reason);
  }

  #releaseAll(): void {
    for (const done of this.#holding) done();
  }
}
