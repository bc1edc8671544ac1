// A part as it is stored: one CMAF chunk, [styp] prft [emsg] moof mdat.
import { type Sample, segmentType, SYNC_FLAGS, writeFragment } from "#media/cmaf";
import {
  type Grid,
  partIndex,
  partStart,
  partStartTicks,
  partTicks,
  type Position,
  utcOfTicks,
} from "#media/grid";
import {
  ntpOfUtc,
  prftMoments,
  type ProducerReferenceTimeBox,
  writeTextSample,
} from "#media/isobmff";
import type { UtcMs } from "#base";
import type { Part } from "./part.ts";

/** Where a chunk belongs, and what it holds. */
export interface Chunk {
  readonly grid: Grid;
  readonly position: Position;
  readonly timescale: number;
  /** The track's id in the header that is served. */
  readonly trackId: number;
  /** At least one. */
  readonly samples: readonly [Sample, ...Sample[]];
  readonly events?: readonly Uint8Array[];
}

/** The bytes of a part. */
export function writeChunk(chunk: Chunk): Uint8Array {
  const { grid, position, trackId, samples, events } = chunk;
  return writeFragment({
    sequence: partIndex(grid, position) % 2 ** 32,
    trackId,
    decodeTime: samples[0].dts,
    samples,
    ...(events === undefined ? {} : { events }),
    prft: captureTime(chunk),
    ...(position.part === 0 ? { styp: segmentType } : {}),
  });
}

// Media time is capture time: what an encoder wrote of its own clock is not passed on.
function captureTime({ samples, timescale, trackId }: Chunk): ProducerReferenceTimeBox {
  const mediaTime = samples[0].dts + samples[0].compositionOffset;
  const ntp = ntpOfUtc(utcOfTicks({ ticks: mediaTime, timescale }));
  return { type: "prft", version: 1, flags: prftMoments.captured, trackId, ntp, mediaTime };
}

/** A part of text in which nothing is said, in the place of one that did not come by `at`. */
export function silentPart(where: Omit<Chunk, "samples">, at: UtcMs): Part {
  const { grid, position, timescale } = where;
  const sample: Sample = {
    dts: partStartTicks(grid, position, timescale),
    duration: partTicks(grid, timescale),
    compositionOffset: 0,
    flags: SYNC_FLAGS,
    bytes: writeTextSample([]),
  };
  return {
    ...position,
    bytes: writeChunk({ ...where, samples: [sample] }),
    independent: true,
    gap: false,
    silent: true,
    frames: 1,
    captureMs: partStart(grid, position),
    firstByteAt: at,
    lastByteAt: at,
  };
}
