// Listens, and owns the connections.
import { type AddressInfo, createServer, type Server, type Socket } from "node:net";
import { ms } from "#base";
import type { Clock, Timer } from "#base/clock";
import type { Log } from "#base/log";
import { Connection } from "./connection.ts";
import { serverErrors } from "./errors.ts";
import { type HttpLimits, httpLimits, SWEEP_MS } from "./limits.ts";
import { ServerState } from "./serverState.ts";
import type { Handler, HttpServer } from "./types.ts";

/** What a server needs. Port 0 takes a free one; host 127.0.0.1 unless said otherwise. */
export interface ServeOptions {
  readonly host?: string;
  readonly port: number;
  readonly handler: Handler;
  readonly limits?: Partial<HttpLimits>;
}

/** Listens for HTTP/1.1. Rejects with `http/port-taken` or `http/cannot-listen`. */
export async function serve(
  options: ServeOptions,
  context: { clock: Clock; log: Log },
): Promise<HttpServer> {
  const server = new ListeningServer(options, context);
  await server.listen(options.host ?? "127.0.0.1", options.port);
  return server;
}

class ListeningServer implements HttpServer {
  readonly #connections = new Set<Connection>();
  readonly #state: ServerState;
  readonly #server: Server;
  #sweeper: Timer | null = null;
  #closing: Promise<void> | null = null;
  #address: AddressInfo | null = null;
  #sentByGone = 0;

  constructor(options: ServeOptions, context: { clock: Clock; log: Log }) {
    const limits = { ...httpLimits, ...options.limits };
    this.#state = new ServerState(
      { handler: options.handler, limits, ...context },
      (connection) => {
        if (!(connection instanceof Connection)) return;
        this.#connections.delete(connection);
        this.#sentByGone += connection.socket.bytesWritten;
      },
    );
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
    return `http://${host.includes(":") ? `[${host}]` : host}:${this.port}`;
  }

  get counters(): HttpServer["counters"] {
    let bytesOut = this.#sentByGone;
    for (const { socket } of this.#connections) bytesOut += socket.bytesWritten;
    const { refused, closed, counters } = this.#state;
    return {
      requests: counters.requests,
      connections: this.#connections.size,
      bytesOut,
      refused: Object.fromEntries(refused),
      closed: Object.fromEntries(closed),
    };
  }

  listen(host: string, port: number): Promise<void> {
    return new Promise((resolve, reject) => {
      const refused = (failure: NodeJS.ErrnoException): void => {
        if (failure.code === "EADDRINUSE")
          reject(serverErrors.make("port-taken", { host, port }, failure));
        else
          reject(serverErrors.make("cannot-listen", { host, port, why: failure.message }, failure));
      };
      this.#server.once("error", refused);
      this.#server.listen({ host, port, backlog: 4_096 }, () => {
        this.#server.off("error", refused);
        this.#server.on("error", (failure) =>
          this.#state.log.error({ err: failure }, "listening failed"),
        );
        this.#address = this.#server.address() as AddressInfo;
        this.#sweeper = this.#state.clock.every(ms(SWEEP_MS), () => this.#sweep());
        resolve();
      });
    });
  }

  #accept(socket: Socket): void {
    this.#connections.add(new Connection(socket, this.#state));
  }

  #sweep(): void {
    const now = this.#state.clock.monotonic();
    for (const connection of this.#connections) connection.sweep(now);
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    this.#state.closing = true;
    const closed = new Promise<void>((resolve) => {
      this.#server.close(() => resolve());
    });
    for (const connection of this.#connections) connection.shutDown();
    const deadline = this.#state.clock.after(ms(this.#state.limits.drainMs), () => {
      for (const connection of this.#connections) connection.close("server-closed");
    });
    await closed;
    deadline.cancel();
    this.#sweeper?.cancel();
  }
}
