// Asks other servers. One client a role: it owns a pool.
import { type Closable, concatBytes, ms } from "#base";
import type { Clock, Timer } from "#base/clock";
import type { Log } from "#base/log";
import type { Place } from "./clientConnection.ts";
import { type Asking, Exchange, type ExchangeCounters } from "./clientExchange.ts";
import { clientErrors } from "./errors.ts";
import { type ClientLimits, clientLimits } from "./limits.ts";
import { ConnectionPool } from "./pool.ts";
import type { HeaderList, PendingRequest, ReceivedHeaders, ResponseSink, Upload } from "./types.ts";
import { pumpBody, StreamedUpload } from "./upload.ts";
import { fieldOf, requestHead } from "./writeHead.ts";

/** One request with its body, if any, known whole. Time-outs default to the client's limits. */
export interface RequestOptions {
  readonly method: string;
  readonly url: string;
  readonly headers?: HeaderList;
  readonly body?: Uint8Array;
  readonly headTimeoutMs?: number;
  readonly idleTimeoutMs?: number;
}

/** One request whose body is passed on as it comes. It goes out on a connection of its own, and never twice. */
export interface StreamOptions extends Omit<RequestOptions, "body"> {
  /** Bytes of the body, sent as Content-Length; null: chunked; undefined: there is none, and none is expected. */
  readonly length: number | null | undefined;
  /** Read no faster than the peer takes it. */
  readonly body: AsyncIterable<Uint8Array>;
}

/** A whole answer. */
export interface Answer {
  readonly status: number;
  readonly headers: ReceivedHeaders;
  readonly body: Uint8Array;
}

/** How often idle connections are looked through, ms. */
const SWEEP_MS = 1_000;

/**
 * Keeps connections alive, a bounded number a host. A request that finds its kept connection dead is sent once more on a
 * new one, if its method may be sent twice; every other failure is told. Redirects are not followed. https:// is TLS 1.2
 * or later, with the peer's certificate checked against Node's authorities (NODE_EXTRA_CA_CERTS adds one's own).
 */
export class HttpClient implements Closable {
  readonly #clock: Clock;
  readonly #log: Log;
  readonly #limits: ClientLimits;
  readonly #pool: ConnectionPool;
  readonly #exchanges = new Set<Exchange>();
  readonly #counters: ExchangeCounters = { requests: 0, failures: 0, retries: 0 };
  readonly #sweeper: Timer;
  #closed = false;

  constructor(context: { clock: Clock; log: Log }, limits: Partial<ClientLimits> = {}) {
    this.#clock = context.clock;
    this.#log = context.log;
    this.#limits = { ...clientLimits, ...limits };
    this.#pool = new ConnectionPool(context.clock, this.#limits);
    this.#sweeper = this.#clock.every(ms(SWEEP_MS), () => this.#pool.sweep());
  }

  /** Since the start; `connections` and `underWay` are those of now. */
  get counters(): Readonly<ExchangeCounters> & {
    readonly connections: number;
    readonly underWay: number;
  } {
    return { ...this.#counters, connections: this.#pool.size, underWay: this.#exchanges.size };
  }

  /** Sends a request; the answer goes to `sink` as it comes. Never throws: every failure is told to `sink.fail`. */
  request(options: RequestOptions, sink: ResponseSink): PendingRequest {
    const body = options.body;
    const length: HeaderList = body ? [["Content-Length", String(body.length)]] : [];
    return this.#start(this.#asking(options, length, { body }), options.url, sink);
  }

  /**
   * Sends a request with a body that somebody else is still sending. Never throws; a body that breaks breaks the request,
   * and its error is told. For methods that must not be sent twice: no kept connection, which might be dead already
   * (RFC 9112 9.3.1).
   */
  stream(options: StreamOptions, sink: ResponseSink): PendingRequest {
    const { length, body, url } = options;
    const streams = length === null || (length !== undefined && length > 0);
    const framing: HeaderList =
      length === undefined
        ? []
        : [length === null ? ["Transfer-Encoding", "chunked"] : ["Content-Length", String(length)]];
    const asking = this.#asking(options, framing, { streams, fresh: true });
    const exchange = this.#start(asking, url, sink);
    if (streams) void pumpBody(exchange, body, { chunked: length === null, url });
    return exchange;
  }

  /** The whole answer, at most `fetchBytes` of it. Rejects with a RegistaError. An abort of `signal` gives it up. */
  fetch(options: RequestOptions & { signal?: AbortSignal }): Promise<Answer> {
    const { signal, url } = options;
    return new Promise((resolve, reject) => {
      const parts: Uint8Array[] = [];
      let head: { status: number; headers: ReceivedHeaders } | null = null;
      let size = 0;
      const settle = (work: () => void): void => {
        signal?.removeEventListener("abort", giveUp);
        work();
      };
      const giveUp = (): void => {
        pending.abort();
        settle(() => reject(clientErrors.make("aborted", { url })));
      };
      const pending = this.request(options, {
        head: (status, headers) => {
          head = { status, headers };
        },
        data: (bytes) => {
          size += bytes.length;
          parts.push(bytes);
          if (size <= this.#limits.fetchBytes) return;
          pending.abort();
          const limit = this.#limits.fetchBytes;
          settle(() => reject(clientErrors.make("answer-too-large", { url, limit })));
        },
        chunkEnd: () => undefined,
        end: () => settle(() => head && resolve({ ...head, body: concatBytes(parts) })),
        fail: (error) => settle(() => reject(error)),
      });
      if (signal?.aborted) giveUp();
      else signal?.addEventListener("abort", giveUp);
    });
  }

  /** Begins a request whose body is sent, chunk by chunk, while it is made. Never throws: see {@link Upload.failed}. */
  upload(options: { method: "POST" | "PUT"; url: string; headers?: HeaderList }): Upload {
    const upload = new StreamedUpload(options.url, this.#limits);
    const asking = this.#asking(options, [["Transfer-Encoding", "chunked"]], { streams: true });
    upload.begin(this.#start(asking, options.url, upload.sink));
    return upload;
  }

  /** Gives up what is under way (each is told `http/aborted`) and closes all connections. */
  close(): Promise<void> {
    if (this.#closed) return Promise.resolve();
    this.#closed = true;
    this.#sweeper.cancel();
    for (const exchange of this.#exchanges)
      exchange.fail(clientErrors.make("aborted", { url: exchange.url }));
    this.#pool.close();
    return Promise.resolve();
  }

  #start(asking: Asking | null, url: string, sink: ResponseSink): Exchange {
    const exchange = new Exchange(
      { asking: asking ?? nowhere(url), sink, counters: this.#counters },
      {
        pool: this.#pool,
        clock: this.#clock,
        over: (over) => void this.#exchanges.delete(over),
      },
    );
    this.#exchanges.add(exchange);
    // Refusals come after this call has returned, so that a caller has its handle first.
    if (!asking) queueMicrotask(() => exchange.fail(clientErrors.make("bad-url", { url })));
    else if (this.#closed)
      queueMicrotask(() => exchange.fail(clientErrors.make("aborted", { url })));
    else exchange.start();
    return exchange;
  }

  #asking(
    options: Omit<RequestOptions, "body">,
    framing: HeaderList,
    what: { body?: Uint8Array | undefined; streams?: boolean; fresh?: boolean },
  ): Asking | null {
    const { body, streams = false, fresh = false } = what;
    const address = parseUrl(options.url);
    if (!address) {
      this.#log.debug({ url: options.url }, "not an http URL");
      return null;
    }
    const host: HeaderList =
      options.headers && fieldOf(options.headers, "host") !== undefined
        ? []
        : [["Host", address.authority]];
    const fields = [...host, ...(options.headers ?? []), ...framing];
    const head = Buffer.from(requestHead(options.method, address.target, fields), "latin1");
    return {
      method: options.method,
      url: options.url,
      place: address.place,
      message: body ? Buffer.concat([head, body]) : head,
      streams,
      fresh,
      connectTimeoutMs: this.#limits.connectTimeoutMs,
      headTimeoutMs: options.headTimeoutMs ?? this.#limits.headTimeoutMs,
      idleTimeoutMs: options.idleTimeoutMs ?? this.#limits.idleTimeoutMs,
    };
  }
}

/** Stands in for a request that cannot be sent, so that it fails the way all do. */
const nowhere = (url: string): Asking => ({
  method: "GET",
  url,
  place: { host: "", port: 0, secure: false },
  message: Buffer.alloc(0),
  streams: false,
  fresh: false,
  connectTimeoutMs: 0,
  headTimeoutMs: 0,
  idleTimeoutMs: 0,
});

function parseUrl(text: string): { place: Place; authority: string; target: string } | null {
  const url = URL.parse(text);
  if (!url || (url.protocol !== "http:" && url.protocol !== "https:") || url.hostname === "")
    return null;
  const secure = url.protocol === "https:";
  const port = Number(url.port || (secure ? 443 : 80));
  return {
    place: { host: url.hostname.replace(/^\[|\]$/g, ""), port, secure },
    authority: url.host,
    target: url.pathname + url.search,
  };
}
