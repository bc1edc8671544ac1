// What the benchmark measures: an HTTP cache as a process of its own, pinned to one core, in a folder of its own.
import type { Closable } from "#base";
import type { Address } from "./client/gate.ts";

/** Where a contender stands. */
export interface Place {
  /** The origin's port on 127.0.0.1. */
  readonly originPort: number;
  /** Where it may write; on a tmpfs where there is one. Gone after the run. */
  readonly folder: string;
  /** The core it runs on; null: any. */
  readonly core: number | null;
}

/** A contender that runs. */
export interface Standing extends Closable {
  readonly name: string;
  /** Plaintext HTTP/1.1. */
  readonly address: Address;
  /** Its process; the children belong to it. */
  readonly pid: number;
  /** TLS 1.3 with HTTP/1.1 and, by ALPN, HTTP/2, and the process that does it; null: it has none. */
  readonly tls: { readonly address: Address; readonly pid: number } | null;
}

/** A cache that can be started. */
export interface Contender {
  readonly name: string;
  /** Its version; null when it is not installed. */
  readonly version: () => string | null;
  start(place: Place): Promise<Standing>;
}
