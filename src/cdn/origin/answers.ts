// Heads and bodies that all answers of the origin share.
import type { RegistaError } from "#base";
import { corsHeaders, type HeaderList, type HttpReply } from "#http";
import { type CmsdStatic, cmsdStatic } from "#telemetry";
import {
  GAP_LIFETIME_S,
  HELD_PLAYLIST_LIFETIME_S,
  MANIFEST_LIFETIME_S,
  MEDIA_LIFETIME_S,
  RETRY_AFTER_S,
} from "./limits.ts";

/** How long caches may keep an answer (RFC 9111 5.2.2). */
const lifetimes = {
  media: `public, max-age=${MEDIA_LIFETIME_S}, immutable`,
  heldPlaylist: `public, max-age=${HELD_PLAYLIST_LIFETIME_S}`,
  manifest: `public, max-age=${MANIFEST_LIFETIME_S}`,
  gap: `public, max-age=${GAP_LIFETIME_S}`,
  none: "no-store",
} as const;
export type Lifetime = keyof typeof lifetimes;

/** Media types (RFC 8216 10, RFC 6838; ISO/IEC 23009-1 Annex C; RFC 4337; W3C WebVTT 7). */
export const mediaTypes = {
  playlist: "application/vnd.apple.mpegurl",
  mpd: "application/dash+xml",
  video: "video/mp4",
  audio: "audio/mp4",
  text: "application/mp4",
  webvtt: "text/vtt",
  json: "application/json",
} as const;

/** The head of an answer. */
export function headOf(what: {
  type: string;
  lifetime: Lifetime;
  etag?: string;
  /** What the object is, for caches and players on the way (CTA-5006). */
  cmsd?: CmsdStatic;
  more?: HeaderList;
}): HeaderList {
  return [
    ...corsHeaders,
    ["Content-Type", what.type],
    ["Cache-Control", lifetimes[what.lifetime]],
    ...(what.etag === undefined ? [] : [["ETag", what.etag] as const]),
    ...(what.cmsd === undefined ? [] : [["CMSD-Static", cmsdStatic(what.cmsd)] as const]),
    ...(what.more ?? []),
  ];
}

/** Answers with an error: its code, its sentence and its cure as JSON. */
export function refuse(
  reply: HttpReply,
  error: RegistaError,
  options: { lifetime?: Lifetime; more?: HeaderList } = {},
): void {
  const retry: HeaderList = error.status === 503 ? [["Retry-After", String(RETRY_AFTER_S)]] : [];
  const head = headOf({
    type: mediaTypes.json,
    lifetime: options.lifetime ?? "none",
    more: [...retry, ...(options.more ?? [])],
  });
  reply.send(error.status, head, `${JSON.stringify(error)}\n`);
}

/** Answers with a value as JSON that nobody keeps. */
export function sendJson(reply: HttpReply, value: unknown): void {
  reply.send(
    200,
    headOf({ type: mediaTypes.json, lifetime: "none" }),
    `${JSON.stringify(value)}\n`,
  );
}
