// The publishing point's paths: which channel and rendition a body is for (DASH-IF Live Media Ingest, Interface 1).
import { packagerErrors } from "./errors.ts";
import { PATH_LENGTH_LIMIT } from "./limits.ts";

export interface IngestPath {
  readonly channel: string;
  /** Null for a manifest: it is taken and ignored, since the header tells everything. */
  readonly rendition: string | null;
}

const point = /^\/ingest\/([\w-]{1,64})\/(.*)$/;
const manifest = /\.(?:mpd|m3u8)$/i;
const streams = /(?:^|\/)Streams\(([^()/]+)\)/;
const name = /^[\w-]{1,64}$/;

/**
 * Reads `/ingest/{channel}/{any relative path}`. The rendition is the folder (`v720/123.m4s`), the name in `Streams()`, or
 * a flat file's name without its number and the affixes `init` and `chunk` (`chunk-v720-00123.m4s`).
 * @throws packager/bad-path
 */
export function parseIngestPath(path: string): IngestPath {
  const found = path.length <= PATH_LENGTH_LIMIT ? point.exec(decoded(path)) : null;
  const channel = found?.[1];
  const relative = found?.[2];
  if (channel === undefined || relative === undefined)
    throw packagerErrors.make("bad-path", { path });
  if (manifest.test(relative)) return { channel, rendition: null };
  const rendition = renditionOf(relative);
  if (!name.test(rendition)) throw packagerErrors.make("bad-path", { path });
  return { channel, rendition };
}

function decoded(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    throw packagerErrors.make("bad-path", { path });
  }
}

const withoutExtension = (file: string): string => file.replace(/\.\w{1,8}$/, "");

function renditionOf(relative: string): string {
  const stream = streams.exec(relative)?.[1];
  if (stream !== undefined) return withoutExtension(stream);
  const slash = relative.lastIndexOf("/");
  if (slash >= 0) return relative.slice(0, slash).replaceAll("/", "-");
  return withoutExtension(relative)
    .replace(/^(?:init|chunk)[-_.]/, "")
    .replace(/[-_.](?:init|\d+)$/, "");
}
