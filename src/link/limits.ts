// What one relay may hold.

/**
 * Bytes of one connection on their way in one direction, together with those that its receiver does not take: what a
 * usual TCP window allows (Linux: 6 MiB). On a long link it bounds the rate of a connection, as there.
 */
export const WINDOW_BYTES = 4 * 1024 * 1024;

/** Most time that a link's queue holds before its senders are made to wait, ms: the buffer of an ordinary access router. */
export const LINK_QUEUE_MS = 200;

/** Smallest piece that bytes are cut into on a limited link: an Ethernet frame's worth of TCP. */
export const PIECE_BYTES = 1_460;

/** Connections through one relay; each takes two file descriptors of about 20,000. */
export const CONNECTIONS_LIMIT = 8_000;

/** How long the way out may take to accept a connection, ms. A frozen target accepts by its kernel and just holds. */
export const CONNECT_TIMEOUT_MS = 5_000;
