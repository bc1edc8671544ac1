// One coded picture, or one frame of sound.

/** A sample with its place. Times in ticks of its track's timescale. */
export interface Sample {
  /** Decode time. */
  readonly dts: number;
  readonly duration: number;
  /** Presentation time less decode time. */
  readonly compositionOffset: number;
  /** As stored: ISO/IEC 14496-12 8.8.3.1. */
  readonly flags: number;
  readonly bytes: Uint8Array;
}

const IS_NON_SYNC = 0x01_0000;

/** Flags of a sample that decodes alone: it depends on no other. */
export const SYNC_FLAGS = 0x0200_0000;
/** Flags of a sample that depends on others. */
export const NON_SYNC_FLAGS = 0x0101_0000;

/** Whether decoding can start at this sample. */
export const isSync = (sample: Pick<Sample, "flags">): boolean =>
  (sample.flags & IS_NON_SYNC) === 0;
