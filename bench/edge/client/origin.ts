// The origin of the benchmark: objects that it holds until it is told to let them go, objects that grow, objects that
// are there. On node:http, so that no contender is fed by code of its own.
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { Closable } from "#base";

/** Longer than a run; nothing expires while it is measured. */
const LIFETIME_S = 3_600;
/** The largest object that can be asked for. */
const OBJECT_LIMIT_BYTES = 4 * 1024 * 1024;

/** Bytes of object `path`, the same each time, of no pattern that a compressor would like. */
export function bodyOf(path: string, length: number): Buffer {
  const body = Buffer.allocUnsafe(length);
  let state = 2_166_136_261;
  for (const code of path) state = Math.imul(state ^ (code.codePointAt(0) ?? 0), 16_777_619);
  for (let at = 0; at < length; at += 1) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    body[at] = 33 + ((state >>> 16) % 94);
  }
  return body;
}

/** One object by its path and query. */
interface Wanted {
  /** Answers that wait for it. */
  readonly waiting: Set<ServerResponse>;
  requests: number;
}

/**
 * Serves a channel whose renditions are named after their size: `/live/v2048.m3u8?_HLS_msn=7&_HLS_part=0` is there,
 * with another part it is held; `/live/v150000/7.0.m4s` is there; `/live/v30000/7.m4s` grows, its first chunk is there.
 */
export class Origin implements Closable {
  readonly #server = createServer((request, response) => this.#answer(request, response));
  readonly #objects = new Map<string, Wanted>();

  /** Starts it; returns its port. */
  listen(): Promise<number> {
    this.#server.keepAliveTimeout = LIFETIME_S * 1_000;
    return new Promise((resolve) => {
      this.#server.listen(0, "127.0.0.1", 4_096, () =>
        resolve((this.#server.address() as AddressInfo).port),
      );
    });
  }

  /** How often `target` was asked for. */
  requests(target: string): number {
    return this.#objects.get(target)?.requests ?? 0;
  }

  /** Gives a held object to all who wait for it. */
  release(target: string): void {
    const { waiting } = this.#of(target);
    const body = bodyOf(target, lengthOf(target));
    for (const response of waiting) response.end(body);
    waiting.clear();
  }

  /** Sends the next bytes of a growing object, as one transfer chunk. */
  grow(target: string, bytes: Buffer): void {
    for (const response of this.#of(target).waiting) response.write(bytes);
  }

  /** A growing object is complete. */
  complete(target: string): void {
    const { waiting } = this.#of(target);
    for (const response of waiting) response.end();
    waiting.clear();
  }

  close(): Promise<void> {
    this.#server.closeAllConnections();
    return new Promise((resolve) => void this.#server.close(() => resolve()));
  }

  #of(target: string): Wanted {
    let object = this.#objects.get(target);
    if (!object) {
      object = { waiting: new Set(), requests: 0 };
      this.#objects.set(target, object);
    }
    return object;
  }

  #answer(request: IncomingMessage, response: ServerResponse): void {
    // Some caches leave the viewer's report out of their key, and send it upstream all the same.
    const target = (request.url ?? "").replace(/[?&]CMCD=.*$/, "");
    const object = this.#of(target);
    object.requests += 1;
    const length = lengthOf(target);
    if (length === 0) return void response.writeHead(404, { "Cache-Control": "no-store" }).end();
    response.setHeader("Content-Type", target.includes(".m3u8") ? PLAYLIST : MEDIA);
    response.setHeader("Cache-Control", `public, max-age=${LIFETIME_S}`);
    response.setHeader("ETag", `"${target.length}-${length}"`);
    response.once("close", () => object.waiting.delete(response));
    if (growing.test(target)) {
      response.write(bodyOf(target, length));
      object.waiting.add(response);
      return;
    }
    response.setHeader("Content-Length", length);
    if (held.test(target)) object.waiting.add(response);
    else response.end(bodyOf(target, length));
  }
}

const PLAYLIST = "application/vnd.apple.mpegurl";
const MEDIA = "video/mp4";
const held = /[?&]_HLS_part=[1-9]/;
const growing = /\/\d+\.m4s$/;

/** The length that a target names; 0: none. */
function lengthOf(target: string): number {
  const length = Number(/\/v(\d+)[./]/.exec(target)?.[1] ?? 0);
  return length <= OBJECT_LIMIT_BYTES ? length : 0;
}
