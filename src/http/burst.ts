// A piece of an answer that many are given alike, written out once for all of them.
import { LAST_CHUNK } from "./chunked.ts";
import { frameTemplate, type Template } from "./h2/frames.ts";
import { encodeHead } from "./h2/hpackEncoder.ts";
import { COPIED_BYTES, COPY_FOR, JOINED_ANSWER_BYTES } from "./limits.ts";
import { isBodiless } from "./status.ts";
import type { HeaderList } from "./types.ts";
import { responseHead } from "./writeHead.ts";

/** What an answer begins with. */
export interface BurstHead {
  readonly status: number;
  /** Date included; without Content-Length, Transfer-Encoding and Connection, which belong to the protocol. */
  readonly headers: HeaderList;
  /** Bytes of the whole body; null while it grows, so that nobody knows yet. */
  readonly length: number | null;
}

/**
 * All that came of an answer within one turn. The first burst of an answer has its head, the last one `last`; both may be
 * one. Each protocol's form is made at first use and kept, so that a further receiver costs one write and no more.
 */
export class Burst {
  readonly head: BurstHead | null;
  /** Body bytes, without any framing. They are not copied: whoever hands them over leaves them as they are. */
  readonly pieces: readonly Uint8Array[];
  readonly last: boolean;
  /** Whether the answer's length is not known ahead, so that HTTP/1.1 sends it in chunks: of the answer, not of this burst. */
  readonly framed: boolean;
  /** Of all pieces together. */
  readonly bytes: number;
  #http1: readonly Uint8Array[] | null = null;
  #receivers = 0;
  #block: Uint8Array | null = null;
  #http2: Template | null = null;

  constructor(
    head: BurstHead | null,
    pieces: readonly Uint8Array[],
    last: boolean,
    framed: boolean,
  ) {
    this.head = head;
    this.pieces = pieces;
    this.last = last;
    this.framed = framed;
    let bytes = 0;
    for (const piece of pieces) bytes += piece.length;
    this.bytes = bytes;
  }

  /**
   * As HTTP/1.1 on a connection that goes on, for one receiver more: each piece a transfer chunk where `framed`. What is small
   * is one buffer from the start; what is larger becomes one when enough have asked to be worth the copy.
   */
  http1(): readonly Uint8Array[] {
    this.#http1 ??= this.#serialise();
    if (this.#http1.length > 1 && ++this.#receivers === COPY_FOR && this.bytes <= COPIED_BYTES)
      this.#http1 = [Buffer.concat(this.#http1)];
    return this.#http1;
  }

  /** The head as a header block of HTTP/2: the same on every connection. */
  headerBlock(): Uint8Array {
    const { head } = this;
    this.#block ??= head
      ? encodeHead(head.status, head.headers, isBodiless(head.status) ? null : head.length)
      : new Uint8Array();
    return this.#block;
  }

  /** As frames of HTTP/2 for any stream; null when it is so large that its body is better sent where it lies. */
  http2(): Template | null {
    if (this.bytes > JOINED_ANSWER_BYTES) return null;
    const block = this.head ? this.headerBlock() : null;
    this.#http2 ??= frameTemplate({ block, pieces: this.pieces, last: this.last });
    return this.#http2;
  }

  #serialise(): readonly Uint8Array[] {
    const { head } = this;
    const parts: Uint8Array[] = [];
    if (head) parts.push(Buffer.from(http1Head(head, "keep-alive"), "latin1"));
    if (head && isBodiless(head.status)) return parts;
    for (const piece of this.pieces) {
      if (piece.length === 0) continue;
      if (this.framed) parts.push(chunkSize(piece), asBuffer(piece), CHUNK_END);
      else parts.push(asBuffer(piece));
    }
    if (this.framed && this.last) parts.push(LAST_CHUNK);
    return this.bytes > JOINED_ANSWER_BYTES || parts.length < 2 ? parts : [Buffer.concat(parts)];
  }
}

const CHUNK_END = Buffer.from("\r\n", "latin1");
const chunkSize = (piece: Uint8Array): Buffer =>
  Buffer.from(`${piece.length.toString(16)}\r\n`, "latin1");

/** Sockets take Buffers as they are, and wrap anything else anew at each write. */
const asBuffer = (bytes: Uint8Array): Buffer =>
  Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);

/**
 * The head of a shared answer with its empty line. "close": the connection ends after it; "no-coding": for HTTP/1.0, which
 * knows no chunks, so that the end of the connection is the end of a body whose length is not known.
 */
export function http1Head(head: BurstHead, ending: "keep-alive" | "close" | "no-coding"): string {
  let lines = responseHead(head.status, head.headers);
  if (!isBodiless(head.status)) {
    if (head.length !== null) lines += `Content-Length: ${head.length}\r\n`;
    else if (ending !== "no-coding") lines += "Transfer-Encoding: chunked\r\n";
  }
  return `${lines}${ending === "keep-alive" ? "" : "Connection: close\r\n"}\r\n`;
}
