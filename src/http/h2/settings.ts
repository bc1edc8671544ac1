// SETTINGS: what is told to peers, and what they tell (RFC 9113 6.5).
import { ConnectionFault } from "./faults.ts";
import { settingsFrame } from "./frames.ts";
import { CONCURRENT_STREAMS, STREAM_WINDOW_BYTES } from "./limits.ts";

const ids = {
  HEADER_TABLE_SIZE: 0x1,
  ENABLE_PUSH: 0x2,
  MAX_CONCURRENT_STREAMS: 0x3,
  INITIAL_WINDOW_SIZE: 0x4,
  MAX_FRAME_SIZE: 0x5,
  MAX_HEADER_LIST_SIZE: 0x6,
  NO_RFC7540_PRIORITIES: 0x9,
} as const;

/** A flow-control window's start, where nothing else was said (RFC 9113 6.9.2), bytes. */
export const FIRST_WINDOW_BYTES = 65_535;
/** The largest window (RFC 9113 6.9.1), bytes. */
export const LARGEST_WINDOW_BYTES = 2 ** 31 - 1;

/** The server's first frame. Priorities of RFC 7540 are not obeyed, which RFC 9218 2.1 asks to say. */
export const ownSettings = (headBytes: number): Buffer =>
  settingsFrame([
    [ids.MAX_CONCURRENT_STREAMS, CONCURRENT_STREAMS],
    [ids.INITIAL_WINDOW_SIZE, STREAM_WINDOW_BYTES],
    [ids.MAX_HEADER_LIST_SIZE, headBytes],
    [ids.NO_RFC7540_PRIORITIES, 1],
  ]);

/** What of a peer's settings matters to one who sends frames of the least size, pushes nothing and keeps no table. */
export interface PeerSettings {
  initialWindow: number;
  headerTable: number;
}

/** Takes over one SETTINGS payload, in order (RFC 9113 6.5.3). Throws a ConnectionFault. */
export function readSettings(payload: Buffer, settings: PeerSettings): void {
  if (payload.length % 6 !== 0)
    throw new ConnectionFault("FRAME_SIZE_ERROR", "6.5: SETTINGS is no list of six-byte settings");
  for (let at = 0; at < payload.length; at += 6) {
    const id = payload.readUInt16BE(at);
    const value = payload.readUInt32BE(at + 2);
    if (id === ids.HEADER_TABLE_SIZE) settings.headerTable = value;
    else if (id === ids.ENABLE_PUSH && value > 1)
      throw new ConnectionFault("PROTOCOL_ERROR", "6.5.2: ENABLE_PUSH is neither 0 nor 1");
    else if (id === ids.INITIAL_WINDOW_SIZE) {
      if (value > LARGEST_WINDOW_BYTES)
        throw new ConnectionFault("FLOW_CONTROL_ERROR", "6.5.2: INITIAL_WINDOW_SIZE is too large");
      settings.initialWindow = value;
    } else if (id === ids.MAX_FRAME_SIZE && (value < 16_384 || value > 16_777_215))
      throw new ConnectionFault("PROTOCOL_ERROR", "6.5.2: MAX_FRAME_SIZE is out of its range");
  }
}
