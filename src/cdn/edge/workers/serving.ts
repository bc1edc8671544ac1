// Who serves viewers: this thread, or several workers on the same port.
import { availableParallelism } from "node:os";
import type { Closable } from "#base";
import type { Release } from "../cues/releases.ts";
import { Gate, type GateParts } from "../gate.ts";
import type { Figures } from "../show.ts";
import { Workers } from "./workers.ts";

/** What serves viewers. */
export interface Serving extends Closable {
  readonly url: string;
  /** As far as they are known here and now. */
  readonly figures: Figures;
  /** Resolves when the figures are those of now, or a short wait is over. */
  refresh(): Promise<void>;
  /** What the director says of cohorts. */
  release(releases: readonly Release[]): void;
  /** Rejects with `http/port-taken`, `http/cannot-listen` or `edge/did-not-start`. */
  start(): Promise<void>;
  /** Accepts no more, and lets what is under way end. */
  drain(times: { limitMs: number; idleMs: number }): Promise<void>;
}

/** What serving stands on. */
export interface ServingParts extends Omit<GateParts, "tiers"> {
  /** A thread that served is gone, and the edge wants a successor. */
  readonly failing: (why: string) => void;
}

/** As many threads as there are held sockets, or as the options say; one alone is this thread. */
export function servingIn(parts: ServingParts): Serving {
  const { workers = 1, listen } = parts.options;
  const threads = listen?.fds.length ?? (workers === 0 ? availableParallelism() : workers);
  return threads === 1 ? new OneThread(parts) : new Workers(parts, threads);
}

class OneThread implements Serving {
  readonly #parts: ServingParts;
  readonly #gate: Gate;

  constructor(parts: ServingParts) {
    this.#parts = parts;
    this.#gate = new Gate(parts);
  }

  get url(): string {
    return this.#gate.url;
  }

  get figures(): Figures {
    return this.#gate.figures;
  }

  refresh(): Promise<void> {
    return Promise.resolve();
  }

  start(): Promise<void> {
    const { host, port, listen } = this.#parts.options;
    return this.#gate.start({ host, port, fd: listen?.fds[0] });
  }

  release(releases: readonly Release[]): void {
    this.#gate.release(releases);
  }

  drain(times: { limitMs: number; idleMs: number }): Promise<void> {
    return this.#gate.drain(times);
  }

  close(): Promise<void> {
    return this.#gate.close();
  }
}
