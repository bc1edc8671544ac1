// What a socket viewer is told, and what it tells.
import type { Clock } from "#base/clock";
import type { FaultKind, MoveReason, SteeringOutcome, ViewerErrorKind } from "./reasons.ts";
import type { SharedContent } from "./shared.ts";

/**
 * How a viewer gets its media: `dash` low-latency DASH, a segment an answer that grows; `dash-parts` the same manifest and
 * the parts `{n}.{p}.m4s` of a segment sequence; `hls` low-latency HLS, playlists that block and parts that are hinted at.
 */
export const crowdProtocols = ["dash", "dash-parts", "hls"] as const;
export type CrowdProtocol = (typeof crowdProtocols)[number];

/** Where a viewer asks which edge to use (rfc8216bis 7, ETSI TS 103 998 6). */
export interface SteeringOptions {
  /** Steering documents of several directors, plain HTTP, with their queries: the next is asked when one is silent. */
  readonly urls: readonly string[];
  /** The name of the first edge. */
  readonly pathway: string;
  /** Until the first question, s. */
  readonly ttlS: number;
}

/** One viewer. */
export interface ViewerOptions {
  /** Its number in the crowd; part of its CMCD session id. */
  readonly id: number;
  readonly protocol: CrowdProtocol;
  readonly channel: string;
  /** Base addresses of edges, such as `http://127.0.0.1:8091`, best first; the next one is taken when one fails. */
  readonly edges: readonly string[];
  /** Null: it stays while its edge serves it. */
  readonly steering: SteeringOptions | null;
  /** The address that its connections come from: its network. Undefined: whatever the host takes. */
  readonly localAddress: string | undefined;
  /** How far behind capture it wants to be, ms. */
  readonly targetLatencyMs: number;
  /** `lowest`, `abr` (chosen by what the network gives), or a rung's name. A name that is not there is an error. */
  readonly rendition: string;
  /** Plays the first sound as well. */
  readonly audio: boolean;
  /** Sends CMCD version 2 in the query of its requests. */
  readonly cmcd: boolean;
  /** Compares what it gets by hash with what others of the crowd get. */
  readonly sampled: boolean;
  /**
   * Share of each object's bytes that is asked for, a closed range from its first byte (RFC 8673), above 0 to 1. Below 1 the
   * boxes cannot be followed to their end: only the first fragment's times and the numbers of objects are checked.
   */
  readonly payload: number;
  /** Of its chances: the jitter of its retries. */
  readonly seed: number;
}

/** Where a viewer tells what happens to it. Times are durations in ms. Called often: it must be quick and never throw. */
export interface ViewerSink {
  /** It plays: one part of everything it needs is there, from a point where decoding can begin. */
  joined(afterMs: number): void;
  /** It had nothing to play for so long; told when it plays again, or leaves. */
  stalled(ms: number): void;
  /** Capture to play, each second while playing. */
  latency(ms: number): void;
  /** Bodies' bytes and whole objects since the last call; told about each second, and at the end. */
  received(bytes: number, objects: number): void;
  /** A request failed. It is tried again; `what` names edge and object. */
  failed(kind: ViewerErrorKind, what: string): void;
  /** Another rung. */
  switched(from: string, to: string): void;
  /** Another edge, why, and how long after a failure its first media byte came; 0 for one that was steered to. */
  moved(edge: string, afterMs: number, why: MoveReason): void;
  /** The director's steering was asked; how long the answer took. */
  steered(outcome: SteeringOutcome, afterMs: number): void;
  /** A check failed. */
  fault(kind: FaultKind, what: string): void;
  /** Media passed over to be near the target again. */
  skipped(mediaMs: number): void;
  /**
   * The content of an object, told by the first sampled viewer of a process that has it whole; those after it are compared
   * with it there (`wrong-hash`). Processes compare with one another.
   */
  hashed(object: string, hash: string): void;
  /** It has stopped; told once, last. */
  left(): void;
}

/** What viewers of one process share. */
export interface ViewerContext {
  readonly clock: Clock;
  readonly sink: ViewerSink;
  readonly shared: SharedContent;
}
