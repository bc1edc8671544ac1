// The name server's sockets: UDP and TCP on one port. Whatever comes, nothing is thrown into Node.
import { createSocket, type RemoteInfo, type Socket as UdpSocket } from "node:dgram";
import { once } from "node:events";
import { createServer, type Server } from "node:net";
import { type Chance, type Closable, type MonoMs, Scope, sentenceOf } from "#base";
import type { Clock } from "#base/clock";
import type { Log } from "#base/log";
import { type Address, parseAddress } from "#network";
import { directorErrors } from "../errors.ts";
import { PORT_ATTEMPTS, TCP_CHECK_MS, TCP_CONNECTIONS_LIMIT } from "./limits.ts";
import { type DnsOutcome, noOutcomes } from "./outcomes.ts";
import { type Place, type Reply, Responder } from "./responder.ts";
import { ResponseRate } from "./responseRate.ts";
import { TcpQueries } from "./tcpQueries.ts";
import { Zone } from "./zone.ts";

export interface DnsOptions {
  /** Such as `match.example`. */
  readonly zone: string;
  /** UDP and TCP; 0: any that is free in both. */
  readonly port: number;
  readonly host: string;
  /** Names of the zone's servers; default one, `ns.` and the zone. */
  readonly nameServers: readonly string[];
  /** UDP answers a second to one /24 or /56. */
  readonly responsesPerS: number;
}

export interface DnsParts {
  readonly channel: string;
  readonly place: Place;
  /** Keys what counts sources. */
  readonly chance: Chance;
}

/** A running name server. */
export interface DnsHandle extends Closable {
  readonly port: number;
  readonly outcomes: Readonly<Record<DnsOutcome, number>>;
}

/** Starts it; resolves once both sockets listen. Throws `director/dns-cannot-listen`. */
export async function startDns(
  options: DnsOptions,
  parts: DnsParts,
  context: { clock: Clock; log: Log },
): Promise<DnsHandle> {
  const server = new DnsServer(options, parts, context);
  try {
    await server.listen(options);
  } catch (failure) {
    await server.close();
    const { host, port } = options;
    const facts = { host, port, problem: sentenceOf(failure) };
    throw directorErrors.make("dns-cannot-listen", facts, failure);
  }
  return server;
}

class DnsServer implements DnsHandle {
  readonly outcomes = noOutcomes();
  port = 0;
  readonly #scope = new Scope();
  readonly #responder: Responder;
  readonly #rate: ResponseRate;
  readonly #clock: Clock;
  readonly #log: Log;
  readonly #connections = new Set<TcpQueries>();
  #failed = false;

  constructor(options: DnsOptions, parts: DnsParts, context: { clock: Clock; log: Log }) {
    const { zone: name, nameServers, host, responsesPerS } = options;
    const { channel, place, chance } = parts;
    this.#clock = context.clock;
    this.#log = context.log;
    const serial = Math.floor(context.clock.utc() / 1_000);
    const zone = new Zone({ name, channel, nameServers, serial });
    const own = parseAddress(host);
    const isOne = own !== null && (own.w0 | own.w1 | own.w2 | own.w3) !== 0;
    this.#responder = new Responder({ zone, place, own: isOne ? [own] : [] });
    this.#rate = new ResponseRate({ responsesPerS, chance });
  }

  async listen({ host, port }: DnsOptions): Promise<void> {
    for (let attempt = 1; ; attempt += 1) {
      const udp = createSocket(host.includes(":") ? "udp6" : "udp4");
      const tcp = createServer({ allowHalfOpen: false });
      try {
        udp.bind(port, host);
        await once(udp, "listening");
        tcp.listen(udp.address().port, host);
        await once(tcp, "listening");
      } catch (failure) {
        closeUdp(udp);
        tcp.close();
        if (port !== 0 || attempt === PORT_ATTEMPTS) throw failure;
        continue;
      }
      this.port = udp.address().port;
      this.#serve(udp, tcp);
      return;
    }
  }

  #serve(udp: UdpSocket, tcp: Server): void {
    udp.on("message", (bytes, from) => this.#heardUdp(udp, bytes, from));
    udp.on("error", (failure) => this.#log.warn({ err: failure }, "a DNS socket failed"));
    tcp.maxConnections = TCP_CONNECTIONS_LIMIT;
    tcp.on("error", (failure) => this.#log.warn({ err: failure }, "a DNS socket failed"));
    tcp.on("connection", (socket) => {
      const from = parseAddress(socket.remoteAddress ?? "");
      if (!from) {
        socket.destroy();
        return;
      }
      const now = (): MonoMs => this.#clock.monotonic();
      const answer = (bytes: Buffer): Buffer | null => this.#answer(bytes, from, "tcp").bytes;
      const queries = new TcpQueries(socket, { answer, now });
      this.#connections.add(queries);
      socket.on("close", () => this.#connections.delete(queries));
    });
    const checking = this.#clock.every(TCP_CHECK_MS, () => {
      for (const queries of this.#connections) queries.closeWhenIdle();
    });
    this.#scope.defer(() => closeUdp(udp));
    this.#scope.defer(() => closeTcp(tcp, this.#connections));
    this.#scope.defer(() => checking.cancel());
  }

  #heardUdp(udp: UdpSocket, bytes: Buffer, { address, port }: RemoteInfo): void {
    const from = parseAddress(address);
    if (!from || port === 0) return;
    const verdict = this.#rate.judge(from, this.#clock.monotonic());
    if (verdict === "nothing") return void (this.outcomes.limited += 1);
    const reply = this.#answer(bytes, from, verdict === "cut" ? "cut" : "udp");
    // A socket that cannot send now loses this one; the resolver asks again.
    if (reply.bytes) udp.send(reply.bytes, port, address, () => undefined);
  }

  #answer(bytes: Buffer, from: Address, way: "udp" | "tcp" | "cut"): Reply {
    const reply = this.#tried(bytes, from, way);
    this.outcomes[reply.outcome] += 1;
    return reply;
  }

  #tried(bytes: Buffer, from: Address, way: "udp" | "tcp" | "cut"): Reply {
    try {
      return this.#responder.answer(bytes, from, { udp: way !== "tcp", cut: way === "cut" });
    } catch (failure) {
      if (!this.#failed) this.#log.error({ err: failure }, "a DNS query could not be answered");
      this.#failed = true;
      return { bytes: this.#responder.failure(bytes), outcome: "failed" };
    }
  }

  close(): Promise<void> {
    return this.#scope.close();
  }
}

/** A socket that never was bound says so when it is closed. */
function closeUdp(udp: UdpSocket): void {
  udp.on("error", () => undefined);
  try {
    udp.close();
  } catch {
    // It is closed already.
  }
}

async function closeTcp(tcp: Server, connections: ReadonlySet<TcpQueries>): Promise<void> {
  const closed = once(tcp, "close");
  tcp.close();
  for (const queries of connections) queries.close();
  await closed;
}
