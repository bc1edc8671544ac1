// What this room holds back: every number a peer could otherwise drive up has its name here.

/** Limits of a listening server. */
export interface HttpLimits {
  /** Request line and fields together, bytes. A player's largest head is under 4 KiB. */
  readonly headBytes: number;
  /** Field lines in a head. */
  readonly fields: number;
  /** Request target, bytes: CMCD in a query stays under 2 KiB. */
  readonly targetBytes: number;
  /** A request body, bytes: the largest segment of the highest rung is under 8 MiB. */
  readonly bodyBytes: number;
  /** From a head's first byte (or from the connection) to its last, ms. Slow heads hold sockets. */
  readonly headDeadlineMs: number;
  /** Between two requests of one connection, ms. Longer than a client keeps its own idle sockets. */
  readonly idleDeadlineMs: number;
  /** Between two bytes of a request body, ms. */
  readonly bodyIdleMs: number;
  /** Bytes that wait for one slow reader before a further streamed write cuts it. */
  readonly backlogBytes: number;
  /** A reader that takes nothing for so long is cut, ms. */
  readonly writeStallMs: number;
  /**
   * The least that a peer must take while bytes wait for it, bytes/s: less than the lowest audio needs (64 kb/s). Who takes
   * less holds memory for as long as it likes, and plays nothing.
   */
  readonly sendBytesPerS: number;
  /** Over how long that is looked at, ms. Kernels ask for more only when a third of their buffer is free: not shorter than that takes. */
  readonly sendWindowMs: number;
  /** What answers under way are given to end when the server closes, ms. */
  readonly drainMs: number;
  /** Open connections; further ones are refused by a reset. The usual end of file descriptors is 20,000. */
  readonly connections: number;
  /**
   * Open connections of one address (of one /64 in IPv6); further ones are refused by a reset. Behind one address of a
   * carrier's NAT may sit thousands of viewers with six connections each, so that it is high; but nobody takes all.
   */
  readonly connectionsPerAddress: number;
  /** Bytes of requests that wait behind one under way (pipelining); beyond, the socket is not read. */
  readonly pipelinedBytes: number;
  /** Bytes of a body that wait for a slow handler; beyond, the socket is not read. */
  readonly bodyQueueBytes: number;
}

export const httpLimits: HttpLimits = {
  headBytes: 16 * 1024,
  fields: 100,
  targetBytes: 8 * 1024,
  bodyBytes: 64 * 1024 * 1024,
  headDeadlineMs: 5_000,
  idleDeadlineMs: 60_000,
  bodyIdleMs: 10_000,
  backlogBytes: 8 * 1024 * 1024,
  writeStallMs: 15_000,
  sendBytesPerS: 4 * 1024,
  sendWindowMs: 20_000,
  drainMs: 2_000,
  connections: 16_000,
  connectionsPerAddress: 12_000,
  pipelinedBytes: 64 * 1024,
  bodyQueueBytes: 512 * 1024,
};

/** Limits of a client. */
export interface ClientLimits {
  /** To an established connection, ms. */
  readonly connectTimeoutMs: number;
  /** From asking (waiting for a connection included) to the last byte of the answer's head, ms. */
  readonly headTimeoutMs: number;
  /** Between two bytes of an answer, or of an upload that the peer does not take, ms. */
  readonly idleTimeoutMs: number;
  /** Connections to one host and port, in use and idle together. */
  readonly connectionsPerHost: number;
  /** Requests that wait for a connection to one host and port. */
  readonly waitingPerHost: number;
  /** How long an unused connection is kept, ms. Shorter than a server keeps it, so that few are found dead. */
  readonly keepAliveMs: number;
  /** Hosts that are remembered at once. */
  readonly hosts: number;
  /** The largest body that `fetch` gathers, bytes. */
  readonly fetchBytes: number;
  /** Bytes of an upload that wait for the peer before it is given up. */
  readonly uploadBacklogBytes: number;
  /** Status line and fields together, bytes. */
  readonly headBytes: number;
  /** Field lines in a head. */
  readonly fields: number;
}

export const clientLimits: ClientLimits = {
  connectTimeoutMs: 2_000,
  headTimeoutMs: 10_000,
  idleTimeoutMs: 10_000,
  connectionsPerHost: 256,
  waitingPerHost: 1_024,
  keepAliveMs: 20_000,
  hosts: 1_024,
  fetchBytes: 16 * 1024 * 1024,
  uploadBacklogBytes: 32 * 1024 * 1024,
  headBytes: 16 * 1024,
  fields: 100,
};

/** Longest method, bytes: the longest registered one (UPDATEREDIRECTREF) has 17. */
export const METHOD_BYTES = 32;
/** The line of a chunk's size with its extensions, bytes (RFC 9112 7.1.1: limit them). */
export const CHUNK_LINE_BYTES = 128;
/** One chunk, bytes; sizes above cannot be meant. */
export const CHUNK_BYTES = 2 ** 32;
/** All trailer fields of a chunked body, bytes; they are checked and dropped. */
export const TRAILER_BYTES = 4 * 1024;
/** A whole answer up to this size leaves as one buffer; a larger body is not copied but written beside its head. */
export const JOINED_ANSWER_BYTES = 16 * 1024;
/** From this receiver on it pays to copy what many get into one buffer: a writev costs each of them 5 µs more than a write. */
export const COPY_FOR = 4;
/** The most that is copied for that, bytes: above, the copy takes as long as it spares, and much memory. */
export const COPIED_BYTES = 1024 * 1024;
/** Requests of one connection that are begun before others have their turn: who sends hundreds at once waits for them. */
export const REQUESTS_PER_TURN = 16;
/** How long a refused sender is still read, so that it sees why (RFC 9112 9.6), ms. */
export const LINGER_MS = 1_000;
/** Connections that wait to be accepted; Linux cuts it to net.core.somaxconn, 4,096 by default. */
export const ACCEPT_QUEUE = 4_096;
/** How often deadlines are looked at, ms: they are kept this much late at most. */
export const SWEEP_MS = 250;
/** TLS handshakes under way at once; further connections are reset. A signature costs about 0.1 ms: they are done in that many. */
export const TLS_HANDSHAKES = 2_048;
/** From a connection to the end of its TLS handshake, ms. */
export const TLS_HANDSHAKE_MS = 5_000;
/** How often certificate files are looked at, ms. */
export const TLS_WATCH_MS = 2_000;
/** A certificate that ends within this time is warned of, ms: 14 days, half of what renewal by ACME leaves. */
export const EXPIRY_WARNING_MS = 1_209_600_000;
