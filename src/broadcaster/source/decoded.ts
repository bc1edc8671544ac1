// A source outside of this process: a supervised ffmpeg decodes it, the synchroniser puts it on the grid, and while it
// gives nothing the slate is shown. It owns the retry of the source.
import { type Closable, ms, sentenceOf } from "#base";
import type { Clock, Timer } from "#base/clock";
import type { Log } from "#base/log";
import { Child } from "../child.ts";
import { broadcasterErrors } from "../errors.ts";
import type { Ladder } from "../ladder.ts";
import {
  SOURCE_RETRY_LIMIT_MS,
  SOURCE_RETRY_MS,
  SOURCE_SILENCE_LIMIT_MS,
  SOURCE_STALL_LIMIT_MS,
} from "../limits.ts";
import { Slate } from "../testsignal/slate.ts";
import type { Frame, FramePool } from "../timing/frames.ts";
import { Synchroniser } from "../timing/synchroniser.ts";
import type { Tick } from "../timing/ticker.ts";
import { PictureAssembler, SoundAssembler } from "./assembler.ts";
import { decoderArguments, type PictureShape } from "./decoder.ts";
import { complaintOf, conversionOf, NO_SOUND, readFacts, type SourceFacts } from "./facts.ts";
import { type Input, shownInput } from "./input.ts";
import type { Source, SourceStatus } from "./source.ts";

/** What a decoded source needs. */
export interface DecodedOptions {
  readonly input: Exclude<Input, { kind: "test" }>;
  readonly ladder: Ladder;
  /** The ffmpeg to run. */
  readonly command: string;
}

export class DecodedSource implements Source, Closable {
  readonly #options: DecodedOptions;
  readonly #shape: PictureShape;
  readonly #shown: string;
  readonly #clock: Clock;
  readonly #log: Log;
  readonly #pool: FramePool;
  readonly #slate: Slate;
  readonly #sync: Synchroniser<Frame>;
  readonly #pictures: PictureAssembler;
  #child: Child | null = null;
  #facts: SourceFacts = { pictures: null, sound: null };
  #retry: Timer | null = null;
  #failures = 0;
  #retries = 0;
  #slated = 0;
  #openedAt = 0;
  #pictureAt = -Infinity;
  #why: string;
  #complaint: string | null = null;
  #closed = false;

  constructor(options: DecodedOptions, context: { clock: Clock; log: Log; pool: FramePool }) {
    this.#options = options;
    this.#shape = { ...options.ladder.rungs[0], fps: options.ladder.fps };
    this.#shown = shownInput(options.input);
    this.#clock = context.clock;
    this.#log = context.log;
    this.#pool = context.pool;
    this.#why = `waiting for the first picture of ${this.#shown}`;
    this.#slate = new Slate(this.#shape.width, this.#shape.height);
    this.#sync = new Synchroniser(options.ladder.fps);
    this.#pictures = new PictureAssembler(context.pool, (frame) => this.#arrived(frame));
    this.#open();
  }

  picture(tick: Tick): Frame | null {
    if (this.#live) {
      const frame = this.#sync.picture(tick.frame);
      if (frame) return frame.retain();
    }
    if (tick.late) return null;
    this.#watch();
    this.#slated++;
    const frame = this.#pool.take();
    const words = { title: "No signal", detail: this.#shown };
    if (frame) this.#slate.paint(frame, words, { instant: tick.instant, made: this.#clock.utc() });
    return frame;
  }

  sound(out: Int16Array, first: number): void {
    if (this.#live) this.#sync.sound(out, first);
    else out.fill(0);
  }

  get status(): SourceStatus {
    return {
      input: this.#shown,
      state: this.#live ? "live" : "connecting",
      why: this.#live ? null : this.#reason,
      captureIs: "arrival",
      pictures: this.#facts.pictures,
      sound: this.#facts.pictures === null ? null : (this.#facts.sound ?? NO_SOUND),
      conversion: conversionOf(this.#facts, this.#shape),
      counters: { ...this.#sync.counters, slate: this.#slated, retries: this.#retries },
    };
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#retry?.cancel();
    await this.#child?.close();
    this.#pictures.reset();
    this.#sync.reset();
  }

  get #live(): boolean {
    return this.#clock.monotonic() - this.#pictureAt < SOURCE_SILENCE_LIMIT_MS;
  }

  /** Why there is no picture: the last end of the decoder, or that it has been silent since. */
  get #reason(): string {
    if (this.#child === null || this.#pictureAt < this.#openedAt) return this.#why;
    const seconds = Math.floor((this.#clock.monotonic() - this.#pictureAt) / 1000);
    return sentenceOf(broadcasterErrors.make("source-stalled", { input: this.#shown, seconds }));
  }

  #open(): void {
    this.#sync.reset();
    this.#pictures.reset();
    this.#facts = { pictures: null, sound: null };
    this.#complaint = null;
    this.#openedAt = this.#clock.monotonic();
    const sound = new SoundAssembler((samples) => this.#sync.pushSound(samples));
    const child: Child = new Child(
      {
        command: this.#options.command,
        args: decoderArguments(this.#options.input, this.#shape),
        outputs: 2,
        onLine: (line) => this.#hear(line),
        onEnd: (how) => this.#ended(how, child),
      },
      this.#clock,
    );
    this.#child = child;
    child.output(0).on("data", (bytes: Buffer) => this.#pictures.push(bytes));
    child.output(1).on("data", (bytes: Buffer) => sound.push(bytes));
  }

  #hear(line: string): void {
    readFacts(this.#facts, line);
    const complaint = complaintOf(line);
    if (complaint !== null) this.#complaint = this.#hidden(complaint);
  }

  #arrived(frame: Frame | null): void {
    if (!this.#live) {
      this.#log.info({ input: this.#shown, pictures: this.#facts.pictures }, "source is live");
      // By now ffmpeg has listed all streams: what it has not named is not there.
      this.#sync.hasSound = this.#facts.sound !== null;
      this.#failures = 0;
    }
    this.#pictureAt = this.#clock.monotonic();
    if (frame) this.#sync.pushPicture(frame);
    else this.#sync.skipPicture();
  }

  /** Ends a decoder that runs and gives nothing: ffmpeg's own time-outs should have done so. */
  #watch(): void {
    const since = Math.max(this.#openedAt, this.#pictureAt);
    if (!this.#child || this.#clock.monotonic() - since < SOURCE_STALL_LIMIT_MS) return;
    const seconds = SOURCE_STALL_LIMIT_MS / 1000;
    this.#why = sentenceOf(
      broadcasterErrors.make("source-stalled", { input: this.#shown, seconds }),
    );
    this.#openedAt = this.#clock.monotonic();
    this.#child.kill();
  }

  #ended(how: string, child: Child): void {
    this.#child = null;
    if (this.#closed) return;
    const said =
      this.#complaint ??
      (how === "exit status 0" ? "the sender ended it" : this.#hidden(child.lastWords));
    const why = `${said} (${how})`;
    this.#why = sentenceOf(broadcasterErrors.make("source-lost", { input: this.#shown, why }));
    const wait = Math.min(
      SOURCE_RETRY_LIMIT_MS,
      SOURCE_RETRY_MS * 2 ** Math.min(8, this.#failures),
    );
    this.#failures++;
    this.#retries++;
    this.#log.warn({ input: this.#shown, why, retryMs: wait }, "source is lost");
    this.#retry = this.#clock.after(ms(wait), () => this.#open());
  }

  /** The decoder names its input in full; people see it without its parameters. */
  #hidden(words: string): string {
    return words.replaceAll(/(?:srt|udp|rtmp):\/\/[^\s'"]+/g, this.#shown);
  }
}
