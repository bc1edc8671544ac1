// Listens, and owns the connections.
import { type AddressInfo, createServer, type Server, type Socket } from "node:net";
import { ms } from "#base";
import type { Clock, Timer } from "#base/clock";
import type { Log } from "#base/log";
import { Addresses } from "./addresses.ts";
import { Connection } from "./connection.ts";
import { serverErrors } from "./errors.ts";
import { Http2Connection } from "./h2/connection.ts";
import { ACCEPT_QUEUE, type HttpLimits, httpLimits, SWEEP_MS } from "./limits.ts";
import { type ServedConnection, ServerState } from "./serverState.ts";
import { type Handshake, TlsGate } from "./tlsGate.ts";
import type { TlsFiles } from "./tlsIdentity.ts";
import type { Handler, HttpServer } from "./types.ts";

/** What a server needs. Port 0 takes a free one; host 127.0.0.1 unless said otherwise. */
export interface ServeOptions {
  readonly host?: string;
  readonly port: number;
  /** A listening socket that this process inherited, in place of host and port. */
  readonly fd?: number;
  /** Other sockets may listen on the same port, and the kernel shares new connections among them (SO_REUSEPORT). */
  readonly reusePort?: boolean;
  readonly handler: Handler;
  readonly limits?: Partial<HttpLimits>;
  /** Speaks TLS 1.3, and within it HTTP/2 or HTTP/1.1, as the client likes (ALPN). New files are taken over by themselves. */
  readonly tls?: TlsFiles | null;
  /** Without TLS: HTTP/1.1, or HTTP/2 from the first byte (RFC 9113 3.3), as no browser speaks it. Default http/1.1. */
  readonly clearText?: "http/1.1" | "h2";
}

/**
 * Listens for HTTP/1.1, or with TLS for HTTP/2 as well. Rejects with `http/port-taken`, `http/cannot-listen`, or the
 * `http/tls-…` errors of a certificate that cannot be used.
 */
export async function serve(
  options: ServeOptions,
  context: { clock: Clock; log: Log },
): Promise<HttpServer> {
  const server = new ListeningServer(options, context);
  await server.listen(options);
  return server;
}

class ListeningServer implements HttpServer {
  readonly #connections = new Set<ServedConnection>();
  readonly #addresses: Addresses;
  readonly #state: ServerState;
  readonly #server: Server;
  #sweeper: Timer | null = null;
  #closing: Promise<void> | null = null;
  #ended: Promise<void> | null = null;
  #address: AddressInfo | null = null;
  readonly #clearText: "http/1.1" | "h2";
  readonly #tls: TlsGate | null;
  readonly #open = { tls: 0, http2: 0 };

  constructor(options: ServeOptions, context: { clock: Clock; log: Log }) {
    const limits = { ...httpLimits, ...options.limits };
    this.#addresses = new Addresses(limits.connectionsPerAddress);
    this.#state = new ServerState(
      { handler: options.handler, limits, ...context },
      (connection) => {
        this.#leave(connection);
        this.#addresses.leave(connection.remoteAddress);
      },
    );
    this.#clearText = options.clearText ?? "http/1.1";
    this.#tls = options.tls
      ? new TlsGate(
          options.tls,
          {
            secured: (handshake, socket, protocol) => this.#secured(handshake, socket, protocol),
            failed: (handshake, reason) => this.#state.forget(handshake, reason),
          },
          context,
        )
      : null;
    this.#server = createServer({ noDelay: true, allowHalfOpen: true });
    this.#server.maxConnections = limits.connections;
    this.#server.on("connection", (socket) => this.#accept(socket));
    this.#server.on("drop", () => this.#state.countClose("too-many"));
  }

  get port(): number {
    return this.#address?.port ?? 0;
  }

  get url(): string {
    const host = this.#address?.address ?? "127.0.0.1";
    return `${this.#tls ? "https" : "http"}://${host.includes(":") ? `[${host}]` : host}:${this.port}`;
  }

  get tls(): HttpServer["tls"] {
    return this.#tls?.status() ?? null;
  }

  get counters(): HttpServer["counters"] {
    const { refused, closed, counters } = this.#state;
    return {
      requests: counters.requests,
      connections: this.#connections.size,
      tlsConnections: this.#open.tls,
      http2Connections: this.#open.http2,
      bytesOut: counters.bytesOut,
      refused: Object.fromEntries(refused),
      closed: Object.fromEntries(closed),
    };
  }

  listen({ host = "127.0.0.1", port, fd, reusePort = false }: ServeOptions): Promise<void> {
    return new Promise((resolve, reject) => {
      const refused = (failure: NodeJS.ErrnoException): void => {
        this.#tls?.close();
        if (failure.code === "EADDRINUSE")
          reject(serverErrors.make("port-taken", { host, port }, failure));
        else
          reject(serverErrors.make("cannot-listen", { host, port, why: failure.message }, failure));
      };
      this.#server.once("error", refused);
      const listening = (): void => {
        this.#server.off("error", refused);
        this.#server.on("error", (failure) =>
          this.#state.log.error({ err: failure }, "listening failed"),
        );
        this.#address = this.#server.address() as AddressInfo;
        this.#sweeper = this.#state.clock.every(ms(SWEEP_MS), () => this.#sweep());
        resolve();
      };
      // Of an inherited socket Node takes the queue's length as an argument only, not as an option.
      if (fd === undefined)
        this.#server.listen({ host, port, reusePort, backlog: ACCEPT_QUEUE }, listening);
      else this.#server.listen({ fd }, ACCEPT_QUEUE, listening);
    });
  }

  #accept(socket: Socket): void {
    const remoteAddress = socket.remoteAddress ?? "";
    if (!this.#addresses.enter(remoteAddress)) {
      this.#state.countClose("too-many-of-address");
      socket.resetAndDestroy();
      return;
    }
    if (!this.#tls) return this.#serve(socket, remoteAddress, this.#clearText);
    const handshake = this.#tls.begin(socket, remoteAddress);
    if (handshake) this.#connections.add(handshake);
    else {
      this.#addresses.leave(remoteAddress);
      this.#state.countClose("tls-too-many");
    }
  }

  #secured(handshake: Handshake, socket: Socket, protocol: "h2" | "http/1.1"): void {
    this.#connections.delete(handshake);
    this.#serve(socket, handshake.remoteAddress, protocol);
  }

  #serve(socket: Socket, remoteAddress: string, protocol: "h2" | "http/1.1"): void {
    if (this.#tls) this.#open.tls++;
    if (protocol === "h2") this.#open.http2++;
    const Protocol = protocol === "h2" ? Http2Connection : Connection;
    this.#connections.add(new Protocol(socket, this.#state, remoteAddress));
  }

  #leave(connection: ServedConnection): void {
    if (!this.#connections.delete(connection)) return;
    const secured = connection instanceof Connection || connection instanceof Http2Connection;
    if (this.#tls && secured) this.#open.tls--;
    if (connection instanceof Http2Connection) this.#open.http2--;
  }

  #sweep(): void {
    const now = this.#state.clock.monotonic();
    for (const connection of this.#connections) connection.sweep(now);
  }

  async drain({ limitMs, idleMs }: { limitMs: number; idleMs: number }): Promise<void> {
    const state = this.#state;
    state.closing = true;
    state.draining = true;
    const ended = this.#stopAccepting();
    const idle = state.clock.after(ms(idleMs), () => this.#endIdle());
    await new Promise<void>((resolve) => {
      const limit = state.clock.after(ms(limitMs), resolve);
      void ended.then(() => (limit.cancel(), resolve()));
    });
    idle.cancel();
  }

  /** Resolves when the last connection has ended. */
  #stopAccepting(): Promise<void> {
    this.#ended ??= new Promise((resolve) => {
      this.#server.close(() => resolve());
    });
    return this.#ended;
  }

  #endIdle(): void {
    this.#state.draining = false;
    for (const connection of this.#connections) connection.shutDown();
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    this.#state.closing = true;
    const ended = this.#stopAccepting();
    this.#endIdle();
    const deadline = this.#state.clock.after(ms(this.#state.limits.drainMs), () => {
      for (const connection of this.#connections) connection.close("server-closed");
    });
    await ended;
    this.#tls?.close();
    deadline.cancel();
    this.#sweeper?.cancel();
  }
}
