// `/live`: the same words to every listener, as server-sent events (HTML Living Standard 9.2).
import type { ServerResponse } from "node:http";
import type { Closable } from "#base";
import { LIVE_BACKLOG_LIMIT, LIVE_LISTENERS_LIMIT } from "./limits.ts";

/** Head of an event stream. Nothing between the role and its listener may keep or rewrite it. */
const head = {
  "content-type": "text/event-stream",
  "cache-control": "no-store, no-transform",
  "access-control-allow-origin": "*",
  "x-accel-buffering": "no",
};

/** Sends each message to every listener. A listener that does not read misses messages, which are counted. */
export class LiveStream implements Closable {
  readonly counters = { sent: 0, skipped: 0, refused: 0 };
  readonly #listeners = new Set<ServerResponse>();

  get listeners(): number {
    return this.#listeners.size;
  }

  /**
   * Takes a response over and sends it `first`; it must not have been answered. False, leaving the response alone, when
   * there are {@link LIVE_LISTENERS_LIMIT} listeners already.
   */
  add(response: ServerResponse, first?: unknown): boolean {
    if (this.#listeners.size >= LIVE_LISTENERS_LIMIT) {
      this.counters.refused += 1;
      return false;
    }
    this.#listeners.add(response);
    response.on("close", () => this.#listeners.delete(response));
    response.on("error", () => this.#listeners.delete(response));
    response.writeHead(200, head);
    response.write("retry: 1000\n\n");
    if (first !== undefined) response.write(`data: ${JSON.stringify(first)}\n\n`);
    return true;
  }

  /** Sends one message as JSON. */
  send(message: unknown): void {
    if (this.#listeners.size === 0) return;
    const event = `data: ${JSON.stringify(message)}\n\n`;
    for (const listener of this.#listeners) {
      if (listener.writableLength > LIVE_BACKLOG_LIMIT) {
        this.counters.skipped += 1;
        continue;
      }
      listener.write(event);
      this.counters.sent += 1;
    }
  }

  /** Ends every stream; listeners come back by themselves to whoever listens then. */
  close(): Promise<void> {
    for (const listener of this.#listeners) listener.end();
    this.#listeners.clear();
    return Promise.resolve();
  }
}
