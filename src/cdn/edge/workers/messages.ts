// What a worker thread and the host tier of its edge say to each other. Bytes are views of shared memory wherever they are
// many; everything else is cloned.
import type { HeaderList } from "#http";
import type { Release } from "../cues/releases.ts";
import type { EdgeOptions } from "../edge.ts";
import type { Listening } from "../gate.ts";
import type { Figures } from "../show.ts";

/** A request that a worker cannot answer by itself, or may not. */
export interface AskMessage {
  readonly kind: "ask";
  /** Counts this worker's requests. */
  readonly id: number;
  readonly method: string;
  readonly target: string;
  readonly headers: HeaderList;
  readonly remoteAddress: string;
}

/** From a worker to the host tier, about its requests. */
export type TierAsk =
  | AskMessage
  /** The next of a request's body, which the host tier wanted; null: it is complete. */
  | { readonly kind: "body"; readonly id: number; readonly bytes: Uint8Array | null }
  | { readonly kind: "bodyBroke"; readonly id: number; readonly why: string }
  | { readonly kind: "abort"; readonly id: number }
  /** So many messages of the host tier were worked off. */
  | { readonly kind: "taken"; readonly count: number };

/** The head of an answer. */
export interface TierHead {
  readonly status: number;
  /** Without Content-Length and Transfer-Encoding. */
  readonly headers: HeaderList;
  /** Of the body; null while it grows. */
  readonly length: number | null;
  /** Age now, s, where the host tier has the object: the Age field has whole seconds. */
  readonly ageS: number | null;
}

/** What came of an answer within one turn. */
export interface BurstMessage {
  readonly kind: "burst";
  readonly id: number;
  readonly head: TierHead | null;
  readonly pieces: readonly Uint8Array[];
  readonly last: boolean;
  /** With the last burst: the body as the host tier keeps it, in one stretch. */
  readonly whole: Uint8Array | null;
}

/** From the host tier to a worker, about its requests. */
export type TierAnswer =
  | BurstMessage
  /** The answer will not be complete. */
  | { readonly kind: "broken"; readonly id: number }
  /** The next of the request's body is wanted. */
  | { readonly kind: "wantsBody"; readonly id: number }
  /** What the host tier keeps no more. */
  | { readonly kind: "dropped"; readonly variants: readonly string[] }
  /** Changed by a request (RFC 9111 4.4). */
  | { readonly kind: "invalid"; readonly path: string; readonly query: string };

/** What a worker thread is started with. */
export interface WorkerStart {
  readonly options: EdgeOptions;
  readonly listening: Listening;
}

/** From a worker, about itself. */
export type WorkerNews =
  | { readonly kind: "ready"; readonly url: string }
  | { readonly kind: "failed"; readonly why: string }
  /** `sessions` are those seen since the last time. */
  | { readonly kind: "figures"; readonly figures: Figures; readonly sessions: readonly string[] }
  /** A viewer wants to see the whole edge. */
  | { readonly kind: "show"; readonly id: number; readonly what: "status" | "metrics" }
  | { readonly kind: "drained" };

/** To a worker, about itself. */
export type WorkerOrder =
  | { readonly kind: "tellFigures" }
  /** What the director says of cohorts. */
  | { readonly kind: "releases"; readonly releases: readonly Release[] }
  | { readonly kind: "shown"; readonly id: number; readonly shown: unknown }
  | { readonly kind: "drain"; readonly limitMs: number; readonly idleMs: number }
  | { readonly kind: "close" };
