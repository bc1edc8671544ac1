// What the connections of one server share.
import type { MonoMs } from "#base";
import type { Log } from "#base/log";
import type { Clock } from "#base/clock";
import { httpDate } from "./date.ts";
import type { RefusalName } from "./errors.ts";
import type { HttpLimits } from "./limits.ts";
import type { Handler } from "./types.ts";

/** Why a connection to a server ended: a row a reason, each with its counter. */
export const closeReasons = {
  "peer-ended": "The peer ended the connection.",
  "peer-reset": "The peer reset the connection, or the network did.",
  answered: "The answer was the last one of the connection.",
  idle: "No request came in time.",
  "slow-reader": "More bytes waited for the peer than the backlog allows.",
  "write-stalled": "The peer took no byte of its answer for too long.",
  "too-slow": "The peer took its answer more slowly than any viewer can use.",
  "broken-off": "The answer could not be completed, and the peer had to see it.",
  "handler-failed": "The answer failed after it had begun.",
  "too-many": "The server had as many connections as it may have.",
  "too-many-of-address": "The address had as many connections as one address may have.",
  "server-closed": "The server closed.",
  "tls-failed": "The TLS handshake failed, or the peer left within it.",
  "tls-slow": "The TLS handshake was not complete in time.",
  "tls-too-many": "As many TLS handshakes as may be were under way.",
  "h2-broke-rules": "The peer broke a rule of HTTP/2 that a connection does not survive.",
  "h2-reset-flood": "The peer opened and reset streams faster than any viewer does.",
  "h2-head-flood": "A header block of HTTP/2 came in more bytes or frames than a request needs.",
  "h2-control-flood": "The peer sent frames without end that ask for nothing.",
} as const;
export type CloseReason = keyof typeof closeReasons;

/** A connection of whatever protocol, as its server keeps it. */
export interface ServedConnection {
  readonly remoteAddress: string;
  /** Keeps the deadlines; called every SWEEP_MS. */
  sweep(now: MonoMs): void;
  /** The server closes: ends now unless a request is under way, which is then the last. */
  shutDown(): void;
  /** Ends the connection now. The first reason counts. */
  close(reason: CloseReason): void;
}

/** Counters and surroundings; the connections report here. */
export class ServerState {
  readonly handler: Handler;
  readonly limits: HttpLimits;
  readonly clock: Clock;
  readonly log: Log;
  /** Answered requests, and bytes handed to sockets. */
  readonly counters = { requests: 0, bytesOut: 0 };
  readonly refused = new Map<RefusalName, number>();
  readonly closed = new Map<CloseReason, number>();
  /** Heads that are written now say that their connection ends. */
  closing = false;
  /** Connections whose last head did not say so yet may still ask once. */
  draining = false;
  readonly #forget: (connection: ServedConnection) => void;
  #date = "";
  #dateSecond = -1;

  constructor(
    parts: { handler: Handler; limits: HttpLimits; clock: Clock; log: Log },
    forget: (connection: ServedConnection) => void,
  ) {
    this.handler = parts.handler;
    this.limits = parts.limits;
    this.clock = parts.clock;
    this.log = parts.log;
    this.#forget = forget;
  }

  /** Now as an IMF-fixdate, made once a second. */
  date(): string {
    const now = this.clock.utc();
    const second = Math.floor(now / 1_000);
    if (second !== this.#dateSecond) {
      this.#dateSecond = second;
      this.#date = httpDate(now);
    }
    return this.#date;
  }

  countRefusal(name: RefusalName): void {
    this.refused.set(name, (this.refused.get(name) ?? 0) + 1);
  }

  countClose(reason: CloseReason): void {
    this.closed.set(reason, (this.closed.get(reason) ?? 0) + 1);
  }

  forget(connection: ServedConnection, reason: CloseReason): void {
    this.countClose(reason);
    this.#forget(connection);
  }
}
