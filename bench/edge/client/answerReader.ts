// Reads answers as lean as a load generator must: status, payload as it comes, end. Trusts its peer to speak HTTP/1.1.

const LF = 10;
const HEAD_END = Buffer.from("\r\n\r\n");
/** A head longer than this is no answer to a benchmark's request. */
const HEAD_LIMIT_BYTES = 8_192;

type State = "head" | "raw" | "size" | "chunk" | "chunkEnd" | "last" | "done";

/** The answers of one connection, one after the other. */
export class AnswerReader {
  status = 0;
  /** Bytes of the body so far, framing taken off. */
  payload = 0;
  /** What the body holds, when it is kept for comparison. */
  kept: Buffer[] | null = null;
  #state: State = "done";
  /** Bytes left of the body, or of the chunk. */
  #left = 0;
  /** A head or chunk-size line that came in pieces. */
  #partial: Buffer = Buffer.alloc(0);

  /** Makes ready for the next answer; `keep`: its body is kept. */
  expect(keep = false): void {
    this.status = 0;
    this.payload = 0;
    this.kept = keep ? [] : null;
    this.#state = "head";
    this.#partial = Buffer.alloc(0);
  }

  /** Whether the answer expected last has come to its end. */
  get complete(): boolean {
    return this.#state === "done";
  }

  /** @throws when the bytes are no answer. */
  feed(bytes: Buffer): void {
    let at = 0;
    while (at < bytes.length) {
      switch (this.#state) {
        case "head":
          at = this.#head(bytes, at);
          break;
        case "raw":
        case "chunk":
          at = this.#body(bytes, at);
          break;
        case "size":
        case "chunkEnd":
        case "last":
          at = this.#line(bytes, at);
          break;
        case "done":
          throw new Error(`${bytes.length - at} bytes that nobody asked for`);
      }
    }
  }

  #head(bytes: Buffer, at: number): number {
    const before = this.#partial.length;
    const all = before === 0 ? bytes.subarray(at) : Buffer.concat([this.#partial, bytes]);
    const end = all.indexOf(HEAD_END);
    if (end < 0) {
      if (all.length > HEAD_LIMIT_BYTES) throw new Error("a head without an end");
      this.#partial = Buffer.from(all);
      return bytes.length;
    }
    this.#partial = Buffer.alloc(0);
    this.#begin(all.toString("latin1", 0, end + 2));
    return at + end + HEAD_END.length - before;
  }

  #begin(head: string): void {
    this.status = Number(head.slice(9, 12));
    const length = /\r\ncontent-length: *(\d+)\r\n/i.exec(head)?.[1];
    if (length !== undefined) {
      this.#left = Number(length);
      this.#state = this.#left === 0 ? "done" : "raw";
    } else if (/\r\ntransfer-encoding: *chunked\r\n/i.test(head)) this.#state = "size";
    else throw new Error(`neither a length nor chunks: ${head}`);
  }

  #body(bytes: Buffer, at: number): number {
    const end = Math.min(bytes.length, at + this.#left);
    this.kept?.push(Buffer.from(bytes.subarray(at, end)));
    this.payload += end - at;
    this.#left -= end - at;
    if (this.#left === 0) this.#state = this.#state === "raw" ? "done" : "chunkEnd";
    return end;
  }

  /** A line of the chunked coding: a size, the empty line after a chunk, or the empty one at the end. */
  #line(bytes: Buffer, at: number): number {
    const end = bytes.indexOf(LF, at);
    if (end < 0) {
      this.#partial = Buffer.concat([this.#partial, bytes.subarray(at)]);
      return bytes.length;
    }
    const text = this.#partial.toString("latin1") + bytes.toString("latin1", at, end);
    if (this.#partial.length > 0) this.#partial = Buffer.alloc(0);
    if (this.#state === "chunkEnd") this.#state = "size";
    else if (this.#state === "last") this.#state = "done";
    else {
      this.#left = Number.parseInt(text, 16);
      this.#state = this.#left === 0 ? "last" : "chunk";
    }
    return end + 1;
  }
}
