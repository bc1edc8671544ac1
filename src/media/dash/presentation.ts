// The values behind an MPD. Durations are milliseconds unless the name says ticks.
import type { UtcMs } from "#base";

/** A base address under a name that steering can choose (ISO/IEC 23009-1 5.6, @serviceLocation). */
export interface ServiceLocation {
  name: string;
  /** Absolute; ends with a slash. */
  url: string;
}

/** Content steering (ETSI TS 103 998 6; ISO/IEC 23009-1 6th edition). */
export interface ContentSteering {
  url: string;
  /** Asks the steering server before the first segment: right at once, and one more round trip before the picture. */
  queryBeforeStart: boolean;
}

/** Where the player learns the time (ISO/IEC 23009-1, UTCTiming). */
export interface Timing {
  /** `iso`: the answer is ISO 8601 text; `xsdate`: xs:dateTime, the same text by the stricter name. */
  scheme: "iso" | "xsdate";
  /** Absolute, or relative to the base address in use, so that it is answered by the nearest edge. */
  url: string;
}

/** One rung or one sound (5.3.5). */
export interface Representation {
  id: string;
  /** RFC 6381. */
  codec: string;
  /** Bits per second. */
  bandwidth: number;
  /** The header's address, relative to the base address. */
  initialization: string;
  /** The segments' address with `$Number$` in it, relative to the base address. */
  media: string;
  /** Pixels, video only. */
  size: { width: number; height: number } | null;
  /** Frames per second, video only. */
  frameRate: number | null;
  /** Hz, audio only. */
  sampleRate: number | null;
  /** Audio only. */
  channels: number | null;
}

/** Representations between which a player switches (5.3.3). */
export interface AdaptationSet {
  kind: "video" | "audio" | "text";
  /** RFC 5646, or null. */
  language: string | null;
  /** Ticks per second of all durations below. */
  timescale: number;
  segmentTicks: number;
  /** A CMAF chunk: the steps in which a growing segment can be read. */
  partTicks: number;
  /** At most this far apart lie the places where decoding can begin. */
  randomAccessTicks: number;
  /** Number of the segment at the period's start: 0 where media time is epoch time. */
  startNumber: number;
  /**
   * Media time at the period's start: 0 where media time is epoch time. With `startNumber` and the presentation's
   * `availabilityStartTime` it makes the small timeline for devices that cannot hold epoch times.
   */
  presentationTimeOffset: number;
  representations: Representation[];
}

/** A live presentation of one period (5.3.1). */
export interface Presentation {
  /** When what the MPD says last changed. */
  publishTime: UtcMs;
  /** Wall clock at which media time, less the presentation time offset, is 0. */
  availabilityStartTime: UtcMs;
  /** How often players ask for the MPD again: the longest that a new track stays unseen. */
  updatePeriodMs: number;
  /** How far back a player may seek. */
  timeShiftMs: number;
  segmentMs: number;
  minBufferMs: number;
  /** How long before its nominal end a segment may be asked for: the request is answered as the parts come. */
  availabilityOffsetMs: number;
  /** Behind capture (Annex K, ServiceDescription). */
  latency: { targetMs: number; minMs: number; maxMs: number };
  /** Rates at which a player may catch up or fall back. */
  playbackRate: { min: number; max: number };
  timing: Timing | null;
  /** Without any, addresses are relative to the MPD. */
  locations: ServiceLocation[];
  steering: ContentSteering | null;
  sets: AdaptationSet[];
}
