// The arithmetic of the epoch grid. Pure: every function is of its arguments alone.
export { gridErrors } from "./errors.ts";
export {
  createGrid,
  type Grid,
  longPartGrid,
  nextPosition,
  partEnd,
  partIndex,
  partStart,
  type Position,
  positionAt,
  positionOfIndex,
  segmentAt,
  segmentStart,
  standardGrid,
} from "./grid.ts";
export { PART_MS_LIMIT, PARTS_PER_SEGMENT_LIMIT, TIMESCALE_LIMIT } from "./limits.ts";
export {
  AAC_FRAME_SAMPLES,
  AUDIO_TIMESCALE,
  dividesGrid,
  type MediaTime,
  partStartTicks,
  partTicks,
  positionOfTicks,
  segmentTicks,
  TEXT_TIMESCALE,
  ticksOfUtc,
  utcOfTicks,
  VIDEO_TIMESCALE,
} from "./ticks.ts";
