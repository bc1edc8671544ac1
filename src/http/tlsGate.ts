// TLS 1.3 before HTTP (RFC 8446): handshakes, bounded in number and time; the protocol that ALPN agrees on (RFC 7301); and
// certificates that are taken over while it runs.
import { constants } from "node:crypto";
import type { Socket } from "node:net";
import { createServer, type Server, type TlsOptions, type TLSSocket } from "node:tls";
import { isoTime, type MonoMs, ms, sentenceOf, type UtcMs } from "#base";
import type { Clock, Timer } from "#base/clock";
import type { Log } from "#base/log";
import { EXPIRY_WARNING_MS, TLS_HANDSHAKES, TLS_HANDSHAKE_MS, TLS_WATCH_MS } from "./limits.ts";
import { carries } from "./sever.ts";
import type { CloseReason, ServedConnection } from "./serverState.ts";
import {
  expiredError,
  filesMark,
  loadIdentity,
  ticketKeys,
  type TlsFiles,
  type TlsIdentity,
} from "./tlsIdentity.ts";

/** What is told of TLS on a status page. */
export interface TlsStatus {
  readonly names: string;
  /** End of the certificate's life, ISO 8601. */
  readonly until: string;
  /** Whole days to that end; below zero once it is over. */
  readonly daysLeft: number;
  readonly state: "valid" | "expires soon" | "expired";
  readonly handshakes: {
    readonly pending: number;
    readonly done: number;
    readonly resumed: number;
  };
  /** Certificates taken over since the start, and those that were refused. */
  readonly reloads: { readonly taken: number; readonly refused: number };
  /** Why the last new certificate was refused; null when the files are those in use. */
  readonly refusal: string | null;
}

/** What becomes of a handshake. */
export interface HandshakeOwner {
  secured(handshake: Handshake, socket: TLSSocket, protocol: "h2" | "http/1.1"): void;
  failed(handshake: Handshake, reason: CloseReason): void;
}

/**
 * Only TLS 1.3: every browser and player since 2019 speaks it, one round trip less is heard in the join time, and RFC 9113
 * 9.2 has nothing to forbid in it. Devices that know TLS 1.2 alone need an edge of their own without it.
 */
const settings: TlsOptions = {
  minVersion: "TLSv1.3",
  ALPNProtocols: ["h2", "http/1.1"],
  // The cheapest first; a client without AES in hardware names ChaCha20 first, and gets it.
  ciphers: "TLS_AES_128_GCM_SHA256:TLS_CHACHA20_POLY1305_SHA256:TLS_AES_256_GCM_SHA384",
  honorCipherOrder: true,
  secureOptions: constants.SSL_OP_PRIORITIZE_CHACHA,
  // Tickets are taken by any process of the same certificate, not by one command line alone, as Node would have it.
  sessionIdContext: "regista",
  allowHalfOpen: true,
  handshakeTimeout: 2 * TLS_HANDSHAKE_MS,
};

/** Where a handshake comes from: unique among the open connections. */
const endsOf = (socket: Socket): string =>
  `${socket.remoteAddress} ${socket.remotePort} ${socket.localAddress} ${socket.localPort}`;

/** A connection whose handshake is under way. */
export class Handshake implements ServedConnection {
  readonly socket: Socket;
  readonly remoteAddress: string;
  readonly ends: string;
  readonly #since: MonoMs;
  readonly #over: (handshake: Handshake, reason: CloseReason) => void;

  constructor(
    socket: Socket,
    begun: { remoteAddress: string; now: MonoMs },
    over: (handshake: Handshake, reason: CloseReason) => void,
  ) {
    this.socket = socket;
    this.remoteAddress = begun.remoteAddress;
    this.ends = endsOf(socket);
    this.#since = begun.now;
    this.#over = over;
  }

  sweep(now: MonoMs): void {
    if (now - this.#since > TLS_HANDSHAKE_MS) this.close("tls-slow");
  }

  shutDown(): void {
    this.close("server-closed");
  }

  close(reason: CloseReason): void {
    this.#over(this, reason);
    this.socket.destroy();
  }
}

export class TlsGate {
  readonly #files: TlsFiles;
  readonly #clock: Clock;
  readonly #log: Log;
  readonly #owner: HandshakeOwner;
  readonly #server: Server;
  readonly #pending = new Map<string, Handshake>();
  readonly #watch: Timer;
  #identity: TlsIdentity;
  #mark: string | null;
  #ticketsOf: number;
  #done = 0;
  #resumed = 0;
  #taken = 0;
  #refused = 0;
  #refusal: string | null = null;

  /** Throws as {@link loadIdentity} does. An expired certificate is used, and told: viewers who ask learn why it fails. */
  constructor(files: TlsFiles, owner: HandshakeOwner, context: { clock: Clock; log: Log }) {
    this.#files = files;
    this.#owner = owner;
    this.#clock = context.clock;
    this.#log = context.log;
    this.#mark = filesMark(files);
    this.#identity = loadIdentity(files);
    const now = this.#clock.utc();
    this.#ticketsOf = dayOf(now);
    this.#server = createServer({ ...settings, ...this.#secrets(now) });
    this.#server.on("secureConnection", (socket) => this.#secured(socket));
    this.#server.on("tlsClientError", (failure, socket) => {
      this.#log.debug({ why: failure.message }, "TLS handshake failed");
      socket.destroy();
    });
    this.#watch = this.#clock.every(ms(TLS_WATCH_MS), () => this.#look());
    this.#warn();
  }

  /** Begins a handshake; null when there are as many as there may be: the socket is reset. */
  begin(socket: Socket, remoteAddress: string): Handshake | null {
    if (this.#pending.size >= TLS_HANDSHAKES) {
      socket.resetAndDestroy();
      return null;
    }
    const handshake = new Handshake(
      socket,
      { remoteAddress, now: this.#clock.monotonic() },
      (ended, reason) => this.#failed(ended, reason),
    );
    this.#pending.set(handshake.ends, handshake);
    socket.on("error", () => handshake.close("tls-failed"));
    socket.on("close", () => handshake.close("tls-failed"));
    this.#server.emit("connection", socket);
    return handshake;
  }

  /** Takes over what the files hold now. A certificate that cannot be used leaves the old one in place. */
  #reload(): void {
    this.#mark = filesMark(this.#files);
    try {
      const identity = loadIdentity(this.#files);
      const now = this.#clock.utc();
      if (identity.until < now && this.#identity.until >= now)
        throw expiredError(this.#files.certFile, identity.until);
      this.#identity = identity;
      this.#server.setSecureContext({ ...settings, ...this.#secrets(now) });
      this.#taken++;
      this.#refusal = null;
      this.#log.info({ names: identity.names, until: isoTime(identity.until) }, "new certificate");
    } catch (failure) {
      this.#refused++;
      this.#refusal = sentenceOf(failure);
      this.#log.error({ err: failure }, "the new certificate is refused, the old one stays");
    }
    this.#warn();
  }

  status(): TlsStatus {
    const { names, until } = this.#identity;
    const left = until - this.#clock.utc();
    return {
      names,
      until: isoTime(until),
      daysLeft: Math.floor(left / DAY_MS),
      state: left <= 0 ? "expired" : left < EXPIRY_WARNING_MS ? "expires soon" : "valid",
      handshakes: { pending: this.#pending.size, done: this.#done, resumed: this.#resumed },
      reloads: { taken: this.#taken, refused: this.#refused },
      refusal: this.#refusal,
    };
  }

  close(): void {
    this.#watch.cancel();
    for (const handshake of this.#pending.values()) handshake.close("server-closed");
  }

  #secrets(now: UtcMs): Pick<TlsOptions, "cert" | "key" | "ticketKeys"> {
    const { cert, key, privateKey } = this.#identity;
    return { cert, key, ticketKeys: ticketKeys(privateKey, now) };
  }

  #look(): void {
    const mark = filesMark(this.#files);
    if (mark !== null && mark !== this.#mark) this.#reload();
    const now = this.#clock.utc();
    if (dayOf(now) === this.#ticketsOf) return;
    this.#ticketsOf = dayOf(now);
    this.#server.setTicketKeys(ticketKeys(this.#identity.privateKey, now));
    this.#warn();
  }

  #warn(): void {
    const { state, names, until } = this.status();
    if (state !== "valid") this.#log.warn({ names, until }, `the certificate ${isState[state]}`);
  }

  #secured(socket: TLSSocket): void {
    const handshake = this.#pending.get(endsOf(socket));
    if (!handshake) {
      socket.destroy();
      return;
    }
    this.#pending.delete(handshake.ends);
    this.#done++;
    if (socket.isSessionReused()) this.#resumed++;
    carries(handshake.socket, socket);
    this.#owner.secured(handshake, socket, socket.alpnProtocol === "h2" ? "h2" : "http/1.1");
  }

  #failed(handshake: Handshake, reason: CloseReason): void {
    if (this.#pending.get(handshake.ends) !== handshake) return;
    this.#pending.delete(handshake.ends);
    this.#owner.failed(handshake, reason);
  }
}

const DAY_MS = 86_400_000;
const dayOf = (now: UtcMs): number => Math.floor(now / DAY_MS);
const isState = { expired: "has expired", "expires soon": "expires soon" } as const;
