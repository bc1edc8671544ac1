// The shapes of this room: what a handler is given and what it may do.
import type { Closable, MonoMs } from "#base";
import type { Burst } from "./burst.ts";
import type { TlsStatus } from "./tlsGate.ts";

/** Header fields in order of writing. Names are written as given. */
export type HeaderList = readonly (readonly [name: string, value: string])[];

/** Header fields as received: names compare without case, several fields of one name are joined by ", " (RFC 9110 5.3). */
export interface ReceivedHeaders {
  get(name: string): string | undefined;
  entries(): Iterable<readonly [name: string, value: string]>;
}

/** One request, its target in origin form (RFC 9112 3.2.1). */
export interface HttpRequest {
  readonly method: string;
  /** As it came, with its query. */
  readonly target: string;
  /** The path, still percent-encoded. */
  readonly path: string;
  /** Without "?"; empty when there is none. */
  readonly query: string;
  readonly headers: ReceivedHeaders;
  /** The peer's address. */
  readonly remoteAddress: string;
  readonly receivedAt: MonoMs;
  /** The body's bytes as they come, transfer coding taken off; ends at once when there is none. Throws when it breaks. */
  readonly body: AsyncIterable<Uint8Array>;
}

/** A response body that is written while it is made. */
export interface BodyStream {
  /** Sends `bytes` at once, as one chunk of the transfer coding. */
  write(bytes: Uint8Array): void;
  /** Sends a chunk that {@link frameChunk} framed already, so that many waiters share one frame. */
  writeFrame(frame: Uint8Array): void;
  /** What is there already, in one write: frames of {@link frameChunk} when `framed`. Nobody is too slow for it yet. */
  catchUp(pieces: readonly Uint8Array[], framed: boolean): void;
  end(): void;
  /** Breaks the connection: the receiver must see that the body is incomplete (RFC 9112 8). */
  abort(): void;
  /** Bytes handed over that the socket has not taken yet. */
  readonly backlog: number;
}

/** The answer to one request; exactly one of `send`, `stream` and `put` begins it. */
export interface HttpReply {
  /** A whole answer in one write. Adds Content-Length. HEAD requests get no body. */
  send(status: number, headers: HeaderList, body?: Uint8Array | string): void;
  /** Head now, body as it comes: chunked, or raw when `headers` hold a Content-Length. */
  stream(status: number, headers: HeaderList): BodyStream;
  /**
   * Sends a burst of an answer that many are given alike, in one write; the first one has the head, the last one ends the
   * answer. HEAD requests are answered whole by the first, bursts after the end or after the peer has gone go nowhere.
   */
  put(burst: Burst): void;
  /** Breaks off an answer that `put` began: the receiver must see that the body is incomplete (RFC 9112 8). */
  abort(): void;
  /** Whether the answer was begun. */
  readonly started: boolean;
  /** True once the peer has gone or the answer has ended. */
  readonly done: boolean;
  /** Called once when the peer goes before the answer has ended. */
  onGone(listener: () => void): void;
}

/** Answers a request. A rejection answers 500, or what a RegistaError says, and is logged. */
export type Handler = (request: HttpRequest, reply: HttpReply) => void | Promise<void>;

/** A listening server. */
export interface HttpServer extends Closable {
  /** `http://address:port`, the port as bound. */
  readonly url: string;
  readonly port: number;
  /** The certificate and the handshakes; null without TLS. */
  readonly tls: TlsStatus | null;
  /**
   * Accepts no more, and ends each connection with its next answer, which says so (RFC 9112 9.6); those that ask nothing for
   * `idleMs` end then. Resolves when none is left or `limitMs` is over. `close` has still to be called.
   */
  drain(times: { limitMs: number; idleMs: number }): Promise<void>;
  /** Since the start, but `connections`, which are those open now. */
  readonly counters: {
    readonly requests: number;
    /** Bytes handed to sockets. */
    readonly bytesOut: number;
    readonly connections: number;
    /** Of those: behind a complete handshake of TLS, and those that speak HTTP/2. */
    readonly tlsConnections: number;
    readonly http2Connections: number;
    /** Refused requests by the refusal's name. */
    readonly refused: Readonly<Record<string, number>>;
    /** Ended connections by reason. */
    readonly closed: Readonly<Record<string, number>>;
  };
}

/** What a client's caller is told of a response; every callback is made on the socket's own event, without a queue. */
export interface ResponseSink {
  head(status: number, headers: ReceivedHeaders): void;
  /** Body bytes as they come. `chunk` numbers the transfer chunk (0 for a body with Content-Length). */
  data(bytes: Uint8Array, chunk: number): void;
  /** A transfer chunk is complete. */
  chunkEnd(chunk: number): void;
  /** The body is complete. */
  end(): void;
  /** The answer is not complete and will not be: a RegistaError. Called at most once, never after `end`. */
  fail(error: Error): void;
}

/** A request under way. */
export interface PendingRequest {
  abort(): void;
}

/** A request body that is sent while it is made. */
export interface Upload {
  /** Sends `bytes` at once as one chunk. */
  write(bytes: Uint8Array): void;
  /** Ends the body; resolves with the answer. */
  end(): Promise<{ status: number; body: string }>;
  abort(): void;
  /** Resolves when the peer answered or the connection broke before `end`; never rejects. */
  readonly failed: Promise<Error>;
  readonly backlog: number;
}
