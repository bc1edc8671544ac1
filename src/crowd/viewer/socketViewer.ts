// A viewer of a live channel over plain sockets.
import type { ViewerContext, ViewerOptions } from "./types.ts";

/** One viewer: it joins, plays, keeps its distance, checks what it gets, and goes on by another edge when one fails. */
export class SocketViewer {
  readonly options: ViewerOptions;
  readonly #context: ViewerContext;
  #stopped = false;

  constructor(options: ViewerOptions, context: ViewerContext) {
    this.options = options;
    this.#context = context;
  }

  /** Plays now: joined, and not stalled. */
  get playing(): boolean {
    return false;
  }

  /** Begins; once. */
  start(): void {}

  /** Ends; idempotent. */
  stop(): void {
    if (this.#stopped) return;
    this.#stopped = true;
    this.#context.sink.left();
  }
}
