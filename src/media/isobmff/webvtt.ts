// WebVTT in samples and in their sample entry: ISO/IEC 14496-30.
import { isobmffErrors } from "./errors.ts";
import { readFrames } from "./framing.ts";
import { CUES_LIMIT } from "./limits.ts";
import { ByteReader } from "./reader.ts";
import { ByteWriter } from "./writer.ts";

/** WebVTTConfigurationBox: what stands before the first cue of the file, such as `WEBVTT`. */
export interface WebvttConfigurationBox {
  readonly type: "vttC";
  readonly config: string;
}

/** VTTCueBox: a cue during one sample. It is the same cue as in the sample before when the source's number is. */
export interface TextCue {
  /** CueSourceIDBox (`vsid`): 32 bits, signed. */
  readonly sourceId: number | null;
  /** CueIDBox (`iden`). */
  readonly id: string | null;
  /** CueSettingsBox (`sttg`), such as `line:0`. */
  readonly settings: string | null;
  /** CuePayloadBox (`payl`): cue text as WebVTT writes it, with its markup. */
  readonly text: string;
}

const encoder = new TextEncoder();
const decoder = new TextDecoder();

export function readWebvttConfiguration(reader: ByteReader): WebvttConfigurationBox {
  return { type: "vttC", config: decoder.decode(reader.rest()) };
}

export function writeWebvttConfiguration(writer: ByteWriter, box: WebvttConfigurationBox): void {
  writer.box("vttC", () => writer.bytes(encoder.encode(box.config)));
}

/**
 * The cues that are shown during a sample, none for an empty one (`vtte`). Other boxes are passed over.
 * @throws isobmff/truncated, isobmff/malformed
 */
export function readTextSample(bytes: Uint8Array): TextCue[] {
  const cues: TextCue[] = [];
  for (const { fourcc, payload } of readFrames(bytes, "sample")) {
    if (fourcc !== "vttc") continue;
    if (cues.length === CUES_LIMIT) throw malformed(`more than ${CUES_LIMIT} cues are in a sample`);
    cues.push(readCue(payload));
  }
  return cues;
}

function readCue(bytes: Uint8Array): TextCue {
  const texts = new Map<string, string>();
  let sourceId: number | null = null;
  for (const { fourcc, payload } of readFrames(bytes, "vttc")) {
    if (fourcc === "vsid") sourceId = new ByteReader(payload, "vsid").i32();
    else texts.set(fourcc, decoder.decode(payload));
  }
  const text = texts.get("payl");
  if (text === undefined) throw malformed("it has no payl box");
  return { sourceId, id: texts.get("iden") ?? null, settings: texts.get("sttg") ?? null, text };
}

const malformed = (problem: string): Error =>
  isobmffErrors.make("malformed", { box: "vttc", problem });

/** The bytes of a sample that shows these cues. The inverse of {@link readTextSample}. */
export function writeTextSample(cues: readonly TextCue[]): Uint8Array {
  const writer = new ByteWriter(128);
  if (cues.length === 0) writer.box("vtte", () => undefined);
  for (const { sourceId, id, settings, text } of cues) {
    writer.box("vttc", () => {
      if (sourceId !== null) writer.box("vsid", () => writer.i32(sourceId));
      for (const [fourcc, value] of [["iden", id] as const, ["sttg", settings] as const])
        if (value !== null) writer.box(fourcc, () => writer.bytes(encoder.encode(value)));
      writer.box("payl", () => writer.bytes(encoder.encode(text)));
    });
  }
  return writer.finish();
}
