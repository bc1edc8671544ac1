// Reads the head of a message, line by line, from bytes that come in any pieces (RFC 9112 2.1, 2.2).
import { refusals } from "./errors.ts";
import { addFieldLine, Fields } from "./fields.ts";
import { CR, LF } from "./grammar.ts";

/** What bounds a head. `startLineBytes` is checked before the whole, with its own refusal (414). */
export interface HeadLimits {
  readonly headBytes: number;
  readonly fields: number;
  readonly startLineBytes: number;
}

/**
 * One head. Each line is judged when its end is seen, and lengths before contents, so that the outcome does not depend
 * on how the bytes were cut. `feed` throws a refusal; after that, or after the end, the reader is spent.
 */
export class HeadReader<Start> {
  readonly fields = new Fields();
  readonly #parseStart: (line: Buffer) => Start;
  readonly #limits: HeadLimits;
  #start: Start | null = null;
  #held: Buffer | null = null;
  #taken = 0;

  constructor(parseStart: (line: Buffer) => Start, limits: HeadLimits) {
    this.#parseStart = parseStart;
    this.#limits = limits;
  }

  /** The parsed start line, once it was complete. */
  get start(): Start | null {
    return this.#start;
  }

  /** Whether any byte was read. */
  get begun(): boolean {
    return this.#taken > 0 || this.#held !== null;
  }

  /** Reads on in `bytes` at `from`. Returns the index behind the head, or -1 when more is needed. */
  feed(bytes: Buffer, from: number): number {
    let at = from;
    while (at < bytes.length) {
      const end = bytes.indexOf(LF, at);
      const piece = bytes.subarray(at, end < 0 ? bytes.length : end + 1);
      const line = this.#held ? Buffer.concat([this.#held, piece]) : piece;
      this.#checkLength(line.length);
      if (end < 0) {
        this.#held = line;
        return -1;
      }
      this.#held = null;
      at = end + 1;
      this.#taken += line.length;
      if (this.#line(line)) return at;
    }
    return -1;
  }

  #checkLength(lineLength: number): void {
    if (!this.#start && lineLength > this.#limits.startLineBytes)
      throw refusals.make("target-too-long");
    if (this.#taken + lineLength > this.#limits.headBytes) throw refusals.make("head-too-large");
  }

  /** Takes one line with its end; true when it was the empty line that ends the head. */
  #line(line: Buffer): boolean {
    // RFC 9112 2.2 allows a lone LF to be taken as a line end; we refuse, because peers that differ on it can be fooled.
    if (line[line.length - 2] !== CR) throw refusals.make("bare-line-feed");
    const content = line.subarray(0, -2);
    if (content.length === 0) return this.#start !== null; // RFC 9112 2.2: empty lines before a request are ignored
    if (this.#start === null) {
      this.#start = this.#parseStart(content);
      return false;
    }
    if (this.fields.size >= this.#limits.fields) throw refusals.make("too-many-fields");
    addFieldLine(content, this.fields);
    return false;
  }
}
