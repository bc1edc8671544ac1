// What the tracks of a viewer and the viewer itself are to each other.
import type { CmcdObject, CmcdQuery } from "./cmcd.ts";
import type { EdgeAddress } from "./edgeAddress.ts";
import type { RateEstimate } from "./rates.ts";
import type { FaultKind, ViewerErrorKind } from "./reasons.ts";
import type { SharedContent } from "./shared.ts";
import type { Timeline } from "./timeline.ts";
import type { ViewerOptions, ViewerSink } from "./types.ts";

/** A request that came to nothing. */
export interface Failure {
  readonly kind: ViewerErrorKind;
  readonly edge: EdgeAddress;
  readonly path: string;
  readonly detail: string;
  /** When it last made progress, on the monotonic clock. */
  readonly sinceMs: number;
  /** Which answer with an error it is in a row, from 1; 0: none. */
  readonly tries: number;
}

/** The viewer as its tracks see it. */
export interface Host {
  readonly options: ViewerOptions;
  readonly shared: SharedContent;
  readonly sink: ViewerSink;
  /** The edge in use. */
  readonly edge: EdgeAddress;
  /** How many edges there are to go to. */
  readonly edgeCount: number;
  readonly rates: RateEstimate;
  /** Where it wants to begin, UTC ms; null until somebody knows. */
  readonly startAtMs: number | null;
  readonly bufferMs: number;
  readonly targetMs: number;
  /** The first track that knows how far the media goes says where to begin, and how long parts are. */
  begin(at: { startMs: number; partMs: number; targetMs: number }): void;
  /** What requests for one kind of object carry; null: nothing. */
  cmcd(what: {
    object: CmcdObject;
    bandwidth: number | null;
    durationMs: number | null;
  }): CmcdQuery | null;
  /** A request as it goes over the wire. `last`: of the range that is asked for; null: all. */
  wire(what: { path: string; query: CmcdQuery | null; last: number | null }): string;
  /** Plays on until now: before more media counts. */
  run(): void;
  /** More media counts. */
  arrived(): void;
  count(bytes: number, objects: number): void;
  fault(kind: FaultKind, what: string): void;
  /** Tells of a failure, goes to the next edge where that helps, and says when to try again. */
  failed(failure: Failure): number;
  wakeAt(due: number): void;
}

/** One track: pictures, or sound. */
export interface Track {
  readonly timeline: Timeline;
  /** When the next deadline falls, on the monotonic clock; Infinity: none. */
  readonly due: number;
  /** Looks at deadlines, and asks for what is due. */
  tick(now: number): void;
  /** Another edge: what is under way is asked for again, there, not before `now`. */
  restart(notBefore: number): void;
  stop(): void;
}
