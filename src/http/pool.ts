// Connections kept alive, per host and port (RFC 9112 9.3).
import type { RegistaError } from "#base";
import type { Clock } from "#base/clock";
import { ClientConnection, type Place } from "./clientConnection.ts";
import { clientErrors } from "./errors.ts";
import type { ClientLimits } from "./limits.ts";

/** One who waits for a connection. */
export interface Taker {
  readonly url: string;
  take(connection: ClientConnection): void;
  refuse(error: RegistaError): void;
}

interface HostPool {
  readonly key: string;
  readonly place: Place;
  /** Free connections, the last used last: it is the least likely to be dead. */
  readonly idle: ClientConnection[];
  readonly open: Set<ClientConnection>;
  readonly waiting: Taker[];
}

/** Bounded in connections and waiters per host, and in hosts. */
export class ConnectionPool {
  readonly #hosts = new Map<string, HostPool>();
  readonly #clock: Clock;
  readonly #limits: ClientLimits;

  constructor(clock: Clock, limits: ClientLimits) {
    this.#clock = clock;
    this.#limits = limits;
  }

  /** Connections open now, to all hosts. */
  get size(): number {
    let size = 0;
    for (const host of this.#hosts.values()) size += host.open.size;
    return size;
  }

  /** Gives a connection to `taker`, now or when one is free. `fresh` asks for one that carried nothing yet. */
  ask(place: Place, taker: Taker, fresh = false): void {
    const host = this.#host(place);
    if (!host) return taker.refuse(clientErrors.make("too-many-requests", { url: taker.url }));
    const idle = fresh ? undefined : host.idle.pop();
    if (idle) return taker.take(idle);
    if (host.open.size < this.#limits.connectionsPerHost) return taker.take(this.#open(host));
    const spare = host.idle.shift();
    if (spare) {
      spare.destroy();
      return taker.take(this.#open(host));
    }
    if (host.waiting.length >= this.#limits.waitingPerHost)
      return taker.refuse(clientErrors.make("too-many-requests", { url: taker.url }));
    host.waiting.push(taker);
  }

  /** Takes back an {@link ask} that still waits. */
  leave(place: Place, taker: Taker): void {
    const waiting = this.#hosts.get(keyOf(place))?.waiting;
    const at = waiting?.indexOf(taker) ?? -1;
    if (at >= 0) waiting?.splice(at, 1);
  }

  /** Closes what has been idle for too long. */
  sweep(): void {
    const now = this.#clock.monotonic();
    for (const host of this.#hosts.values()) {
      let oldest = host.idle[0];
      while (oldest && now - oldest.idleSince > this.#limits.keepAliveMs) {
        host.idle.shift();
        oldest.destroy();
        oldest = host.idle[0];
      }
      this.#dropEmpty(host);
    }
  }

  /** Closes all connections; who still waits or exchanges is told by its owner. */
  close(): void {
    for (const host of this.#hosts.values()) {
      host.waiting.length = 0;
      for (const connection of host.open) connection.destroy();
    }
    this.#hosts.clear();
  }

  #host(place: Place): HostPool | null {
    const key = keyOf(place);
    let host = this.#hosts.get(key);
    if (!host) {
      if (this.#hosts.size >= this.#limits.hosts) return null;
      host = { key, place, idle: [], open: new Set(), waiting: [] };
      this.#hosts.set(key, host);
    }
    return host;
  }

  #open(host: HostPool): ClientConnection {
    const owner = {
      free: (connection: ClientConnection) => this.#free(host, connection),
      gone: (connection: ClientConnection) => this.#gone(host, connection),
    };
    const connection = new ClientConnection(host.place, owner, this.#limits);
    host.open.add(connection);
    return connection;
  }

  #free(host: HostPool, connection: ClientConnection): void {
    const taker = host.waiting.shift();
    if (taker) return taker.take(connection);
    connection.idleSince = this.#clock.monotonic();
    connection.socket.unref(); // an unused connection keeps no process alive
    host.idle.push(connection);
  }

  #gone(host: HostPool, connection: ClientConnection): void {
    host.open.delete(connection);
    const at = host.idle.indexOf(connection);
    if (at >= 0) host.idle.splice(at, 1);
    const taker = host.waiting.shift();
    if (taker) taker.take(this.#open(host));
    else this.#dropEmpty(host);
  }

  #dropEmpty(host: HostPool): void {
    if (host.open.size === 0 && host.waiting.length === 0 && this.#hosts.get(host.key) === host)
      this.#hosts.delete(host.key);
  }
}

const keyOf = (place: Place): string => `${place.secure ? "tls " : ""}${place.host}:${place.port}`;
