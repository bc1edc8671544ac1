// The frame synchroniser: a source with a clock of its own comes in, exactly one picture for every frame of the grid
// goes out, and the sound that belongs to it. Pure: the caller brings frame numbers and media, no clock is read here.
//
// Pictures and sound come as two streams that began together: picture i belongs to sample i × rate / fps.
import {
  PICTURES_AFTER_BURST,
  PICTURES_LIMIT_MS,
  READY_PICTURES_LIMIT,
  SOUND_WAIT_LIMIT_MS,
  SPARE_WINDOW_MS,
} from "../limits.ts";
import { SAMPLE_RATE } from "../testsignal/murmur.ts";
import { SoundLine } from "./soundline.ts";

/** What can be handed out and has to be given back. */
export interface Releasable {
  release(): void;
}

/** Counted since the start. */
export interface SyncCounters {
  /** Grid frames that showed the picture before once more: the source was late or slow. */
  duplicated: number;
  /** Pictures never shown: the source was ahead or came in a burst. */
  dropped: number;
  /** Samples put in or left out at once because sound was too far from its picture. */
  soundMoved: number;
  /** Samples of silence where the source had no sound. */
  soundSilence: number;
}

interface Waiting<Picture> {
  readonly index: number;
  readonly picture: Picture;
}

/** Puts one source on the grid. `reset` begins a new connection of the source. */
export class Synchroniser<Picture extends Releasable> {
  readonly counters: SyncCounters = { duplicated: 0, dropped: 0, soundMoved: 0, soundSilence: 0 };
  readonly #samplesPerFrame: number;
  readonly #fps: number;
  readonly #line: SoundLine;
  #queue: Waiting<Picture>[] = [];
  #shown: Waiting<Picture> | null = null;
  #arrived = 0;
  /** The grid's frame less the source's: how far the two countings are apart. Null until the first picture. */
  #lag: number | null = null;
  #spare = Infinity;
  #takes = 0;
  #hasSound = true;

  constructor(fps: number) {
    this.#fps = fps;
    this.#samplesPerFrame = SAMPLE_RATE / fps;
    this.#line = new SoundLine(this.counters);
  }

  /** Whether the source has sound at all; pictures of one that has none wait for nothing. */
  set hasSound(has: boolean) {
    this.#hasSound = has;
  }

  /** Forgets the connection so far: counting begins at zero again. The picture shown goes too. */
  reset(): void {
    for (const { picture } of this.#queue) picture.release();
    this.#shown?.picture.release();
    this.#queue = [];
    this.#shown = null;
    this.#arrived = 0;
    this.#lag = null;
    this.#spare = Infinity;
    this.#takes = 0;
    this.#hasSound = true;
    this.#line.reset();
  }

  /** Takes over one picture, the next of the source. */
  pushPicture(picture: Picture): void {
    this.#queue.push({ index: this.#arrived++, picture });
    while (this.#queue.length > (PICTURES_LIMIT_MS * this.#fps) / 1000) this.#dropOldest();
  }

  /** Counts a picture of the source that could not be kept: those after it keep their places. */
  skipPicture(): void {
    this.#arrived++;
    this.counters.dropped++;
  }

  /** Takes the next samples of the source, interleaved. They are copied. */
  pushSound(samples: Int16Array): void {
    this.#line.push(samples);
  }

  /**
   * The picture for a grid frame; frames are asked for in order, each once. It stays the synchroniser's: retain it to keep
   * it. Null before the first one.
   */
  picture(frame: number): Picture | null {
    const ready = this.#ready();
    if (ready > READY_PICTURES_LIMIT) {
      for (let left = ready; left > PICTURES_AFTER_BURST; left--) this.#dropOldest();
    }
    const next = ready > 0 ? this.#queue.shift() : undefined;
    if (next) {
      this.#shown?.picture.release();
      this.#shown = next;
      this.#lag = frame - next.index;
      this.#watchSpare();
    } else if (this.#shown) {
      this.counters.duplicated++;
      this.#lag = frame - this.#shown.index;
      this.#spare = 0;
    }
    return this.#shown?.picture ?? null;
  }

  /** The sound of the grid from sample `first` (since the epoch) on, interleaved; silence where there is none. */
  sound(out: Int16Array, first: number): void {
    if (this.#lag === null) this.#line.silence(out);
    else this.#line.read(out, first - this.#lag * this.#samplesPerFrame);
  }

  /** How many waiting pictures may be shown: those whose sound is here, or has been waited for long enough. */
  #ready(): number {
    const heard = this.#line.received;
    const newest = this.#arrived * this.#samplesPerFrame;
    const givenUp = !this.#hasSound || newest - heard > (SOUND_WAIT_LIMIT_MS * SAMPLE_RATE) / 1000;
    if (givenUp) return this.#queue.length;
    let ready = 0;
    for (const { index } of this.#queue) {
      if ((index + 1) * this.#samplesPerFrame > heard) break;
      ready++;
    }
    return ready;
  }

  /** Drops one picture when there was one too many at every frame of a window. */
  #watchSpare(): void {
    this.#spare = Math.min(this.#spare, this.#ready());
    if (++this.#takes < (SPARE_WINDOW_MS * this.#fps) / 1000) return;
    if (this.#spare > 0 && this.#queue.length > 0) this.#dropOldest();
    this.#takes = 0;
    this.#spare = Infinity;
  }

  #dropOldest(): void {
    this.#queue.shift()?.picture.release();
    this.counters.dropped++;
  }
}
