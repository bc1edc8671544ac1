// What an HTTP/2 connection may cost. Times, heads, bodies and backlogs are bounded as in HTTP/1.1 (../limits.ts).

/** Requests under way on one connection; told by SETTINGS_MAX_CONCURRENT_STREAMS, beyond it they are refused. */
export const CONCURRENT_STREAMS = 128;
/** A frame's payload, in and out, bytes: the least that every peer takes (RFC 9113 4.2); a larger one holds up the others. */
export const FRAME_BYTES = 16_384;
/** The table that a peer may keep here for its fields, bytes: the value that holds without a word (RFC 9113 6.5.2). */
export const HEADER_TABLE_BYTES = 4_096;
/** CONTINUATION frames of one block; its bytes are bounded as a head is. Real ones need none. */
export const CONTINUATION_FRAMES = 8;
/** What a peer may send of one request's body before it was read, bytes. */
export const STREAM_WINDOW_BYTES = 256 * 1024;
/** The same for all bodies of a connection together, bytes. */
export const CONNECTION_WINDOW_BYTES = 1024 * 1024;
/** A window given back in pieces of at least this share; smaller ones cost a frame each. */
export const WINDOW_SHARE = 4;
/**
 * Bytes handed to the socket ahead of what it has taken. More would make a new stream wait behind the old ones; a socket asks
 * for more by itself from here on (its high-water mark).
 */
export const SOCKET_AHEAD_BYTES = 64 * 1024;
/** What is written at once, bytes: what may be ahead, a frame more, and control frames. */
export const WRITE_CHUNK_BYTES = 96 * 1024;
/** A write up to this comes from Node's own pool, bytes; above, from buffers that are used again. */
export const SMALL_WRITE_BYTES = 16 * 1024;
/** Buffers for writing that are kept for their next use, all connections together: 24 MiB. */
export const POOLED_CHUNKS = 256;
/** A DATA frame below this, bytes, which only a narrow window made so small, costs one of the peer's control frames. */
export const SMALL_DATA_BYTES = 256;

/** So many at once, and so many a second in the long run. */
export interface Allowance {
  readonly burst: number;
  readonly perSecond: number;
}

/**
 * Streams that end by a reset before their answer did, whoever sent it (CVE-2023-44487 and its mirror CVE-2025-8671): a
 * player that seeks gives up a handful.
 */
export const RESETS: Allowance = { burst: 200, perSecond: 20 };
/** Frames that carry nothing for an answer: PING, SETTINGS, PRIORITY, empty DATA, of unknown type, for streams that ended. */
export const CONTROL_FRAMES: Allowance = { burst: 400, perSecond: 100 };
/** WINDOW_UPDATE beyond the two that each DATA frame may be answered with. */
export const WINDOW_UPDATES: Allowance = { burst: 1_000, perSecond: 100 };
/** WINDOW_UPDATE frames that a DATA frame pays for: one for its stream, one for the connection, and as many to spare. */
export const WINDOW_UPDATES_PER_DATA = 4;
/** Identifiers of streams that were reset on this side, kept so that what was on its way to them is let pass. */
export const RESET_MEMORY = 256;
