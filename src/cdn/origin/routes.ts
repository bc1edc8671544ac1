// Who answers which path.
import { isoTime } from "#base";
import type { Clock } from "#base/clock";
import { answerPreflight, checkPath, type Handler } from "#http";
import { mainPlaylistPath, mpdPath, parseCaptionPath, parseMediaPath } from "#protocol";
import type { OriginCues } from "./cues/originCues.ts";
import { headOf, refuse, sendJson } from "./answers.ts";
import { originErrors } from "./errors.ts";
import type { Manifests } from "./manifests.ts";
import type { Exchange, MediaObjects } from "./mediaObjects.ts";
import type { MediaPlaylists } from "./mediaPlaylists.ts";
import type { OriginStatus } from "./status.ts";

/** What answers. */
export interface Answerers {
  channel: string;
  ingest: Handler;
  cues: OriginCues;
  manifests: Manifests;
  playlists: MediaPlaylists;
  objects: MediaObjects;
  status: OriginStatus;
  clock: Clock;
}

const headerPath = /^\/([\w-]{1,64})\/([\w-]{1,64})\/init-([\w-]{1,64})\.mp4$/;
const playlistPath = /^\/([\w-]{1,64})\/([\w-]{1,64})\.m3u8$/;

/** The origin's handler. */
export function originHandler(answerers: Answerers): Handler {
  return async (request, reply) => {
    if (request.method === "OPTIONS") return answerPreflight(reply);
    if (answerers.cues.isEntry(request)) return answerers.cues.enter(request, reply);
    if (request.path.startsWith("/ingest/")) return answerers.ingest(request, reply);
    if (request.method !== "GET" && request.method !== "HEAD") {
      const { method } = request;
      const more = [["Allow", "GET, HEAD, OPTIONS"]] as const;
      return refuse(reply, originErrors.make("bad-method", { method }), { more });
    }
    checkPath(request.path);
    await route(answerers, { request, reply });
  };
}

async function route(answerers: Answerers, exchange: Exchange): Promise<void> {
  const { channel, manifests, objects, playlists, status } = answerers;
  const { request, reply } = exchange;
  switch (request.path) {
    case mainPlaylistPath(channel):
      return manifests.multivariant(reply);
    case mpdPath(channel):
      return manifests.mpd(reply);
    case "/status":
      return sendJson(reply, status.status());
    case "/metrics":
      return status.metrics(reply);
    case "/time":
      return reply.send(
        200,
        headOf({ type: "text/plain", lifetime: "none" }),
        isoTime(answerers.clock.utc()),
      );
    default:
  }
  if (answerers.cues.answer(request, reply)) return;
  const media = parseMediaPath(request.path);
  if (media?.channel === channel) return objects.media(media, exchange);
  const captions = parseCaptionPath(request.path);
  if (captions?.channel === channel) return objects.captions(captions, exchange);
  const [, headerChannel, owner, hash] = headerPath.exec(request.path) ?? [];
  if (headerChannel === channel && owner && hash)
    return objects.header({ rendition: owner, hash }, exchange);
  const [, playlistChannel, rendition] = playlistPath.exec(request.path) ?? [];
  if (playlistChannel === channel && rendition)
    return playlists.answer(rendition, request.query, reply);
  refuse(reply, originErrors.make("unknown-path", { path: request.path, channel }));
}
