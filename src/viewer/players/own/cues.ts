// WebVTT in ISOBMFF (ISO/IEC 14496-30 6): the samples of a chunk as cues. Pure.
import { type Box, findBox, findPath } from "#media/isobmff";
import type { Chunk } from "./chunks.ts";
import { CUE_CHARS_LIMIT } from "./limits.ts";

/** One cue. Times in ticks of the track. */
export interface TextCue {
  readonly start: number;
  readonly end: number;
  /** WebVTT cue text, tags included. */
  readonly text: string;
  /** WebVTT cue settings, such as `line:0`. */
  readonly settings: string;
  readonly id: string;
}

const SAMPLES_LIMIT = 1_000;

/** The cues of a chunk; `vtte` and unknown boxes are times without text. @throws when samples exceed their bytes */
export function readCues(chunk: Pick<Chunk, "fragment" | "decodeTime" | "payload">): TextCue[] {
  const { payload } = chunk;
  const track = findPath(chunk.fragment, "traf");
  const cues: TextCue[] = [];
  let [at, time, samples] = [0, chunk.decodeTime, 0];
  for (const { duration, size } of samplesOf(track, payload.length)) {
    samples += 1;
    if (samples > SAMPLES_LIMIT) throw new Error("a chunk of text has too many samples");
    if (at + size > payload.length) throw new Error("a sample of text lies outside its chunk");
    const [start, end] = [time, time + duration];
    for (const { name, body } of boxesIn(payload.subarray(at, at + size)))
      if (name === "vttc" && end > start) cues.push({ start, end, ...cueOf(body) });
    at += size;
    time = end;
  }
  return cues;
}

function* samplesOf(
  track: readonly Box[],
  length: number,
): Generator<{ duration: number; size: number }> {
  const header = findBox(track, "tfhd");
  for (const run of track) {
    if (run.type !== "trun") continue;
    for (let index = 0; index < run.sampleCount; index += 1)
      yield {
        duration: run.durations?.[index] ?? header?.sampleDuration ?? 0,
        // Without any size a run of one sample is the whole chunk.
        size: run.sizes?.[index] ?? header?.sampleSize ?? (run.sampleCount === 1 ? length : 0),
      };
  }
}

function cueOf(bytes: Uint8Array): Pick<TextCue, "text" | "settings" | "id"> {
  const said = { payl: "", sttg: "", iden: "" };
  for (const { name, body } of boxesIn(bytes))
    if (name in said)
      said[name as keyof typeof said] = new TextDecoder().decode(body).slice(0, CUE_CHARS_LIMIT);
  return { text: said.payl, settings: said.sttg, id: said.iden };
}

/** Boxes with 32-bit sizes, as samples have them. */
function* boxesIn(bytes: Uint8Array): Generator<{ name: string; body: Uint8Array }> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  for (let at = 0; at < bytes.length;) {
    const size = at + 8 <= bytes.length ? view.getUint32(at) : 0;
    if (size < 8 || at + size > bytes.length) throw new Error("a box of text is cut off");
    const name = String.fromCharCode(...bytes.subarray(at + 4, at + 8));
    yield { name, body: bytes.subarray(at + 8, at + size) };
    at += size;
  }
}
