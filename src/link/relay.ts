// A TCP relay that stands for declared links: on one machine, "at the exchange" and "in the ISP" become different places.
import { type AddressInfo, createServer, type Server, type Socket } from "node:net";
import type { Closable } from "#base";
import type { Clock } from "#base/clock";
import type { Log } from "#base/log";
import type { LinkDeclaration } from "#protocol";
import { Crossing, type CrossingOwner } from "./crossing.ts";
import { linkErrors } from "./errors.ts";
import { CONNECTIONS_LIMIT } from "./limits.ts";
import { Link } from "./link.ts";

/** What a relay needs. */
export interface RelayOptions {
  /** Port 0 takes a free one. */
  readonly listen: { readonly host: string; readonly port: number };
  readonly target: { readonly host: string; readonly port: number };
  /** In series. A declaration is a link of this relay alone; a {@link Link} is shared with whoever else holds it. */
  readonly links: readonly (LinkDeclaration | Link)[];
  /** The local address to connect out from, for a client's address; undefined leaves it to the system. */
  readonly bindFrom?: (remoteAddress: string) => string | undefined;
}

/** A running relay. */
export interface Relay extends Closable {
  /** `http://host:port` as bound. */
  readonly url: string;
  readonly port: number;
  readonly counters: {
    /** Bytes given on to clients since the start. */
    readonly downBytes: number;
    /** Bytes given on to the target since the start. */
    readonly upBytes: number;
    /** Connections open now. */
    readonly connections: number;
    /** Connections that the target did not take, and those beyond the limit, since the start. */
    readonly refused: number;
  };
}

/**
 * Relays connections over `links`. Set-up costs one round trip; ends, resets and refusals pass through. Rejects with
 * `link/port-taken` or `link/cannot-listen`.
 */
export async function startRelay(
  options: RelayOptions,
  context: { clock: Clock; log: Log },
): Promise<Relay> {
  const relay = new ListeningRelay(options, context);
  await relay.listen();
  return relay;
}

class ListeningRelay implements Relay {
  readonly #options: RelayOptions;
  readonly #clock: Clock;
  readonly #log: Log;
  readonly #links: readonly Link[];
  readonly #server: Server;
  readonly #crossings = new Set<Crossing>();
  readonly #owner: CrossingOwner;
  #moved = { down: 0, up: 0 };
  #refused = 0;
  #address: AddressInfo | null = null;
  #closing: Promise<void> | null = null;

  constructor(options: RelayOptions, context: { clock: Clock; log: Log }) {
    this.#options = options;
    this.#clock = context.clock;
    this.#log = context.log;
    this.#links = options.links.map((link) => (link instanceof Link ? link : new Link(link)));
    this.#owner = {
      moved: (way, bytes) => {
        this.#moved[way] += bytes;
      },
      refused: (why) => {
        this.#refused++;
        this.#log.debug({ target: options.target, why }, "the target refused a connection");
      },
      gone: (crossing) => void this.#crossings.delete(crossing),
    };
    this.#server = createServer({ noDelay: true, allowHalfOpen: true });
    this.#server.maxConnections = CONNECTIONS_LIMIT;
    this.#server.on("connection", (socket) => this.#accept(socket));
    this.#server.on("drop", () => this.#refused++);
  }

  get port(): number {
    return this.#address?.port ?? 0;
  }

  get url(): string {
    return `http://${this.#options.listen.host}:${this.port}`;
  }

  get counters(): Relay["counters"] {
    return {
      downBytes: this.#moved.down,
      upBytes: this.#moved.up,
      connections: this.#crossings.size,
      refused: this.#refused,
    };
  }

  listen(): Promise<void> {
    const { host, port } = this.#options.listen;
    return new Promise((resolve, reject) => {
      const refused = (failure: NodeJS.ErrnoException): void => {
        const facts = { host, port, why: failure.message };
        reject(
          linkErrors.make(
            failure.code === "EADDRINUSE" ? "port-taken" : "cannot-listen",
            facts,
            failure,
          ),
        );
      };
      this.#server.once("error", refused);
      this.#server.listen({ host, port, backlog: 4_096 }, () => {
        this.#server.off("error", refused);
        this.#server.on("error", (failure) => this.#log.error({ err: failure }, "relaying failed"));
        this.#address = this.#server.address() as AddressInfo;
        resolve();
      });
    });
  }

  #accept(client: Socket): void {
    const { target, bindFrom } = this.#options;
    const localAddress = bindFrom?.(client.remoteAddress ?? "");
    const route = { ...target, localAddress, links: this.#links };
    this.#crossings.add(new Crossing(client, route, { clock: this.#clock, owner: this.#owner }));
  }

  close(): Promise<void> {
    this.#closing ??= new Promise((resolve) => {
      this.#server.close(() => resolve());
      for (const crossing of this.#crossings) crossing.close();
    });
    return this.#closing;
  }
}
