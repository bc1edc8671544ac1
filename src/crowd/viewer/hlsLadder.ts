// As much of a multivariant playlist as a viewer needs (rfc8216bis 4.4.6): variants and the sound that belongs to them.
import { resolved } from "./dashPlan.ts";
import { AUDIO_RATE_BPS, LADDER_LINES_LIMIT } from "./limits.ts";

/** One variant; paths stand behind an edge's address. */
export interface HlsRung {
  /** STABLE-VARIANT-ID, or the playlist's name. */
  readonly id: string;
  readonly bandwidth: number;
  readonly path: string;
}

export interface HlsLadder {
  /** From low to high. */
  readonly rungs: readonly HlsRung[];
  /** The playlist of the default sound; null when it has none of its own. */
  readonly audioPath: string | null;
  /** Bits per second of the sound: what playlists do not say is taken for stereo at its usual rate. */
  readonly audioBandwidth: number;
  /** The address of one playlist of each pathway that steering can name (rfc8216bis 4.4.6.2, PATHWAY-ID), where it has a host. */
  readonly pathways: ReadonlyMap<string, string>;
}

const attribute = /([A-Z0-9-]{1,64})=("[^"]*"|[^",]*)(?:,|$)/g;

function attributes(line: string): Map<string, string> {
  const list = line.slice(line.indexOf(":") + 1);
  return new Map(
    [...list.matchAll(attribute)].map(([, name, value]) => [
      name as string,
      (value as string).replaceAll('"', ""),
    ]),
  );
}

/** Reads the first pathway's variants. @throws Error when there are none */
export function readLadder(text: string, path: string): HlsLadder {
  const lines = text.split(/\r?\n/, LADDER_LINES_LIMIT);
  if (lines[0] !== "#EXTM3U") throw new Error("not a playlist");
  const rungs: HlsRung[] = [];
  const sounds: Map<string, string>[] = [];
  const pathways = new Map<string, string>();
  let variant: Map<string, string> | null = null;
  let first: Map<string, string> | null = null;
  for (const line of lines) {
    if (line.startsWith("#EXT-X-STREAM-INF:")) variant = attributes(line);
    else if (line.startsWith("#EXT-X-MEDIA:")) sounds.push(attributes(line));
    if (line === "" || line.startsWith("#") || !variant) continue;
    first ??= variant;
    const pathway = variant.get("PATHWAY-ID");
    if (pathway !== undefined && URL.canParse(line)) pathways.set(pathway, line);
    if (variant.get("PATHWAY-ID") === first.get("PATHWAY-ID"))
      rungs.push(rung(variant, line, path));
    variant = null;
  }
  if (rungs.length === 0) throw new Error("no variants");
  const group = sounds.filter(
    (sound) => sound.get("TYPE") === "AUDIO" && sound.get("GROUP-ID") === first?.get("AUDIO"),
  );
  const uri = (group.find((sound) => sound.get("DEFAULT") === "YES") ?? group[0])?.get("URI");
  return {
    rungs: rungs.sort((a, b) => a.bandwidth - b.bandwidth),
    audioPath: uri === undefined ? null : resolved(uri, path),
    audioBandwidth: AUDIO_RATE_BPS,
    pathways,
  };
}

function rung(variant: ReadonlyMap<string, string>, uri: string, base: string): HlsRung {
  const path = resolved(uri, base);
  const name = /([^/]*?)(?:\.m3u8)?$/.exec(path)?.[1] ?? path;
  const bandwidth = Number(variant.get("BANDWIDTH"));
  if (!(bandwidth > 0)) throw new Error("a variant without its rate");
  return { id: variant.get("STABLE-VARIANT-ID") ?? name, bandwidth, path };
}
