// How HTTP/2 names what went wrong (RFC 9113 5.4, 7).
import type { CloseReason } from "../serverState.ts";

/** Error codes as they travel in RST_STREAM and GOAWAY (RFC 9113 7). */
export const errorCodes = {
  NO_ERROR: 0x0,
  PROTOCOL_ERROR: 0x1,
  INTERNAL_ERROR: 0x2,
  FLOW_CONTROL_ERROR: 0x3,
  STREAM_CLOSED: 0x5,
  FRAME_SIZE_ERROR: 0x6,
  REFUSED_STREAM: 0x7,
  COMPRESSION_ERROR: 0x9,
  ENHANCE_YOUR_CALM: 0xb,
} as const;
export type ErrorCode = keyof typeof errorCodes;

/**
 * The connection cannot go on (RFC 9113 5.4.1): the peer is told `code` by GOAWAY, and the reason is counted. The message
 * names the rule that was broken, for the log.
 */
export class ConnectionFault extends Error {
  override readonly name = "ConnectionFault";
  readonly code: ErrorCode;
  readonly reason: CloseReason;

  constructor(code: ErrorCode, rule: string, reason: CloseReason = "h2-broke-rules") {
    super(rule);
    this.code = code;
    this.reason = reason;
  }
}

/** One stream cannot go on, the others can (RFC 9113 5.4.2): the peer is told `code` by RST_STREAM. */
export class StreamFault extends Error {
  override readonly name = "StreamFault";
  readonly code: ErrorCode;

  constructor(code: ErrorCode, rule: string) {
    super(rule);
    this.code = code;
  }
}
