// What every source is to the rest of the room.
import type { Closable } from "#base";
import type { Frame } from "../timing/frames.ts";
import type { Tick } from "../timing/ticker.ts";

/** `live`: pictures come. `connecting`: not yet or not any more; the slate is shown and it tries by itself. */
export type SourceState = "live" | "connecting";

/** Where the time on the pictures comes from: the camera itself, or their arrival here. */
export type CaptureIs = "camera" | "arrival";

/** What `/status` shows of a source. */
export interface SourceStatus {
  readonly input: string;
  readonly state: SourceState;
  /** Why it is not live, in a sentence; null when it is. */
  readonly why: string | null;
  readonly captureIs: CaptureIs;
  /** What comes in, such as "h264 1920x1080 29.97 fps"; null while nobody knows. */
  readonly pictures: string | null;
  readonly sound: string | null;
  /** What is made of it, such as "1920x1080 to 1280x720, 29.97 to 50 fps". */
  readonly conversion: string | null;
  readonly counters: SourceCounters;
}

/** Counted since the start. */
export interface SourceCounters {
  readonly duplicated: number;
  readonly dropped: number;
  readonly soundMoved: number;
  readonly soundSilence: number;
  /** Frames for which the slate was shown. */
  readonly slate: number;
  /** Times that the source was opened again. */
  readonly retries: number;
}

/** Pictures and sound for every frame of the grid, come what may. */
export interface Source extends Closable {
  /**
   * The picture for one frame of the grid, held once for the caller, who releases it. Null when there is none to be had
   * (all are in use, or the process is late): the caller shows the one before again.
   */
  picture(tick: Tick): Frame | null;
  /** Fills `out` (interleaved, 48 kHz, two channels) with the sound from the epoch's sample `first` on. */
  sound(out: Int16Array, first: number): void;
  readonly status: SourceStatus;
}
