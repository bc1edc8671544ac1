// The shapes that the store answers with.
import type { Ms, UtcMs } from "#base";
import type { Grid } from "#media/grid";

/** One rendition as its header describes it, and its measured rate. */
export interface Track {
  /** Its name in paths, such as `v720` or `a128-it`. */
  readonly rendition: string;
  readonly kind: "video" | "audio" | "text";
  /** RFC 6381, such as `avc1.64001f`, `mp4a.40.2` or `wvtt`. */
  readonly codec: string;
  /** Ticks per second. */
  readonly timescale: number;
  /** The CMAF header (ftyp, moov), and the name of its bytes. */
  readonly init: { readonly bytes: Uint8Array; readonly hash: string };
  /** Pixels. */
  readonly width?: number;
  readonly height?: number;
  /** Frames per second, measured over the newest part. */
  readonly frameRate?: number;
  /** Hz. */
  readonly sampleRate?: number;
  readonly channels?: number;
  /** ISO 639-2, such as `ita`, of text RFC 5646, such as `it`; absent when the header says `und`. */
  readonly language?: string;
  /** The track's id in its header: text is also made here (silence). */
  readonly trackId?: number;
  /** Bits per second of the largest segment in the window; of the newest parts until a segment is complete. */
  readonly bandwidth: number;
  /** Bits per second over the window. */
  readonly averageBandwidth: number;
}

/** One part: the CMAF chunk that is served, or a gap in its place. Never changed once stored. */
export interface Part {
  readonly segment: number;
  readonly part: number;
  /** `[styp] prft moof mdat`; empty for a gap. */
  readonly bytes: Uint8Array;
  /** Begins with a frame that can be decoded alone. */
  readonly independent: boolean;
  /** Declared missing: it never came, or came too late. */
  readonly gap: boolean;
  /**
   * Made here in the place of a part of text that did not come: nothing is said in it. For whoever reads it is media like
   * any other, so that no player waits for text.
   */
  readonly silent?: true;
  /** Samples in it; 0 for a gap. */
  readonly frames: number;
  /** UTC of its first frame: its place on the grid. */
  readonly captureMs: UtcMs;
  /** When its first and last byte came in; for a gap, when it was declared. */
  readonly firstByteAt: UtcMs;
  readonly lastByteAt: UtcMs;
}

/** What readers may ask of the store. */
export interface PartReader {
  readonly channel: string;
  readonly grid: Grid;
  /** The same array until a track is added or its description or rate changes. */
  tracks(): readonly Track[];
  /** The newest part that is answerable, gaps included; null when the rendition is unknown or has none. */
  newest(rendition: string): { readonly segment: number; readonly part: number } | null;
  oldestSegment(rendition: string): number | null;
  /** The parts so far: element p is part p. Empty when there are none. The array grows while the segment does. */
  parts(rendition: string, segment: number): readonly Part[];
  isComplete(rendition: string, segment: number): boolean;
  /**
   * Resolves true when the part exists or has been declared a gap; false after `deadline`, on abort, or when it cannot
   * come (rendition unknown, before the window, no such part number, too many waiters).
   */
  waitForPart(
    rendition: string,
    segment: number,
    part: number,
    deadline: Ms,
    signal?: AbortSignal,
  ): Promise<boolean>;
  /** Calls `listener` synchronously the moment a part is answerable. Returns what takes it back. */
  onPart(listener: (rendition: string, part: Part) => void): () => void;
}
