// One channel from its source to the origin: what the parts of this room say to one another.
import { type Closable, Scope, utcMs } from "#base";
import type { Clock } from "#base/clock";
import type { Log } from "#base/log";
import type { HttpClient } from "#http";
import {
  AAC_FRAME_SAMPLES,
  AUDIO_TIMESCALE,
  type Grid,
  segmentAt,
  standardGrid,
  VIDEO_TIMESCALE,
} from "#media/grid";
import type { HopReporter } from "#telemetry";
import { audioArguments, videoArguments } from "./encoder/arguments.ts";
import { Encoder, type EncoderListener } from "./encoder/encoder.ts";
import { broadcasterErrors } from "./errors.ts";
import type { Ladder } from "./ladder.ts";
import { CATCH_UP_LIMIT_MS, SHED_FRESH_EVERY, SHED_LIMIT_MS, START_LEAD_MS } from "./limits.ts";
import type { EncoderSpec } from "./encoder/run.ts";
import { CaptionTrack } from "./publish/captionTrack.ts";
import { Push } from "./publish/push.ts";
import { Track, type TrackShape } from "./publish/track.ts";
import type { Source } from "./source/source.ts";
import type { CaptionLanguage } from "./testsignal/captions.ts";
import { CHANNELS, SAMPLE_RATE } from "./testsignal/murmur.ts";
import type { Frame } from "./timing/frames.ts";
import { type Tick, Ticker } from "./timing/ticker.ts";

/** What a channel is made of. */
export interface ChannelOptions {
  readonly channel: string;
  readonly ladder: Ladder;
  /** x264's preset: slower ones look better at the same bit rate and cost processor time. */
  readonly preset: string;
  readonly ffmpeg: string;
  /** Where the origin takes media, such as `http://127.0.0.1:8083`. */
  readonly originUrl: string;
  /** What is spoken; empty for a source that says nothing we could read. */
  readonly captions: readonly CaptionLanguage[];
}

/** What a channel is given. */
export interface ChannelContext {
  readonly clock: Clock;
  readonly log: Log;
  readonly source: Source;
  readonly client: HttpClient;
  readonly hops: HopReporter;
}

/** A rendition with its way to the origin. */
export interface Rendition {
  readonly track: Track;
  readonly push: Push;
}

/** A language of text with its way to the origin. */
export interface TextRendition {
  readonly track: CaptionTrack;
  readonly push: Push;
}

/** Counted since the start. */
export interface ChannelCounters {
  /** Grid frames given to the video encoder. */
  frames: number;
  /** Those of them that repeated the picture before: this process was late, the encoder behind, or no memory free. */
  repeated: number;
  /** Times that the clock moved by more than could be made up. */
  jumps: number;
}

const AAC_FRAME_MS = (AAC_FRAME_SAMPLES * 1000) / SAMPLE_RATE;

export class Channel implements Closable {
  readonly counters: ChannelCounters = { frames: 0, repeated: 0, jumps: 0 };
  readonly renditions: readonly Rendition[];
  readonly texts: readonly TextRendition[];
  readonly video: Encoder;
  readonly audio: Encoder;
  readonly #context: ChannelContext;
  readonly #options: ChannelOptions;
  readonly #grid: Grid = standardGrid;
  readonly #pictures: readonly Track[];
  readonly #sound: Track;
  readonly #scope = new Scope();
  readonly #firstSegment: number;
  readonly #samples = new Int16Array(AAC_FRAME_SAMPLES * CHANNELS);
  #last: Frame | null = null;

  constructor(options: ChannelOptions, context: ChannelContext) {
    this.#options = options;
    this.#context = context;
    const soonest = utcMs(context.clock.utc() + START_LEAD_MS);
    this.#firstSegment = segmentAt(this.#grid, soonest) + 1;
    const rungs = options.ladder.rungs.map((rung) => this.#rendition(this.#videoShape(rung.name)));
    const sound = this.#rendition(this.#audioShape());
    this.renditions = [...rungs, sound];
    this.#pictures = rungs.map(({ track }) => track);
    this.#sound = sound.track;
    this.texts = options.captions.map((language) => this.#textRendition(language));
    this.video = this.#scope.own(this.#videoEncoder());
    this.audio = this.#scope.own(this.#audioEncoder());
    this.#start();
  }

  async close(): Promise<void> {
    await this.#scope.close();
    this.#last?.release();
    this.#last = null;
  }

  #start(): void {
    const { clock } = this.#context;
    const catchUpMs = CATCH_UP_LIMIT_MS;
    const frames = { fps: this.#options.ladder.fps, catchUpMs };
    const sounds = { fps: SAMPLE_RATE / AAC_FRAME_SAMPLES, catchUpMs };
    const jumped = (encoder: Encoder, missedMs: number): void => {
      this.counters.jumps++;
      encoder.restart(broadcasterErrors.make("clock-jumped", { ms: Math.round(missedMs) }));
    };
    this.#scope.own(
      new Ticker(
        frames,
        {
          tick: (tick) => this.#tickPicture(tick),
          jumped: (missed) => jumped(this.video, (missed * 1000) / frames.fps),
        },
        clock,
      ),
    );
    this.#scope.own(
      new Ticker(
        sounds,
        {
          tick: (tick) => this.#tickSound(tick),
          jumped: (missed) => jumped(this.audio, missed * AAC_FRAME_MS),
        },
        clock,
      ),
    );
    if (this.texts.length > 0) this.#speak();
  }

  /** A part of text is made when it ends: nothing has to be encoded. */
  #speak(): void {
    const { partMs, partsPerSegment } = this.#grid;
    const first = this.#firstSegment * partsPerSegment;
    for (const { track } of this.texts) track.describe();
    this.#scope.own(
      new Ticker(
        { fps: 1000 / partMs, catchUpMs: CATCH_UP_LIMIT_MS },
        {
          tick: ({ frame }) => {
            if (frame > first) for (const { track } of this.texts) track.end(frame - 1);
          },
          jumped: (missed) => {
            for (const { track } of this.texts) track.counters.missed += missed;
          },
        },
        this.#context.clock,
      ),
    );
  }

  /** Frame N, at its instant. */
  #tickPicture(tick: Tick): void {
    const behind = this.video.behindMs > SHED_LIMIT_MS && this.#last !== null;
    const shed = behind && tick.frame % SHED_FRESH_EVERY !== 0;
    const fresh = this.#context.source.picture({ ...tick, late: tick.late || shed });
    if (fresh && !shed) {
      this.#last?.release();
      this.#last = fresh;
    } else {
      fresh?.release();
      this.counters.repeated++;
    }
    const picture = this.#last;
    if (!picture) return;
    this.counters.frames++;
    picture.retain();
    this.video.feed(tick.frame, picture.bytes, () => picture.release());
    const state = { now: tick.frame, givesFrom: this.video.givesFrom };
    for (const track of this.#pictures) track.keepUp(state);
  }

  /** The AAC frame that ends at this instant: its last sample has just been captured. */
  #tickSound(tick: Tick): void {
    const index = tick.frame - 1;
    this.#context.source.sound(this.#samples, index * AAC_FRAME_SAMPLES);
    // A copy: the pipe may take the bytes later, and the array is filled again.
    const bytes = Buffer.from(Uint8Array.from(new Uint8Array(this.#samples.buffer)).buffer);
    this.audio.feed(index, bytes, () => undefined);
    this.#sound.keepUp({ now: index, givesFrom: this.audio.givesFrom });
  }

  #push(rendition: string): Push {
    const { channel, originUrl } = this.#options;
    const base = `${originUrl.replace(/\/+$/, "")}/ingest/${channel}/${rendition}`;
    return this.#scope.own(new Push(base, this.#context));
  }

  #textRendition(language: CaptionLanguage): TextRendition {
    const push = this.#push(language.rendition);
    const listener = {
      header: (bytes: Uint8Array) => push.header(bytes),
      fragment: (fragment: Parameters<Push["fragment"]>[0]) => push.fragment(fragment),
    };
    return { track: new CaptionTrack(language, { grid: this.#grid, listener }), push };
  }

  #rendition(shape: TrackShape): Rendition {
    const { channel } = this.#options;
    const push = this.#push(shape.name);
    const listener = {
      header: (bytes: Uint8Array) => push.header(bytes),
      fragment: (fragment: Parameters<Push["fragment"]>[0]) => push.fragment(fragment),
      part: (times: Parameters<ConstructorParameters<typeof Track>[1]["listener"]["part"]>[0]) =>
        this.#context.hops.stamp({
          ...{
            channel,
            rendition: shape.name,
            ...times.position,
            hop: "encode",
            node: "broadcaster",
          },
          ...{ firstByteMs: times.firstByte, lastByteMs: times.lastByte },
        }),
    };
    return {
      track: new Track(shape, { grid: this.#grid, clock: this.#context.clock, listener }),
      push,
    };
  }

  #videoShape(name: string): TrackShape {
    const { fps } = this.#options.ladder;
    const unitsPerPart = (this.#grid.partMs * fps) / 1000;
    return {
      name,
      kind: "video",
      timescale: VIDEO_TIMESCALE,
      unitTicks: VIDEO_TIMESCALE / fps,
      unitsPerPart,
    };
  }

  #audioShape(): TrackShape {
    const unitsPerPart = this.#grid.partMs / AAC_FRAME_MS;
    const { name } = this.#options.ladder.audio;
    return {
      name,
      kind: "audio",
      timescale: AUDIO_TIMESCALE,
      unitTicks: AAC_FRAME_SAMPLES,
      unitsPerPart,
    };
  }

  #unitsOf(unitsPerSegment: number): Pick<EncoderSpec, "unitMs" | "unitsPerSegment" | "from"> {
    const unitMs = this.#grid.segmentMs / unitsPerSegment;
    return { unitMs, unitsPerSegment, from: this.#firstSegment * unitsPerSegment };
  }

  #videoEncoder(): Encoder {
    const { ladder, preset, ffmpeg } = this.#options;
    const listener: EncoderListener = {
      config: (index, config) => {
        const rung = ladder.rungs[index] as Ladder["rungs"][number];
        this.#pictures[index]?.describe({ kind: "video", ...rung, config });
      },
      sample: (index, sample) => this.#pictures[index]?.sample(sample),
    };
    return new Encoder(
      {
        ...{ name: "video", command: ffmpeg, tracks: ladder.rungs.length, priming: 0 },
        args: (preroll) => videoArguments(ladder, { preroll, preset }),
        ...this.#unitsOf((this.#grid.segmentMs * ladder.fps) / 1000),
      },
      listener,
      this.#context,
    );
  }

  #audioEncoder(): Encoder {
    const { ladder, ffmpeg } = this.#options;
    const listener: EncoderListener = {
      config: (_, config) =>
        this.#sound.describe({ kind: "audio", kbps: ladder.audio.kbps, config }),
      sample: (_, sample) => this.#sound.sample(sample),
    };
    return new Encoder(
      {
        // The transform overlaps: one AAC frame comes out before the first one's own (ISO/IEC 14496-3 4.5.2.1).
        ...{ name: "audio", command: ffmpeg, tracks: 1, priming: 1 },
        args: () => audioArguments(ladder),
        ...this.#unitsOf(this.#grid.segmentMs / AAC_FRAME_MS),
      },
      listener,
      this.#context,
    );
  }
}
