// The ladders: which renditions a profile has. Every rung is made from the same pictures.
import type { ProfileName } from "#protocol";

/** One video rendition. Sizes are even; the bit rate is a ceiling, kept over 0.6 s. */
export interface Rung {
  readonly name: string;
  readonly width: number;
  readonly height: number;
  readonly kbps: number;
}

/** A profile: the top rung's size is the size of the source pictures. */
export interface Ladder {
  /** Frames a second; divides 1,000, so that every frame's instant is a whole millisecond. */
  readonly fps: number;
  /** The highest first. */
  readonly rungs: readonly [Rung, ...Rung[]];
  readonly audio: { readonly name: string; readonly kbps: number };
}

const audio = { name: "a128", kbps: 128 } as const;

export const ladders: Readonly<Record<ProfileName, Ladder>> = {
  default: {
    fps: 50,
    rungs: [
      { name: "v720", width: 1280, height: 720, kbps: 3_000 },
      { name: "v480", width: 854, height: 480, kbps: 1_400 },
      { name: "v360", width: 640, height: 360, kbps: 700 },
    ],
    audio,
  },
  small: {
    fps: 25,
    rungs: [
      { name: "v360", width: 640, height: 360, kbps: 700 },
      { name: "v216", width: 384, height: 216, kbps: 350 },
      { name: "v144", width: 256, height: 144, kbps: 180 },
    ],
    audio,
  },
};
