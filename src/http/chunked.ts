// The chunked transfer coding (RFC 9112 7.1), read from bytes in any pieces, and written.
import { refusals } from "./errors.ts";
import { addFieldLine, Fields } from "./fields.ts";
import { CR, LF } from "./grammar.ts";
import { CHUNK_BYTES, CHUNK_LINE_BYTES, TRAILER_BYTES } from "./limits.ts";

/** Ends a chunked body without trailers. */
export const LAST_CHUNK: Buffer = Buffer.from("0\r\n\r\n", "latin1");

/**
 * `bytes` as one chunk, to be written as it is to any number of connections. Nothing gives nothing: an empty chunk would
 * end the body.
 */
export function frameChunk(bytes: Uint8Array): Uint8Array {
  if (bytes.length === 0) return bytes;
  const size = `${bytes.length.toString(16)}\r\n`;
  const frame = Buffer.allocUnsafeSlow(size.length + bytes.length + 2);
  frame.write(size, 0, "latin1");
  frame.set(bytes, size.length);
  frame.write("\r\n", size.length + bytes.length, "latin1");
  return frame;
}

/** The bytes inside a frame of {@link frameChunk}, for a peer that knows no chunks. */
export function unframeChunk(frame: Uint8Array): Uint8Array {
  return frame.length === 0 ? frame : frame.subarray(frame.indexOf(LF) + 1, -2);
}

/** What a decoder tells, as it happens. Chunks count from 0. */
export interface ChunkSink {
  data(bytes: Uint8Array, chunk: number): void;
  chunkEnd(chunk: number): void;
}

type State = "size" | "data" | "data-end" | "trailer" | "done";

/**
 * What becomes of chunk extensions. RFC 9112 7.1.1 has those that are not known ignored; in requests they are refused all the
 * same: no player sends any, and servers that differ on where they end have been fooled with them.
 */
export type Extensions = "dropped" | "refused";

/** Takes the coding off one body. Throws a refusal at the first byte that breaks it. Trailers are dropped. */
export class ChunkDecoder {
  readonly #sink: ChunkSink;
  readonly #extensions: Extensions;
  #state: State = "size";
  #line: Buffer | null = null;
  #left = 0;
  #chunk = 0;
  #trailerBytes = 0;

  constructor(sink: ChunkSink, extensions: Extensions = "dropped") {
    this.#sink = sink;
    this.#extensions = extensions;
  }

  get done(): boolean {
    return this.#state === "done";
  }

  /** Reads on in `bytes` at `from`; returns the index behind what belongs to the body. */
  feed(bytes: Buffer, from: number): number {
    let at = from;
    while (at < bytes.length && this.#state !== "done") {
      at = this.#state === "data" ? this.#data(bytes, at) : this.#lines(bytes, at);
    }
    return at;
  }

  #data(bytes: Buffer, at: number): number {
    const end = Math.min(bytes.length, at + this.#left);
    this.#left -= end - at;
    this.#sink.data(bytes.subarray(at, end), this.#chunk);
    if (this.#left === 0) this.#state = "data-end";
    return end;
  }

  #lines(bytes: Buffer, at: number): number {
    const end = bytes.indexOf(LF, at);
    const piece = bytes.subarray(at, end < 0 ? bytes.length : end + 1);
    const line = this.#line ? Buffer.concat([this.#line, piece]) : piece;
    this.#checkLength(line.length);
    if (end < 0) {
      this.#line = line;
      return bytes.length;
    }
    this.#line = null;
    if (line[line.length - 2] !== CR) throw refusals.make("bad-chunk");
    this.#take(line.subarray(0, -2));
    return end + 1;
  }

  #checkLength(length: number): void {
    if (this.#state === "data-end" && length > 2) throw refusals.make("bad-chunk");
    if (this.#state === "size" && length > CHUNK_LINE_BYTES)
      throw refusals.make("chunk-line-too-long");
    if (this.#state === "trailer" && this.#trailerBytes + length > TRAILER_BYTES)
      throw refusals.make("trailer-too-large");
  }

  #take(line: Buffer): void {
    if (this.#state === "size") {
      this.#left = this.#size(line);
      this.#state = this.#left === 0 ? "trailer" : "data";
    } else if (this.#state === "data-end") {
      this.#sink.chunkEnd(this.#chunk);
      this.#chunk++;
      this.#state = "size";
    } else if (line.length === 0) {
      this.#state = "done";
    } else {
      this.#trailerBytes += line.length + 2;
      addFieldLine(line, new Fields());
    }
  }

  /** RFC 9112 7.1: 1*HEXDIG, then extensions, which must not hold control bytes. */
  #size(line: Buffer): number {
    const found = /^([\da-f]{1,12})([ \t]*;[\t\x20-\x7e\x80-\xff]*)?$/i.exec(
      line.toString("latin1"),
    );
    if (!found) throw refusals.make("bad-chunk");
    if (found[2] !== undefined && this.#extensions === "refused")
      throw refusals.make("chunk-extension");
    const size = Number.parseInt(found[1] as string, 16);
    if (size > CHUNK_BYTES) throw refusals.make("bad-chunk");
    return size;
  }
}
