// The media source under a video element: one queue for each of sound and picture.
import { AppendQueue, type QueueOwner } from "./appendQueue.ts";
import type { Track } from "./profile.ts";

/** A media source that is opening or open, its tracks' queues in place once they are known. */
export class Deck {
  readonly #video: HTMLVideoElement;
  readonly #source = new MediaSource();
  readonly #url: string;
  readonly #opened: Promise<void>;
  readonly #queues = new Map<string, AppendQueue>();
  #closed = false;

  constructor(video: HTMLVideoElement) {
    this.#video = video;
    this.#opened = new Promise((resolve) => {
      this.#source.addEventListener("sourceopen", () => resolve(), { once: true });
    });
    this.#url = URL.createObjectURL(this.#source);
    video.src = this.#url;
  }

  /** Resolves when tracks can be added; never, when it is closed before. */
  get opened(): Promise<void> {
    return this.#opened;
  }

  /** All queues before the first append: a track that came later would be refused. @throws what the browser says */
  add(tracks: readonly Track[], owner: QueueOwner): void {
    for (const { kind, rungs, offsetTicks, timescale } of tracks) {
      const [first] = rungs;
      if (!first) continue;
      const buffer = this.#source.addSourceBuffer(first.type);
      if (offsetTicks !== 0) buffer.timestampOffset = -offsetTicks / timescale;
      this.#queues.set(kind, new AppendQueue(buffer, owner));
    }
    this.#source.duration = Number.POSITIVE_INFINITY;
  }

  /** Resolves when the browser has the bytes for that kind, or nobody wants them any more. */
  append(kind: string, bytes: Uint8Array): Promise<void> {
    return this.#queues.get(kind)?.append(bytes) ?? Promise.resolve();
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    for (const queue of this.#queues.values()) queue.close();
    if (this.#video.src === this.#url) {
      this.#video.removeAttribute("src");
      this.#video.load();
    }
    URL.revokeObjectURL(this.#url);
  }
}
