// Puts header blocks together and reads them (RFC 9113 4.3, 6.2, 6.10).
import { ConnectionFault } from "./faults.ts";
import { contentOf, flags, type Frame } from "./frames.ts";
import { type FieldSection, HpackDecoder } from "./hpackDecoder.ts";
import { CONTINUATION_FRAMES, HEADER_TABLE_BYTES } from "./limits.ts";

/** A head that has come whole. */
export interface ReceivedHead {
  readonly streamId: number;
  readonly section: FieldSection;
  readonly endStream: boolean;
}

/** A block that goes on in CONTINUATION frames. */
interface OpenBlock {
  readonly streamId: number;
  readonly endStream: boolean;
  readonly parts: Buffer[];
  bytes: number;
  readonly since: number;
}

export class HeadBlocks {
  readonly #limits: { readonly headBytes: number };
  readonly #decoder: HpackDecoder;
  #open: OpenBlock | null = null;

  constructor(limits: { readonly headBytes: number; readonly fields: number }) {
    this.#limits = limits;
    this.#decoder = new HpackDecoder(HEADER_TABLE_BYTES, {
      listBytes: limits.headBytes,
      fields: limits.fields,
    });
  }

  /** When the block that is not complete was begun; null when there is none. Nothing else may come within it. */
  get openSince(): number | null {
    return this.#open?.since ?? null;
  }

  /** HEADERS; the head, unless its block goes on. Throws a ConnectionFault. */
  begin(frame: Frame, now: number): ReceivedHead | null {
    const { streamId } = frame;
    if (streamId === 0) throw new ConnectionFault("PROTOCOL_ERROR", "6.2: HEADERS on stream 0");
    const block = contentOf(frame);
    const endStream = (frame.flags & flags.END_STREAM) !== 0;
    if ((frame.flags & flags.END_HEADERS) !== 0) return this.#read(streamId, block, endStream);
    this.#open = { streamId, endStream, parts: [block], bytes: block.length, since: now };
    return null;
  }

  /** CONTINUATION; the head, if that was the last of it. Throws a ConnectionFault. */
  goOn(frame: Frame): ReceivedHead | null {
    const open = this.#open;
    if (!open || open.streamId !== frame.streamId)
      throw new ConnectionFault("PROTOCOL_ERROR", "6.10: CONTINUATION that continues nothing");
    open.parts.push(frame.payload);
    open.bytes += frame.payload.length;
    // CVE-2024-27316 and its relatives: a block without an end, or of empty frames.
    if (open.bytes > this.#limits.headBytes || open.parts.length > CONTINUATION_FRAMES + 1)
      throw new ConnectionFault(
        "ENHANCE_YOUR_CALM",
        "10.5.1: a header block that does not end",
        "h2-head-flood",
      );
    if ((frame.flags & flags.END_HEADERS) === 0) return null;
    this.#open = null;
    return this.#read(open.streamId, Buffer.concat(open.parts), open.endStream);
  }

  /** Each block is read, also those of streams that are refused: it may change the table. */
  #read(streamId: number, block: Buffer, endStream: boolean): ReceivedHead {
    return { streamId, section: this.#decoder.decode(block), endStream };
  }
}
