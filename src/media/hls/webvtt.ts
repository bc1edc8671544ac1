// WebVTT segments, written and read: W3C WebVTT 4.1, rfc8216bis 3.1.4.
import { hlsErrors } from "./errors.ts";
import { WEBVTT_CHARS_LIMIT, WEBVTT_CUES_LIMIT } from "./limits.ts";

/** A cue; its times are local: X-TIMESTAMP-MAP says where they lie. */
export interface WebvttCue {
  /** Null: it has none. */
  readonly id: string | null;
  readonly startMs: number;
  readonly endMs: number;
  /** Such as `line:0`; null: the defaults. */
  readonly settings: string | null;
  /** With its markup. */
  readonly text: string;
}

/** A segment of text, and the instant at which its local times are anchored. */
export interface WebvttSegment {
  /** 90 kHz, 33 bits, as an MPEG-2 clock counts: the media time of `localMs`. */
  readonly mpegTs: number;
  readonly localMs: number;
  readonly cues: readonly WebvttCue[];
}

/** An MPEG-2 clock begins anew after so many ticks. */
export const MPEG_TS_MODULUS = 2 ** 33;

const two = (value: number): string => String(value).padStart(2, "0");

/** HH:MM:SS.mmm; more than two digits of hours where they are needed. */
function timestamp(localMs: number): string {
  const seconds = Math.floor(localMs / 1_000);
  const clock = [Math.floor(seconds / 3_600), Math.floor(seconds / 60) % 60, seconds % 60];
  return `${clock.map(two).join(":")}.${String(Math.round(localMs) % 1_000).padStart(3, "0")}`;
}

// What would end a cue, or begin another, cannot stand in one (WebVTT 4.1): lines are joined, the arrow is escaped.
const inLine = (text: string): string => text.replaceAll(/[\r\n\0]+/g, " ").replaceAll("-->", "->");
const inBlock = (text: string): string =>
  text
    .replaceAll("\0", "")
    .replaceAll(/\s*[\r\n]+\s*/g, "\n")
    .trim()
    .replaceAll("-->", "--&gt;");

/** The segment as text. Cues without text are left out: they show nothing. */
export function writeWebvtt(segment: WebvttSegment): string {
  const { mpegTs, localMs } = segment;
  const head = `WEBVTT\nX-TIMESTAMP-MAP=LOCAL:${timestamp(localMs)},MPEGTS:${mpegTs}\n`;
  const cues = segment.cues.map(({ id, startMs, endMs, settings, text }) => {
    const payload = inBlock(text);
    if (payload === "") return "";
    const name = id === null ? "" : `${inLine(id)}\n`;
    const placed = settings === null ? "" : ` ${inLine(settings)}`;
    return `\n${name}${timestamp(startMs)} --> ${timestamp(endMs)}${placed}\n${payload}\n`;
  });
  return head + cues.join("");
}

const time = String.raw`(\d{2,6}):([0-5]\d):([0-5]\d)\.(\d{3})`;
const mapLine = new RegExp(`^X-TIMESTAMP-MAP=LOCAL:${time},MPEGTS:(\\d{1,10})$`);
const timing = new RegExp(`^${time} --> ${time}(?:[ \\t]+(.*))?$`);

const millisecondsOf = (fields: readonly (string | undefined)[]): number => {
  const [hours = 0, minutes = 0, seconds = 0, ms = 0] = fields.map(Number);
  return ((hours * 60 + minutes) * 60 + seconds) * 1_000 + ms;
};

/**
 * Reads a segment of text in the form that {@link writeWebvtt} has: X-TIMESTAMP-MAP in the header, hours in every time.
 * Comments and styles are passed over.
 * @throws hls/bad-text when it is something else, or too long
 */
export function readWebvtt(text: string): WebvttSegment {
  if (text.length > WEBVTT_CHARS_LIMIT) throw bad(`it has ${text.length} characters`);
  const [head = "", ...blocks] = text.replaceAll(/\r\n?/g, "\n").split(/\n{2,}/);
  const [magic, ...lines] = head.split("\n");
  if (magic !== "WEBVTT") throw bad("it does not begin with WEBVTT");
  const map = lines.map((line) => mapLine.exec(line)).find((found) => found !== null);
  if (!map) throw bad("it has no X-TIMESTAMP-MAP");
  const cues = blocks.flatMap(cueOf);
  if (cues.length > WEBVTT_CUES_LIMIT) throw bad(`it has ${cues.length} cues`);
  return { mpegTs: Number(map[5]), localMs: millisecondsOf(map.slice(1, 5)), cues };
}

function cueOf(block: string): WebvttCue[] {
  const lines = block.replace(/\n+$/, "").split("\n");
  const at = lines.findIndex((line) => line.includes("-->"));
  if (at < 0) return [];
  const found = timing.exec(lines[at] as string);
  if (!found || at > 1) throw bad("a cue's times are none");
  return [
    {
      id: at === 0 ? null : (lines[0] as string),
      startMs: millisecondsOf(found.slice(1, 5)),
      endMs: millisecondsOf(found.slice(5, 9)),
      settings: found[9] ?? null,
      text: lines.slice(at + 1).join("\n"),
    },
  ];
}

const bad = (problem: string): Error => hlsErrors.make("bad-text", { problem });
