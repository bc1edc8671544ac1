// Text as HLS wants it: WebVTT from the stored samples (rfc8216bis 3.1.4; ISO/IEC 14496-30).
//
// A departure from 3.1.4: a cue is cut where its part ends, in segments too. Live, a cue's end is not known when a part of
// it is asked for, so its whole time cannot be told; and a player that gets a cue twice with different times shows it
// twice, or, where the names are equal, not at all the second time. Pieces join without a gap, and the same piece has the
// same name and times in its part and in its segment, so that a player that loads both keeps one.
import { type Grid, partIndex, segmentStart, utcOfTicks } from "#media/grid";
import { readFragment, type Sample } from "#media/cmaf";
import { MPEG_TS_MODULUS, type WebvttCue, writeWebvtt } from "#media/hls";
import { BoxSplitter, readTextSample, type TextCue } from "#media/isobmff";
import type { Part, Track } from "#packager";

const encoder = new TextEncoder();

/** Ticks of the MPEG-2 clock in a millisecond. */
const MPEG_TICKS_PER_MS = 90;

/**
 * WebVTT of some parts of one segment. Times count from the segment's start, whichever parts they are; the map names its
 * media time in 33 bits, as the clock of MPEG-2 has it: players unwrap it against the pictures.
 */
export function webvttOf(grid: Grid, track: Track, parts: readonly Part[]): Uint8Array {
  const [first] = parts;
  const startMs = segmentStart(grid, first?.segment ?? 0);
  const cues = parts.flatMap((part) => (part.gap ? [] : piecesOf(grid, track, part)));
  const mpegTs = (startMs * MPEG_TICKS_PER_MS) % MPEG_TS_MODULUS;
  const local = cues.map((cue) => ({
    ...cue,
    startMs: cue.startMs - startMs,
    endMs: cue.endMs - startMs,
  }));
  return encoder.encode(writeWebvtt({ mpegTs, localMs: 0, cues: local }));
}

/** The cues of a part, each once: what is shown in samples that follow one another is one piece. Times are UTC. */
function piecesOf(grid: Grid, track: Track, part: Part): WebvttCue[] {
  const pieces: { cue: TextCue; startMs: number; endMs: number }[] = [];
  for (const sample of samplesOf(track, part)) {
    const startMs = utcOfTicks({ ticks: sample.dts, timescale: track.timescale });
    const endTicks = sample.dts + sample.duration;
    const endMs = utcOfTicks({ ticks: endTicks, timescale: track.timescale });
    for (const cue of readTextSample(sample.bytes)) {
      const before = pieces.find((piece) => piece.endMs === startMs && same(piece.cue, cue));
      if (before) before.endMs = endMs;
      else pieces.push({ cue, startMs, endMs });
    }
  }
  const index = partIndex(grid, part);
  return pieces.map(({ cue, startMs, endMs }) => {
    const name = cue.id ?? cue.sourceId;
    const id = name === null ? null : `${name}-${index}`;
    return { id, startMs, endMs, settings: cue.settings, text: cue.text };
  });
}

const same = (one: TextCue, other: TextCue): boolean =>
  one.sourceId === other.sourceId &&
  one.id === other.id &&
  one.settings === other.settings &&
  one.text === other.text;

function samplesOf(track: Track, part: Part): readonly Sample[] {
  const boxes = new BoxSplitter().push(part.bytes);
  const moof = boxes.find(({ fourcc }) => fourcc === "moof");
  const mdat = boxes.find(({ fourcc }) => fourcc === "mdat");
  if (!moof || !mdat) throw new Error("bug: a stored part without moof and mdat");
  const fragment = { moof: moof.bytes, mdat: mdat.bytes, mdatHeaderLength: mdat.headerLength };
  const none = { duration: 0, size: 0, flags: 0 };
  return readFragment(fragment, { trackId: track.trackId ?? 1, ...none }).samples;
}
