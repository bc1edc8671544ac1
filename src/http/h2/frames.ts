// Frames, read and written (RFC 9113 4.1, 6). Knows no streams and no state.
import { ConnectionFault, type ErrorCode, errorCodes } from "./faults.ts";
import { FRAME_BYTES } from "./limits.ts";

export const frameTypes = {
  DATA: 0x0,
  HEADERS: 0x1,
  PRIORITY: 0x2,
  RST_STREAM: 0x3,
  SETTINGS: 0x4,
  PUSH_PROMISE: 0x5,
  PING: 0x6,
  GOAWAY: 0x7,
  WINDOW_UPDATE: 0x8,
  CONTINUATION: 0x9,
} as const;

/** END_STREAM and ACK are one bit, of different frames. */
export const flags = { END_STREAM: 0x1, ACK: 0x1, END_HEADERS: 0x4, PADDED: 0x8, PRIORITY: 0x20 };

/** What a client sends first (RFC 9113 3.4). */
export const PREFACE: Buffer = Buffer.from("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", "latin1");
export const FRAME_HEAD_BYTES = 9;
const LARGEST_ID = 0x7fffffff;

/** One frame as it came. The payload is a view into what the socket gave. */
export interface Frame {
  readonly type: number;
  readonly flags: number;
  readonly streamId: number;
  readonly payload: Buffer;
}

/** Cuts what arrives into frames: `push` bytes, then take frames by `next` until there is none. */
export class FrameReader {
  #input: Buffer | null = null;
  #at = 0;

  push(bytes: Buffer): void {
    this.#input = this.#input ? Buffer.concat([this.#input.subarray(this.#at), bytes]) : bytes;
    this.#at = 0;
  }

  /** Throws a ConnectionFault for a frame above the limit, when its head is seen (RFC 9113 4.2). */
  next(): Frame | null {
    const input = this.#input;
    if (!input) return null;
    const at = this.#at;
    const from = at + FRAME_HEAD_BYTES;
    if (from > input.length) return this.#keep();
    const length = input.readUIntBE(at, 3);
    if (length > FRAME_BYTES)
      throw new ConnectionFault("FRAME_SIZE_ERROR", "4.2: a frame above SETTINGS_MAX_FRAME_SIZE");
    if (from + length > input.length) return this.#keep();
    this.#at = from + length;
    return {
      type: input[at + 3] as number,
      flags: input[at + 4] as number,
      streamId: input.readUInt32BE(at + 5) & LARGEST_ID,
      payload: input.subarray(from, from + length),
    };
  }

  #keep(): null {
    if (this.#input && this.#at === this.#input.length) this.#input = null;
    return null;
  }
}

/** The content of a DATA or HEADERS frame without padding and priority (RFC 9113 6.1, 6.2). */
export function contentOf(frame: Frame): Buffer {
  const { payload } = frame;
  const padded = (frame.flags & flags.PADDED) !== 0;
  const priority = frame.type === frameTypes.HEADERS && (frame.flags & flags.PRIORITY) !== 0;
  const from = (padded ? 1 : 0) + (priority ? 5 : 0);
  if (from > payload.length)
    throw new ConnectionFault("FRAME_SIZE_ERROR", "6.2: no room for what the flags announce");
  const to = payload.length - (padded ? (payload[0] as number) : 0);
  if (to < from)
    throw new ConnectionFault("PROTOCOL_ERROR", "6.1: the padding is longer than the frame");
  return from === 0 && to === payload.length ? payload : payload.subarray(from, to);
}

/** Writes the head of a frame at `at`; returns where the payload goes. */
export function writeFrameHead(
  out: Buffer,
  at: number,
  head: { length: number; type: number; flags: number; streamId: number },
): number {
  out.writeUIntBE(head.length, at, 3);
  out[at + 3] = head.type;
  out[at + 4] = head.flags;
  out.writeUInt32BE(head.streamId, at + 5);
  return at + FRAME_HEAD_BYTES;
}

function frame(type: number, streamId: number, payload: Buffer, flagBits = 0): Buffer {
  const out = Buffer.allocUnsafe(FRAME_HEAD_BYTES + payload.length);
  writeFrameHead(out, 0, { length: payload.length, type, flags: flagBits, streamId });
  payload.copy(out, FRAME_HEAD_BYTES);
  return out;
}

function words(...values: readonly number[]): Buffer {
  const bytes = Buffer.allocUnsafe(4 * values.length);
  for (const [at, value] of values.entries()) bytes.writeUInt32BE(value, 4 * at);
  return bytes;
}

/** SETTINGS from pairs of identifier and value (RFC 9113 6.5.1). */
export function settingsFrame(settings: readonly (readonly [id: number, value: number])[]): Buffer {
  const payload = Buffer.allocUnsafe(6 * settings.length);
  for (const [at, [id, value]] of settings.entries()) {
    payload.writeUInt16BE(id, 6 * at);
    payload.writeUInt32BE(value, 6 * at + 2);
  }
  return frame(frameTypes.SETTINGS, 0, payload);
}

export const SETTINGS_ACK: Buffer = frame(frameTypes.SETTINGS, 0, Buffer.alloc(0), flags.ACK);

export const pingFrame = (opaque: Buffer, ack: boolean): Buffer =>
  frame(frameTypes.PING, 0, opaque, ack ? flags.ACK : 0);

export const goAwayFrame = (lastStreamId: number, code: ErrorCode): Buffer =>
  frame(frameTypes.GOAWAY, 0, words(lastStreamId, errorCodes[code]));

export const resetFrame = (streamId: number, code: ErrorCode): Buffer =>
  frame(frameTypes.RST_STREAM, streamId, words(errorCodes[code]));

export const windowFrame = (streamId: number, increment: number): Buffer =>
  frame(frameTypes.WINDOW_UPDATE, streamId, words(increment));

/** Frames written for no stream in particular: whoever sends them puts the stream's identifier at each of `idsAt`. */
export interface Template {
  readonly bytes: Buffer;
  readonly idsAt: readonly number[];
  /** How much of them flow control counts (RFC 9113 5.2.1). */
  readonly flowBytes: number;
}

/** A head, and with it the body's bytes when there are any: HEADERS, CONTINUATION where one frame is too small, DATA. */
export function frameTemplate(parts: {
  readonly block: Uint8Array | null;
  readonly pieces: readonly Uint8Array[];
  readonly last: boolean;
}): Template {
  const { block, pieces } = parts;
  const cuts: Cut[] = block ? headCuts(block) : [];
  let flowBytes = 0;
  for (const piece of pieces)
    for (let at = 0; at < piece.length; at += FRAME_BYTES) {
      const bytes = piece.subarray(at, at + FRAME_BYTES);
      flowBytes += bytes.length;
      cuts.push({ type: frameTypes.DATA, flags: 0, bytes });
    }
  if (parts.last) {
    if (cuts.length === 0) cuts.push({ type: frameTypes.DATA, flags: 0, bytes: Buffer.alloc(0) });
    // The end stands on HEADERS, never on CONTINUATION (RFC 9113 6.2), or on the last DATA frame.
    const ending = flowBytes > 0 ? cuts.at(-1) : cuts[0];
    if (ending) ending.flags |= flags.END_STREAM;
  }
  return { ...join(cuts), flowBytes };
}

interface Cut {
  readonly type: number;
  flags: number;
  readonly bytes: Uint8Array;
}

function headCuts(block: Uint8Array): Cut[] {
  const cuts: Cut[] = [];
  let at = 0;
  do {
    const bytes = block.subarray(at, at + FRAME_BYTES);
    const type = at === 0 ? frameTypes.HEADERS : frameTypes.CONTINUATION;
    at += FRAME_BYTES;
    cuts.push({ type, flags: at >= block.length ? flags.END_HEADERS : 0, bytes });
  } while (at < block.length);
  return cuts;
}

function join(cuts: readonly Cut[]): Pick<Template, "bytes" | "idsAt"> {
  let length = 0;
  for (const { bytes } of cuts) length += FRAME_HEAD_BYTES + bytes.length;
  const out = Buffer.allocUnsafeSlow(length);
  const idsAt: number[] = [];
  let at = 0;
  for (const { type, flags: flagBits, bytes } of cuts) {
    idsAt.push(at + 5);
    at = writeFrameHead(out, at, { length: bytes.length, type, flags: flagBits, streamId: 0 });
    out.set(bytes, at);
    at += bytes.length;
  }
  return { bytes: out, idsAt };
}
