// One request of a client: its connection, its deadlines, its one retry.
import { ms, type RegistaError } from "#base";
import type { Clock, Timer } from "#base/clock";
import type { ClientConnection, Place } from "./clientConnection.ts";
import { clientErrors } from "./errors.ts";
import type { ConnectionPool, Taker } from "./pool.ts";
import type { PendingRequest, ReceivedHeaders, ResponseSink } from "./types.ts";

/** Methods that may be sent twice without harm (RFC 9110 9.2.2). */
const IDEMPOTENT = new Set(["GET", "HEAD", "OPTIONS", "PUT", "DELETE"]);

/** What is asked, ready to be written. */
export interface Asking {
  readonly method: string;
  readonly url: string;
  readonly place: Place;
  /** The head, and the body where it is known whole. */
  readonly message: Buffer;
  /** Whether more of the body follows. */
  readonly streams: boolean;
  /** Whether it wants a connection that carried nothing yet. */
  readonly fresh: boolean;
  readonly connectTimeoutMs: number;
  readonly headTimeoutMs: number;
  readonly idleTimeoutMs: number;
}

type Phase = "waiting" | "connecting" | "head" | "body" | "over";

/** Counted over all exchanges of a client. */
export interface ExchangeCounters {
  requests: number;
  failures: number;
  retries: number;
}

export class Exchange implements PendingRequest, Taker {
  readonly url: string;
  readonly #asking: Asking;
  readonly #sink: ResponseSink;
  readonly #pool: ConnectionPool;
  readonly #clock: Clock;
  readonly #counters: ExchangeCounters;
  readonly #over: (exchange: Exchange) => void;
  #connection: ClientConnection | null = null;
  #phase: Phase = "waiting";
  #retried = false;
  /** Whether any byte of the answer came. */
  #answering = false;
  #bodySent: boolean;
  #askedAt: number;
  #movedAt: number;
  #taken = 0;
  #timer: Timer | null = null;
  /** Pieces of a streamed body that came before there was a connection to take them. */
  #early: Uint8Array[] = [];
  #earlyBytes = 0;
  /** Called when the connection takes bytes again, or the exchange is over. */
  #drained: (() => void) | null = null;

  constructor(
    parts: { asking: Asking; sink: ResponseSink; counters: ExchangeCounters },
    surroundings: { pool: ConnectionPool; clock: Clock; over: (exchange: Exchange) => void },
  ) {
    this.#asking = parts.asking;
    this.url = parts.asking.url;
    this.#sink = parts.sink;
    this.#counters = parts.counters;
    this.#pool = surroundings.pool;
    this.#clock = surroundings.clock;
    this.#over = surroundings.over;
    this.#bodySent = !parts.asking.streams;
    this.#askedAt = this.#clock.monotonic();
    this.#movedAt = this.#askedAt;
  }

  /** Asks for a connection. Separate from construction, so that its owner knows it before anything can end it. */
  start(): void {
    this.#counters.requests++;
    this.#watch();
    this.#pool.ask(this.#asking.place, this, this.#asking.fresh);
  }

  get over(): boolean {
    return this.#phase === "over";
  }

  /** Bytes handed over that the connection has not taken yet. */
  get backlog(): number {
    return this.#earlyBytes + (this.#connection?.socket.writableLength ?? 0);
  }

  take(connection: ClientConnection): void {
    this.#connection = connection;
    this.#phase = connection.connected ? "head" : "connecting";
    this.#movedAt = this.#clock.monotonic();
    connection.begin(this.#asking, {
      progress: () => {
        this.#answering = true;
        this.#movedAt = this.#clock.monotonic();
      },
      head: (status, headers) => this.#head(status, headers),
      data: (bytes, chunk) => this.#phase !== "over" && this.#sink.data(bytes, chunk),
      chunkEnd: (chunk) => this.#phase !== "over" && this.#sink.chunkEnd(chunk),
      end: () => this.#end(),
      broken: (error) => this.#broken(connection, error),
    });
    if (this.#phase === "connecting") connection.whenConnected(() => this.#connected());
    connection.socket.write(this.#asking.message);
    for (const bytes of this.#early) connection.socket.write(bytes);
    this.#early = [];
    this.#earlyBytes = 0;
    if (this.#bodySent) connection.sent();
    this.#watch();
    if (this.#drained) this.#awaitDrain(connection.socket, this.#drained);
  }

  /** Told after the asking has returned, so that its caller has its handle first. */
  refuse(error: RegistaError): void {
    queueMicrotask(() => this.#fail(error));
  }

  /** Resolves when the connection takes more of a streamed body, or the exchange is over. One caller at a time. */
  drained(): Promise<void> {
    if (this.over) return Promise.resolve();
    return new Promise((resolve) => {
      this.#drained = resolve;
      if (this.#connection) this.#awaitDrain(this.#connection.socket, resolve);
    });
  }

  #awaitDrain(socket: ClientConnection["socket"], resolve: () => void): void {
    if (socket.writableNeedDrain) socket.once("drain", resolve);
    else resolve();
  }

  /** More of a streamed body; `last` when it is the end. */
  write(bytes: Uint8Array, last: boolean): void {
    if (this.#phase === "over") return;
    if (this.#connection) {
      this.#connection.socket.write(bytes);
    } else {
      this.#early.push(bytes);
      this.#earlyBytes += bytes.length;
    }
    if (!last) return;
    this.#bodySent = true;
    this.#connection?.sent();
    this.#askedAt = this.#clock.monotonic();
    this.#watch();
  }

  abort(): void {
    this.#close();
  }

  /** Ends with `error`; nothing when it is over already. */
  fail(error: RegistaError): void {
    this.#fail(error);
  }

  #connected(): void {
    if (this.#phase !== "connecting") return;
    this.#phase = "head";
    this.#movedAt = this.#clock.monotonic();
    this.#watch();
  }

  #head(status: number, headers: ReceivedHeaders): void {
    if (this.#phase === "over") return;
    this.#phase = "body";
    this.#watch();
    this.#sink.head(status, headers);
  }

  #end(): void {
    if (this.#phase === "over") return;
    this.#finish();
    this.#sink.end();
  }

  #broken(connection: ClientConnection, error: RegistaError): void {
    // RFC 9112 9.3.1: a kept connection that dies before the answer begins was likely closed by the peer's idle deadline.
    const stale = connection.used > 0 && this.#phase === "head" && !this.#answering;
    if (stale && !this.#retried && !this.#asking.streams && IDEMPOTENT.has(this.#asking.method)) {
      this.#retried = true;
      this.#counters.retries++;
      this.#phase = "waiting";
      this.#connection = null;
      this.#pool.ask(this.#asking.place, this, true);
      return;
    }
    this.#fail(error);
  }

  #fail(error: RegistaError): void {
    if (this.#phase === "over") return;
    this.#counters.failures++;
    this.#close();
    this.#sink.fail(error);
  }

  #close(): void {
    if (this.#phase === "over") return;
    if (this.#phase === "waiting") this.#pool.leave(this.#asking.place, this);
    const connection = this.#connection;
    this.#finish();
    connection?.destroy();
  }

  #finish(): void {
    this.#phase = "over";
    this.#connection = null;
    this.#timer?.cancel();
    this.#drained?.();
    this.#over(this);
  }

  // --- deadlines ---

  /** When the present phase is too late, and the error that it is then. */
  #deadline(): {
    at: number;
    error: "connect-timeout" | "head-timeout" | "idle-timeout";
    after: number;
  } {
    const { connectTimeoutMs, headTimeoutMs, idleTimeoutMs } = this.#asking;
    if (this.#phase === "connecting")
      return {
        at: this.#movedAt + connectTimeoutMs,
        error: "connect-timeout",
        after: connectTimeoutMs,
      };
    if (this.#phase === "body" || !this.#bodySent)
      return { at: this.#movedAt + idleTimeoutMs, error: "idle-timeout", after: idleTimeoutMs };
    return { at: this.#askedAt + headTimeoutMs, error: "head-timeout", after: headTimeoutMs };
  }

  /** Sets the timer for the present phase. It is not moved at each byte: it looks again when it fires. */
  #watch(): void {
    this.#timer?.cancel();
    if (this.#phase === "over") return;
    const { at } = this.#deadline();
    this.#timer = this.#clock.after(ms(Math.max(0, at - this.#clock.monotonic())), () =>
      this.#check(),
    );
  }

  #check(): void {
    this.#noteTaken();
    const { at, error, after } = this.#deadline();
    if (this.#clock.monotonic() < at) return this.#watch();
    this.#fail(clientErrors.make(error, { url: this.url, ms: after }));
  }

  /** An upload moves when the socket takes bytes; one with nothing waiting is not late. */
  #noteTaken(): void {
    const socket = this.#connection?.socket;
    if (!socket || this.#bodySent || this.#phase === "connecting") return;
    const taken = socket.bytesWritten - socket.writableLength;
    if (taken !== this.#taken || socket.writableLength === 0)
      this.#movedAt = this.#clock.monotonic();
    this.#taken = taken;
  }
}
