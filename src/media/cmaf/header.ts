// What a CMAF header says of its track: ISO/IEC 23000-19 7.3.1.
import type { RegistaError } from "#base";
import {
  avcCodecString,
  type AvcSampleEntry,
  type Box,
  findBox,
  findPath,
  type Mp4AudioSampleEntry,
  mp4aCodecString,
  readAudioConfig,
  readBoxes,
  type SampleEntry,
  type WebvttSampleEntry,
} from "#media/isobmff";
import { cmafErrors } from "./errors.ts";

/** What samples have unless their fragment says otherwise (ISO/IEC 14496-12 8.8.3). */
export interface SampleDefaults {
  readonly trackId: number;
  readonly duration: number;
  readonly size: number;
  readonly flags: number;
}

interface CommonTrack {
  /** RFC 6381, such as `avc1.64001f`, `mp4a.40.2` or `wvtt`. */
  readonly codec: string;
  /** Ticks per second. */
  readonly timescale: number;
  readonly defaults: SampleDefaults;
  /** The decoder's configuration: the avcC's parameter sets, the AudioSpecificConfig, or the WebVTT header. Equal bytes: interchangeable. */
  readonly configuration: Uint8Array;
}

export interface CmafVideoTrack extends CommonTrack {
  readonly kind: "video";
  /** Pixels as coded. */
  readonly width: number;
  readonly height: number;
}

export interface CmafAudioTrack extends CommonTrack {
  readonly kind: "audio";
  /** Hz. */
  readonly sampleRate: number;
  readonly channels: number;
  /** ISO 639-2/T, three letters; null when undetermined. */
  readonly language: string | null;
}

/** WebVTT: ISO/IEC 23000-19 11.3. */
export interface CmafTextTrack extends CommonTrack {
  readonly kind: "text";
  /** RFC 5646 from the extended language (elng), else ISO 639-2/T; null when undetermined. */
  readonly language: string | null;
}

export type CmafTrack = CmafVideoTrack | CmafAudioTrack | CmafTextTrack;

const bad = (problem: string): RegistaError => cmafErrors.make("bad-header", { problem });

/**
 * Reads a header: ftyp and moov, whole.
 * @throws cmaf/bad-header (not one usable track), cmaf/wrong-codec (anything but avc1, avc3, mp4a, wvtt), isobmff/… (not boxes)
 */
export function readHeader(bytes: Uint8Array): CmafTrack {
  const boxes = readBoxes(bytes);
  if (!findBox(boxes, "ftyp")) throw bad("it has no ftyp box");
  const movie = findPath(boxes, "moov");
  const tracks = movie.filter((box) => box.type === "trak");
  if (tracks.length !== 1) throw bad(`it has ${tracks.length} tracks`);
  const media = findPath(movie, "trak", "mdia");
  const mediaHeader = findBox(media, "mdhd");
  if (!mediaHeader || mediaHeader.timescale === 0) throw bad("it has no timescale");
  const entries = findBox(findPath(media, "minf", "stbl"), "stsd")?.entries ?? [];
  const entry = entries[0];
  if (!entry || entries.length > 1) throw bad(`it has ${entries.length} sample descriptions`);
  const common = { timescale: mediaHeader.timescale, defaults: readDefaults(movie) };
  const language = mediaHeader.language === "und" ? null : mediaHeader.language;
  if (entry.type === "wvtt") {
    return describeText(entry, { ...common, language: extendedLanguage(media) ?? language });
  }
  return describe(entry, { ...common, language });
}

function readDefaults(movie: readonly Box[]): SampleDefaults {
  const header = findBox(findPath(movie, "trak"), "tkhd");
  const extended = findBox(findPath(movie, "mvex"), "trex");
  if (!header || !extended) throw bad("it has no tkhd or no trex box");
  if (header.trackId !== extended.trackId) throw bad("tkhd and trex name different tracks");
  return {
    trackId: header.trackId,
    duration: extended.sampleDuration,
    size: extended.sampleSize,
    flags: extended.sampleFlags,
  };
}

interface Told {
  readonly timescale: number;
  readonly defaults: SampleDefaults;
  readonly language: string | null;
}

function describe(entry: Exclude<SampleEntry, WebvttSampleEntry>, told: Told): CmafTrack {
  if (entry.type === "raw") throw cmafErrors.make("wrong-codec", { codec: entry.fourcc });
  return entry.type === "mp4a" ? describeAudio(entry, told) : describeVideo(entry, told);
}

/** ExtendedLanguageBox, ISO/IEC 14496-12 8.4.6: a full box with a string that ends in a zero. */
function extendedLanguage(media: readonly Box[]): string | null {
  const box = media.find((one) => one.type === "raw" && one.fourcc === "elng");
  if (box?.type !== "raw") return null;
  const tag = new TextDecoder().decode(box.payload.subarray(4)).replace(/\0.*$/s, "");
  if (!/^[A-Za-z0-9-]{2,35}$/.test(tag)) throw bad("its extended language is none");
  return tag;
}

function describeText(entry: WebvttSampleEntry, told: Told): CmafTextTrack {
  const config = entry.children.find((child) => child.type === "vttC");
  if (!config) throw bad("its text has no vttC box");
  const configuration = new TextEncoder().encode(config.config);
  return { kind: "text", codec: "wvtt", ...told, configuration };
}

function describeVideo(entry: AvcSampleEntry, { timescale, defaults }: Told): CmafVideoTrack {
  const config = entry.children.find((child) => child.type === "avcC");
  if (!config) throw bad("its video has no avcC box");
  const { width, height } = entry;
  const sets = [...config.sps, ...config.pps].map((set) => [...set]);
  const codec = avcCodecString(entry.type, config);
  const configuration = Uint8Array.from([config.lengthSize, ...sets.flat()]);
  return { kind: "video", codec, timescale, defaults, configuration, width, height };
}

function describeAudio(entry: Mp4AudioSampleEntry, told: Told): CmafAudioTrack {
  const config = entry.children.find((child) => child.type === "esds");
  if (!config) throw bad("its sound has no esds box");
  const codec = mp4aCodecString(config);
  if (!codec.startsWith("mp4a.40.")) throw cmafErrors.make("wrong-codec", { codec });
  const audio = readAudioConfig(config.specificInfo);
  const channels = audio.channels === 0 ? entry.channels : audio.channels;
  const { sampleRate } = audio;
  const configuration = config.specificInfo;
  return { kind: "audio", codec, ...told, configuration, sampleRate, channels };
}
