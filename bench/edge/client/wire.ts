// What the benchmark asks of its client process, and what it is told.
import type { Address } from "./gate.ts";

/** One thing for the client to do. */
export type Command =
  | {
      readonly do: "hold";
      readonly server: Address;
      readonly viewers: number;
      readonly holdMs: number;
      readonly object: string;
    }
  | {
      readonly do: "grow";
      readonly server: Address;
      readonly viewers: number;
      readonly object: string;
      readonly chunkBytes: number;
    }
  | {
      readonly do: "pace";
      readonly server: Address;
      readonly target: string;
      readonly connections: number;
      readonly perSecond: number;
      readonly forMs: number;
    }
  | {
      readonly do: "idle";
      readonly server: Address;
      readonly viewers: number;
      readonly secure: boolean;
      readonly target: string;
    }
  | { readonly do: "leave" };

/** How long the viewers of one object waited. */
export interface Crowded {
  /** ms, of those who got it. */
  readonly p50: number;
  readonly p99: number;
  readonly last: number;
  readonly missing: number;
  /** Requests that reached the origin for this object. */
  readonly upstream: number;
  /** Viewers who had the first chunk when the measured one was sent (of `grow`). */
  readonly following: number;
  /** Compared viewers got the origin's bytes. */
  readonly exact: boolean;
}

/** Answer times at a fixed rate, from the moment a request was due, ms. */
export interface Paced {
  readonly p50: number;
  readonly p99: number;
  readonly worst: number;
  readonly answered: number;
  /** Requests that were due and had no answer when the time was over. */
  readonly missing: number;
}
