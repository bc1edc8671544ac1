// The codecs parameter of playlists and MPDs.
import type { AvcConfigurationBox } from "./avcc.ts";
import { type EsdsBox, readAudioConfig } from "./esds.ts";

const hex = (byte: number): string => byte.toString(16).padStart(2, "0");
const MPEG4_AUDIO = 0x40;

/** Such as `avc1.64001f` (RFC 6381 3.3): profile, constraint flags and level of the configuration. */
export function avcCodecString(entry: "avc1" | "avc3", config: AvcConfigurationBox): string {
  return `${entry}.${hex(config.profile)}${hex(config.compatibility)}${hex(config.level)}`;
}

/** Such as `mp4a.40.2` (RFC 6381 3.3): object type, and for MPEG-4 audio its audio object type. @throws isobmff/malformed */
export function mp4aCodecString(config: EsdsBox): string {
  const name = `mp4a.${hex(config.objectType)}`;
  if (config.objectType !== MPEG4_AUDIO) return name;
  return `${name}.${readAudioConfig(config.specificInfo).objectType}`;
}
