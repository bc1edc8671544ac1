// The way of one tab into the network: a SOCKS5 door on an address of its own, behind it an impaired line. It leads any
// page through the line, also one that is not ours.
import { connect, createServer, type Server, type Socket } from "node:net";
import { type Closable, Scope } from "#base";
import type { Clock } from "#base/clock";
import { silentLog } from "#base/log";
import { type Relay, startRelay } from "#link";
import { ImpairedLink, type Impairment } from "./impairedLink.ts";

/** Hosts and ports that one tab may ask for: those of a match, and a page's own. */
const DESTINATIONS_LIMIT = 64;
/** The longest SOCKS request: a name of 255 bytes. */
const REQUEST_LIMIT = 512;

// RFC 1928 3 to 6.
const SOCKS = 5;
const NO_AUTHENTICATION = Buffer.from([SOCKS, 0]);
const CONNECT = 1;
const GRANTED = Buffer.from([SOCKS, 0, 0, 1, 0, 0, 0, 0, 0, 0]);
const NOT_ALLOWED = Buffer.from([SOCKS, 2, 0, 1, 0, 0, 0, 0, 0, 0]);
const addressKinds = { ipv4: 1, name: 3 } as const;

export interface PathOptions {
  /** The tab's own loopback address, 127.0.x.y. */
  readonly address: string;
  readonly impairment: Impairment;
  readonly seed: number;
  /** Where a destination is really found, when it is elsewhere: "127.0.0.1:8091" → "127.0.1.1:8091". */
  readonly moved?: (destination: string) => string;
}

/** A path that is open. */
export interface Path extends Closable {
  /** For a browser: `socks5://…`. */
  readonly proxy: string;
  readonly link: ImpairedLink;
  /** Bytes towards the page, and from it. */
  readonly counters: { readonly downBytes: number; readonly upBytes: number };
}

/** Opens a tab's path. */
export async function openPath(options: PathOptions, clock: Clock): Promise<Path> {
  const path = new SocksPath(options, clock);
  await path.listen();
  return path;
}

class SocksPath implements Path {
  readonly link: ImpairedLink;
  readonly #options: PathOptions;
  readonly #clock: Clock;
  readonly #server: Server;
  readonly #relays = new Map<string, Promise<Relay>>();
  readonly #opened: Relay[] = [];
  readonly #sockets = new Set<Socket>();
  readonly #scope = new Scope();
  #port = 0;

  constructor(options: PathOptions, clock: Clock) {
    this.#options = options;
    this.#clock = clock;
    const { impairment, seed } = options;
    this.link = new ImpairedLink(impairment, { seed, startedAt: clock.monotonic() });
    this.#server = createServer({ noDelay: true, allowHalfOpen: true }, (page) =>
      this.#greet(page),
    );
  }

  get proxy(): string {
    return `socks5://${this.#options.address}:${this.#port}`;
  }

  get counters(): Path["counters"] {
    const sum = { downBytes: 0, upBytes: 0 };
    for (const { counters } of this.#opened) {
      sum.downBytes += counters.downBytes;
      sum.upBytes += counters.upBytes;
    }
    return sum;
  }

  listen(): Promise<void> {
    this.#scope.defer(() => new Promise((resolve) => this.#server.close(() => resolve())));
    this.#scope.defer(() => this.#sockets.forEach((socket) => socket.destroy()));
    return new Promise((resolve, reject) => {
      this.#server.once("error", reject);
      this.#server.listen({ host: this.#options.address, port: 0 }, () => {
        this.#port = (this.#server.address() as { port: number }).port;
        resolve();
      });
    });
  }

  close(): Promise<void> {
    return this.#scope.close();
  }

  #keep(socket: Socket): void {
    this.#sockets.add(socket);
    socket.once("close", () => this.#sockets.delete(socket));
    socket.on("error", () => socket.destroy());
  }

  #greet(page: Socket): void {
    this.#keep(page);
    let said = Buffer.alloc(0);
    let greeted = false;
    const hear = (bytes: Buffer): void => {
      said = Buffer.concat([said, bytes]);
      if (!greeted && said.length >= 2 && said.length >= 2 + (said[1] as number)) {
        said = said.subarray(2 + (said[1] as number));
        greeted = true;
        page.write(NO_AUTHENTICATION);
      }
      const asked = greeted ? requestIn(said) : null;
      if (asked) {
        page.off("data", hear).pause();
        void this.#connect(page, asked);
      } else if (said.length > REQUEST_LIMIT) page.destroy();
    };
    page.on("data", hear);
  }

  async #connect(page: Socket, { destination, rest }: SocksRequest): Promise<void> {
    const relay = await this.#relayTo(this.#options.moved?.(destination) ?? destination).catch(
      () => null,
    );
    if (!relay || page.destroyed) return void page.end(NOT_ALLOWED);
    const line = connect({
      host: this.#options.address,
      port: relay.port,
      noDelay: true,
      allowHalfOpen: true,
    });
    this.#keep(line);
    line.once("connect", () => {
      page.write(GRANTED);
      if (rest.length > 0) line.write(rest);
      page.pipe(line);
      line.pipe(page);
    });
    line.once("close", () => page.destroy());
    page.once("close", () => line.destroy());
  }

  /** One relay a destination, all over the same line. */
  #relayTo(destination: string): Promise<Relay> {
    const known = this.#relays.get(destination);
    if (known) return known;
    const [host = "", port = ""] = destination.split(":");
    if (this.#relays.size >= DESTINATIONS_LIMIT || !/^127\.[\d.]+$/.test(host))
      return Promise.reject(new Error(`no way to ${destination}`));
    const { address } = this.#options;
    const relay = startRelay(
      {
        listen: { host: address, port: 0 },
        target: { host, port: Number(port) },
        links: [this.link],
        bindFrom: () => address,
      },
      { clock: this.#clock, log: silentLog },
    ).then((opened) => {
      this.#opened.push(opened);
      return this.#scope.own(opened);
    });
    this.#relays.set(destination, relay);
    return relay;
  }
}

interface SocksRequest {
  destination: string;
  /** What came after the request. */
  rest: Buffer;
}

/** Reads `CONNECT host:port` (RFC 1928 4); null while it is not whole, or not one that is known. */
function requestIn(said: Buffer): SocksRequest | null {
  const kind = said[3];
  const length = kind === addressKinds.ipv4 ? 4 : 1 + (said[4] ?? Infinity);
  if (said[0] !== SOCKS || said[1] !== CONNECT || said.length < 4 + length + 2) return null;
  const address = said.subarray(4, 4 + length);
  const host =
    kind === addressKinds.ipv4 ? [...address].join(".") : address.subarray(1).toString("latin1");
  const port = said.readUInt16BE(4 + length);
  return { destination: `${host}:${port}`, rest: said.subarray(4 + length + 2) };
}
