// One probe over HTTP: a small object for the first byte, and of a foreign edge now and then the channel's last whole
// segment for its speed. Playlists are read line by line; nothing here knows what is in them.
import { elapsed, type MonoMs, ms } from "#base";
import type { Clock } from "#base/clock";
import type { HttpClient } from "#http";
import { mainPlaylistPath } from "#protocol";
import {
  PLAYLIST_BYTES_LIMIT,
  PROBE_LARGE_BYTES,
  PROBE_LARGE_LEAST_BYTES,
  PROBE_LARGE_MS,
  PROBE_TIMEOUT_MS,
} from "./limits.ts";
import type { Probe } from "./probeRecord.ts";
import type { AskEdge } from "./prober.ts";

/** What came, by when. */
interface Got {
  readonly status: number;
  readonly body: string;
  readonly bytes: number;
  readonly firstByteMs: number;
  /** From the first byte to the last one read. */
  readonly bodyMs: number;
}

/** RFC 8216 4.1: a line that is neither empty nor a comment is a URI; the last one is the newest. */
const lastUri = (playlist: string): string | null =>
  playlist
    .split(/\r?\n/)
    .findLast((line) => line !== "" && !line.startsWith("#"))
    ?.trim() ?? null;

export function httpProbe(parts: { client: HttpClient; clock: Clock; channel: string }): AskEdge {
  const get = getter(parts);
  return async (edge, large): Promise<Probe> => {
    const url = edge.url + (edge.foreign ? mainPlaylistPath(parts.channel) : "/time");
    const answer = await get(url, Infinity);
    // What an edge of ours answers at all proves that it is there.
    const well = edge.foreign ? answer.status === 200 : answer.status < 500;
    if (!well) return { ok: false, why: `it answered ${answer.status}` };
    const mbps = large ? await speedOf({ url, playlist: answer.body, get }) : null;
    return { ok: true, firstByteMs: answer.firstByteMs, mbps };
  };
}

type Get = (url: string, most: number) => Promise<Got>;

/** Mb/s of the newest whole segment's first bytes; null when there is none, or it is too small to tell. */
async function speedOf(parts: { url: string; playlist: string; get: Get }): Promise<number | null> {
  const { url, playlist, get } = parts;
  const variant = resolved(lastUri(playlist), url);
  if (variant === null) return null;
  const media = await get(variant, Infinity);
  const segment = media.status === 200 ? resolved(lastUri(media.body), variant) : null;
  if (segment === null) return null;
  const { status, bytes, bodyMs } = await get(segment, PROBE_LARGE_BYTES);
  if (status !== 200 || bytes < PROBE_LARGE_LEAST_BYTES) return null;
  return (bytes * 8) / 1_000 / Math.max(bodyMs, 0.1);
}

const resolved = (uri: string | null, base: string): string | null =>
  uri !== null && URL.canParse(uri, base) ? new URL(uri, base).href : null;

/** Reads at most `most` bytes; rejects with what went wrong. The client's own limit holds for playlists. */
function getter({ client, clock }: { client: HttpClient; clock: Clock }): Get {
  return (url, most) =>
    new Promise((resolve, reject) => {
      const startedAt = clock.monotonic();
      let headAt: MonoMs | null = null;
      let status = 0;
      let bytes = 0;
      const texts: string[] = [];
      const decoder = new TextDecoder();
      const timeout = { headTimeoutMs: PROBE_TIMEOUT_MS, idleTimeoutMs: PROBE_TIMEOUT_MS };
      const done = (): void => {
        enough.cancel();
        const now = clock.monotonic();
        const body = texts.join("");
        const firstByteMs = elapsed(startedAt, headAt ?? now);
        resolve({ status, body, bytes, firstByteMs, bodyMs: elapsed(headAt ?? now, now) });
      };
      const enough = clock.after(ms(PROBE_LARGE_MS), () => {
        if (headAt === null) return;
        done();
        pending.abort();
      });
      const pending = client.request(
        { method: "GET", url, ...timeout },
        {
          head: (code) => {
            status = code;
            headAt = clock.monotonic();
          },
          data: (part) => {
            bytes += part.length;
            if (most === Infinity) texts.push(decoder.decode(part, { stream: true }));
            if (bytes < Math.min(most, PLAYLIST_BYTES_LIMIT)) return;
            done();
            pending.abort();
          },
          chunkEnd: () => undefined,
          end: done,
          fail: (failure) => {
            enough.cancel();
            reject(failure);
          },
        },
      );
    });
}
