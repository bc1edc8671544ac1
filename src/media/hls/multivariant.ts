// The multivariant playlist (rfc8216bis 4.4.6): the ladder, once for each pathway.
import { attributeList, plain, quoted } from "./attributes.ts";
import { HLS_VERSION } from "./writeMedia.ts";

interface Rendition {
  /** Its name, which is also its STABLE-VARIANT-ID or STABLE-RENDITION-ID. */
  name: string;
  /** The media playlist, relative to this one. */
  uri: string;
  /** RFC 6381. */
  codec: string;
  /** Bits per second of the largest segment. */
  bandwidth: number;
  averageBandwidth: number;
}

export interface VideoRendition extends Rendition {
  /** Pixels; null when the header does not say. */
  size: { width: number; height: number } | null;
  frameRate: number | null;
}

export interface AudioRendition extends Rendition {
  /** RFC 5646, or null. */
  language: string | null;
  channels: number | null;
}

/** Subtitles (rfc8216bis 4.4.6.1, TYPE=SUBTITLES). */
export interface TextRendition {
  /** Also its STABLE-RENDITION-ID. */
  name: string;
  /** What a viewer reads in a menu. */
  label: string;
  uri: string;
  /** RFC 5646, or null. */
  language: string | null;
  /** Bits per second of the largest segment, and over time. */
  bandwidth: number;
  averageBandwidth: number;
}

/** One way to the same media (rfc8216bis 7.1): a base address under which every relative URI is found. */
export interface Pathway {
  id: string;
  /** Ends with a slash. */
  base: string;
}

/** What the multivariant playlist says. */
export interface MultivariantPlaylist {
  /** In order of preference for the first choice of a player. */
  video: VideoRendition[];
  /** The first is the default. */
  audio: AudioRendition[];
  /** None is on unless a viewer asks for it. */
  text: TextRendition[];
  /** Without any, URIs stay relative. */
  pathways: Pathway[];
  /** The steering manifest (4.4.6.6), when there are pathways; the first pathway is where players begin. */
  steeringUri: string | null;
}

/** The playlist as text. @throws hls/bad-value for a name it cannot hold */
export function writeMultivariantPlaylist(playlist: MultivariantPlaylist): string {
  const [first] = playlist.pathways;
  const lines = ["#EXTM3U", `#EXT-X-VERSION:${HLS_VERSION}`, "#EXT-X-INDEPENDENT-SEGMENTS"];
  if (playlist.steeringUri !== null && first)
    lines.push(
      `#EXT-X-CONTENT-STEERING:SERVER-URI=${quoted(playlist.steeringUri)},PATHWAY-ID=${quoted(first.id)}`,
    );
  for (const pathway of first ? playlist.pathways : [null])
    lines.push(...pathwayLines(playlist, pathway));
  return `${lines.join("\n")}\n`;
}

function pathwayLines(playlist: MultivariantPlaylist, pathway: Pathway | null): string[] {
  const group = pathway ? `audio-${pathway.id}` : "audio";
  const base = pathway?.base ?? "";
  const { video, audio, text } = playlist;
  const textGroup = pathway ? `text-${pathway.id}` : "text";
  const tiedText = text.length === 0 ? null : { group: textGroup, ...peakOf(text) };
  const subtitles = text.map((track) => textMedia(track, { group: textGroup, base }));
  if (video.length === 0) {
    const variants = audio.flatMap((track) => variant(track, { pathway, tied: null, tiedText }));
    return [...subtitles, ...variants];
  }
  const tied = audio[0]
    ? {
        group,
        codec: audio[0].codec,
        ...peakOf(audio),
      }
    : null;
  return [
    ...audio.map((track, index) => media(track, { group, base, isDefault: index === 0 })),
    ...subtitles,
    ...video.flatMap((track) => variant(track, { pathway, tied, tiedText })),
  ];
}

interface Rates {
  bandwidth: number;
  averageBandwidth: number;
}

/** The rates of the largest of them: only one plays at a time. */
const peakOf = (tracks: readonly Rates[]): Rates => ({
  bandwidth: Math.max(0, ...tracks.map(({ bandwidth }) => bandwidth)),
  averageBandwidth: Math.max(0, ...tracks.map(({ averageBandwidth }) => averageBandwidth)),
});

/** EXT-X-MEDIA (4.4.6.1) of text: off unless a viewer, or what his device knows of him, wants it. */
function textMedia(track: TextRendition, place: { group: string; base: string }): string {
  const attributes = attributeList([
    ["TYPE", "SUBTITLES"],
    ["GROUP-ID", quoted(place.group)],
    ["NAME", quoted(track.label)],
    ["LANGUAGE", track.language === null ? null : quoted(track.language)],
    ["DEFAULT", "NO"],
    ["AUTOSELECT", "YES"],
    ["STABLE-RENDITION-ID", quoted(track.name)],
    ["URI", quoted(place.base + track.uri)],
  ]);
  return `#EXT-X-MEDIA:${attributes}`;
}

/** EXT-X-MEDIA (4.4.6.1). */
function media(
  track: AudioRendition,
  place: { group: string; base: string; isDefault: boolean },
): string {
  const attributes = attributeList([
    ["TYPE", "AUDIO"],
    ["GROUP-ID", quoted(place.group)],
    ["NAME", quoted(track.name)],
    ["LANGUAGE", track.language === null ? null : quoted(track.language)],
    ["DEFAULT", place.isDefault ? "YES" : "NO"],
    ["AUTOSELECT", "YES"],
    ["CHANNELS", track.channels === null ? null : quoted(String(track.channels))],
    ["STABLE-RENDITION-ID", quoted(track.name)],
    ["URI", quoted(place.base + track.uri)],
  ]);
  return `#EXT-X-MEDIA:${attributes}`;
}

interface TiedAudio extends Rates {
  group: string;
  codec: string;
}

/** EXT-X-STREAM-INF (4.4.6.2): rates count the sound and the text that play along. */
function variant(
  track: VideoRendition | AudioRendition,
  context: {
    pathway: Pathway | null;
    tied: TiedAudio | null;
    tiedText: (Rates & { group: string }) | null;
  },
): string[] {
  const { pathway, tied, tiedText } = context;
  const rate = (key: keyof Rates): number =>
    Math.ceil(track[key] + (tied?.[key] ?? 0) + (tiedText?.[key] ?? 0));
  const video = "size" in track ? track : null;
  const codecs = tied ? `${track.codec},${tied.codec}` : track.codec;
  const attributes = attributeList([
    ["BANDWIDTH", rate("bandwidth")],
    ["AVERAGE-BANDWIDTH", rate("averageBandwidth")],
    ["CODECS", quoted(codecs)],
    ["RESOLUTION", video?.size ? `${video.size.width}x${video.size.height}` : null],
    // "rounded to three decimal places"
    ["FRAME-RATE", video?.frameRate ? Number(video.frameRate.toFixed(3)) : null],
    ["AUDIO", tied ? quoted(tied.group) : null],
    ["SUBTITLES", tiedText ? quoted(tiedText.group) : null],
    ["CLOSED-CAPTIONS", video ? "NONE" : null],
    ["STABLE-VARIANT-ID", quoted(track.name)],
    ["PATHWAY-ID", pathway ? quoted(pathway.id) : null],
  ]);
  return [`#EXT-X-STREAM-INF:${attributes}`, plain((pathway?.base ?? "") + track.uri)];
}
