// A fragment, moof and mdat, into its samples: ISO/IEC 14496-12 8.8, within the bounds of ISO/IEC 23000-19 7.3.2.
import type { RegistaError } from "#base";
import {
  type Box,
  findBox,
  findPath,
  readBoxes,
  SAMPLES_LIMIT,
  type TrackFragmentHeaderBox,
  type TrackRunBox,
} from "#media/isobmff";
import { cmafErrors } from "./errors.ts";
import type { SampleDefaults } from "./header.ts";
import { RUNS_LIMIT } from "./limits.ts";
import type { Sample } from "./sample.ts";

export interface Fragment {
  readonly sequence: number;
  /** Of the first sample, ticks. */
  readonly decodeTime: number;
  /** In order of decoding; their bytes are views of the mdat. */
  readonly samples: readonly Sample[];
}

/** The two boxes of a fragment, whole, heads included. The mdat lies right after the moof. */
export interface FragmentBoxes {
  readonly moof: Uint8Array;
  readonly mdat: Uint8Array;
  /** Where the mdat's payload begins: 8 or 16. */
  readonly mdatHeaderLength: number;
}

const bad = (problem: string): RegistaError => cmafErrors.make("bad-fragment", { problem });

/**
 * Reads a fragment of the track that `defaults` come from.
 * @throws cmaf/bad-fragment (several tracks, another track, no tfdt, data outside the mdat), isobmff/… (not boxes)
 */
export function readFragment(boxes: FragmentBoxes, defaults: SampleDefaults): Fragment {
  const fragment = findPath(readBoxes(boxes.moof), "moof");
  const tracks = fragment.filter((box) => box.type === "traf");
  if (tracks.length !== 1) throw bad(`it has ${tracks.length} tracks`);
  const track = findPath(fragment, "traf");
  const header = findBox(track, "tfhd");
  if (!header) throw bad("it has no tfhd box");
  if (header.trackId !== defaults.trackId) {
    throw bad(`it is of track ${header.trackId}, the header of track ${defaults.trackId}`);
  }
  if (header.baseDataOffset !== null) throw bad("its data is placed in a file, not after its moof");
  const decodeTime = findBox(track, "tfdt")?.decodeTime;
  if (decodeTime === undefined) throw bad("it has no tfdt box");
  const samples = readSamples({ boxes, decodeTime, runs: runsOf(track), header, defaults });
  return { sequence: findBox(fragment, "mfhd")?.sequence ?? 0, decodeTime, samples };
}

function runsOf(track: readonly Box[]): TrackRunBox[] {
  const runs = track.filter((box) => box.type === "trun");
  if (runs.length > RUNS_LIMIT) throw bad(`it has ${runs.length} track runs`);
  return runs;
}

interface Runs {
  readonly boxes: FragmentBoxes;
  readonly decodeTime: number;
  readonly runs: readonly TrackRunBox[];
  readonly header: TrackFragmentHeaderBox;
  readonly defaults: SampleDefaults;
}

function readSamples({ boxes, decodeTime, runs, header, defaults }: Runs): Sample[] {
  const { moof, mdat, mdatHeaderLength } = boxes;
  const duration = header.sampleDuration ?? defaults.duration;
  const size = header.sampleSize ?? defaults.size;
  const flags = header.sampleFlags ?? defaults.flags;
  const samples: Sample[] = [];
  let dts = decodeTime;
  let at: number | null = null;
  for (const run of runs) {
    // Offsets count from the moof's first byte (8.8.7); the mdat begins where the moof ends.
    if (run.dataOffset !== null) at = run.dataOffset - moof.length;
    if (at === null) throw bad("its first track run has no data offset");
    if (samples.length + run.sampleCount > SAMPLES_LIMIT) throw bad("it has too many samples");
    for (let index = 0; index < run.sampleCount; index += 1) {
      const length = run.sizes?.[index] ?? size;
      if (at < mdatHeaderLength || at + length > mdat.length)
        throw bad("a sample lies outside its mdat");
      const first = index === 0 ? run.firstSampleFlags : null;
      const sample = {
        dts,
        duration: run.durations?.[index] ?? duration,
        compositionOffset: run.compositionOffsets?.[index] ?? 0,
        flags: first ?? run.flags?.[index] ?? flags,
        bytes: mdat.subarray(at, at + length),
      };
      samples.push(sample);
      at += length;
      dts += sample.duration;
    }
  }
  if (!Number.isSafeInteger(dts)) throw bad("its times exceed 2^53 − 1");
  return samples;
}
