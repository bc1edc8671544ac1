// Reads answers off a connection in place: nothing is copied but a head that comes in pieces, and nothing is kept
// (RFC 9112 4, 6.3, 7.1). Its own, beside that of #http: thousands of viewers share one processor, and none wants a body.
import { CHUNK_DIGITS_LIMIT, CHUNK_LINE_LIMIT, HEAD_BYTES_LIMIT } from "./limits.ts";

/** What a viewer needs of a head; one value for each reader, written anew for each answer. */
export interface AnswerHead {
  status: number;
  /** Content-Length; -1 when there is none. */
  length: number;
  chunked: boolean;
  /** The connection ends with this answer. */
  close: boolean;
  /** Content-Range, -1 where it does not say: first position, last position, length of the whole. */
  first: number;
  last: number;
  whole: number;
  /** Retry-After in seconds (RFC 9110 10.2.3); -1 where there is none, or a date. Read of 429 and 503 alone. */
  retryAfterS: number;
}

/** Who gets the answer. Bytes are lent for the time of the call. Any call may reset the reader. */
export interface AnswerSink {
  head(head: Readonly<AnswerHead>): void;
  body(bytes: Buffer, from: number, to: number): void;
  end(): void;
}

const IDLE = 0;
const HEAD = 1;
const LENGTH = 2;
const CHUNK_SIZE = 3;
const CHUNK_EXTENSION = 4;
const CHUNK_LF = 5;
const CHUNK_DATA = 6;
const DATA_CR = 7;
const DATA_LF = 8;
const TRAILER = 9;
const TRAILER_LINE = 10;
const TRAILER_LF = 11;
const UNTIL_CLOSE = 12;

const CR = 13;
const LF = 10;
const SEMICOLON = 59;
const SPACE = 32;
const TAB = 9;

/** Reads the answers of one connection, one after another. */
export class AnswerReader {
  readonly head: AnswerHead = {
    status: 0,
    length: -1,
    chunked: false,
    close: false,
    first: -1,
    last: -1,
    whole: -1,
    retryAfterS: -1,
  };
  readonly #sink: AnswerSink;
  #state = IDLE;
  #held: Buffer | null = null;
  #left = 0;
  #count = 0;
  #problem = "";

  constructor(sink: AnswerSink) {
    this.#sink = sink;
  }

  /** What was wrong; empty while nothing is. */
  get problem(): string {
    return this.#problem;
  }
  /** An answer is awaited or under way. */
  get busy(): boolean {
    return this.#state !== IDLE;
  }
  /** The head is there. */
  get begun(): boolean {
    return this.#state > HEAD;
  }

  /** The next answer begins. */
  begin(): void {
    this.#state = HEAD;
    this.#problem = "";
    this.#held = null;
  }

  /** Nothing is awaited any more. */
  reset(): void {
    this.#state = IDLE;
    this.#held = null;
  }

  /**
   * Reads from `from` to `to`. Returns the index behind the answer's end, or `to`; -1 when the bytes are no answer: then
   * `problem` says why.
   */
  feed(bytes: Buffer, from: number, to: number): number {
    let at = from;
    while (at < to && this.#state !== IDLE) {
      at = this.#step(bytes, at, to);
      if (at < 0) return -1;
    }
    return at;
  }

  /** The peer ended its side: true when that ends the answer as it should (RFC 9112 6.3, case 8). */
  peerEnded(): boolean {
    if (this.#state !== UNTIL_CLOSE) return false;
    this.#finish();
    return true;
  }

  #step(bytes: Buffer, at: number, to: number): number {
    switch (this.#state) {
      case HEAD:
        return this.#readHead(bytes, at, to);
      case LENGTH:
      case CHUNK_DATA:
        return this.#readData(bytes, at, to);
      case CHUNK_SIZE:
        return this.#readSize(bytes, at, to);
      case UNTIL_CLOSE:
        this.#sink.body(bytes, at, to);
        return to;
      default:
        return this.#readMark(bytes[at] as number, at);
    }
  }

  #readData(bytes: Buffer, at: number, to: number): number {
    const end = Math.min(to, at + this.#left);
    this.#left -= end - at;
    const ended = this.#left === 0;
    const { chunked } = this.head;
    if (ended && chunked) this.#state = DATA_CR;
    this.#sink.body(bytes, at, end);
    if (ended && !chunked && this.#state === LENGTH) this.#finish();
    return end;
  }

  /** RFC 9112 7.1: 1*HEXDIG, then an extension or the line's end. */
  #readSize(bytes: Buffer, at: number, to: number): number {
    for (let index = at; index < to; index += 1) {
      const byte = bytes[index] as number;
      const digit = hexadecimal(byte);
      if (digit >= 0) {
        this.#count += 1;
        if (this.#count > CHUNK_DIGITS_LIMIT) return this.#broken("a chunk's size is too long");
        this.#left = this.#left * 16 + digit;
        continue;
      }
      if (this.#count === 0) return this.#broken("a chunk has no size");
      this.#count = 0;
      if (byte === CR) this.#state = CHUNK_LF;
      else if (byte === SEMICOLON || byte === SPACE || byte === TAB) this.#state = CHUNK_EXTENSION;
      else return this.#broken("a chunk's size is no number");
      return index + 1;
    }
    return to;
  }

  /** One byte of what stands around chunks. */
  #readMark(byte: number, at: number): number {
    switch (this.#state) {
      case CHUNK_EXTENSION:
        return this.#skip(byte, at, CHUNK_LF);
      case CHUNK_LF:
        if (byte !== LF) return this.#broken("a chunk's size line does not end");
        this.#state = this.#left === 0 ? TRAILER : CHUNK_DATA;
        return at + 1;
      case DATA_CR:
        if (byte !== CR) return this.#broken("a chunk is longer than its size");
        this.#state = DATA_LF;
        return at + 1;
      case DATA_LF:
        if (byte !== LF) return this.#broken("a chunk is longer than its size");
        this.#beginChunk();
        return at + 1;
      case TRAILER:
        if (byte !== CR) {
          this.#state = TRAILER_LINE;
          return at;
        }
        this.#state = TRAILER_LF;
        this.#left = 1;
        return at + 1;
      case TRAILER_LINE:
        return this.#skip(byte, at, TRAILER_LF);
      default:
        if (byte !== LF) return this.#broken("a trailer does not end");
        // The line that has just ended was empty: all is read.
        if (this.#left === 1) this.#finish();
        else this.#state = TRAILER;
        return at + 1;
    }
  }

  /** Passes over a line up to its CR. */
  #skip(byte: number, at: number, after: number): number {
    this.#count += 1;
    if (this.#count > CHUNK_LINE_LIMIT) return this.#broken("a line between chunks is too long");
    if (byte === CR) this.#state = after;
    return at + 1;
  }

  #beginChunk(): void {
    this.#state = CHUNK_SIZE;
    this.#left = 0;
    this.#count = 0;
  }

  #readHead(bytes: Buffer, at: number, to: number): number {
    const before = this.#held?.length ?? 0;
    const all = this.#held ? Buffer.concat([this.#held, bytes.subarray(at, to)]) : bytes;
    const start = this.#held ? 0 : at;
    const stop = this.#held ? all.length : to;
    const end = headEnd(all, start, stop);
    if (end < 0) {
      if (stop - start > HEAD_BYTES_LIMIT) return this.#broken("its head is too long");
      this.#held = Buffer.from(all.subarray(start, stop));
      return to;
    }
    this.#held = null;
    const problem = readHead(this.head, all.toString("latin1", start, end - 4));
    if (problem !== "") return this.#broken(problem);
    this.#open();
    return at + (end - start) - before;
  }

  #open(): void {
    const { head } = this;
    // RFC 9110 15.2: interim answers may be ignored.
    if (head.status < 200) return;
    const bodiless = head.status === 204 || head.status === 304;
    this.#left = head.length;
    this.#state = head.length >= 0 ? LENGTH : UNTIL_CLOSE;
    if (head.chunked) this.#beginChunk();
    else if (head.length < 0 && !bodiless) head.close = true;
    this.#sink.head(head);
    if (this.#state !== IDLE && (bodiless || (head.length === 0 && !head.chunked))) this.#finish();
  }

  #finish(): void {
    this.#state = IDLE;
    this.#sink.end();
  }

  #broken(problem: string): number {
    this.#problem = problem;
    return -1;
  }
}

function hexadecimal(byte: number): number {
  if (byte >= 48 && byte <= 57) return byte - 48;
  const lower = byte | 0x20;
  return lower >= 97 && lower <= 102 ? lower - 87 : -1;
}

/** The index behind the empty line, or -1. */
function headEnd(bytes: Buffer, from: number, to: number): number {
  for (let at = from + 3; at < to; at += 1)
    if (bytes[at] === LF && bytes[at - 1] === CR && bytes[at - 2] === LF && bytes[at - 3] === CR)
      return at + 1;
  return -1;
}

/** Fills `head`; returns what is wrong, or nothing. */
function readHead(head: AnswerHead, text: string): string {
  const lower = text.toLowerCase();
  if (!/^http\/1\.1 [1-5]\d\d(?: |\r|$)/.test(lower)) return "it has no status line of HTTP/1.1";
  head.status = Number(lower.slice(9, 12));
  const length = field(lower, "\r\ncontent-length:");
  const coding = field(lower, "\r\ntransfer-encoding:");
  if (length === null || coding === null) return "it has its length or coding twice";
  if (length !== "" && coding !== "") return "it has a length and a transfer coding";
  if (length !== "" && !/^\d{1,15}$/.test(length)) return "its length is no number";
  if (coding !== "" && coding !== "chunked") return "its transfer coding is not known";
  head.length = length === "" ? -1 : Number(length);
  head.chunked = coding === "chunked";
  head.close = (field(lower, "\r\nconnection:") ?? "close").includes("close");
  head.first = -1;
  head.last = -1;
  head.whole = -1;
  head.retryAfterS = -1;
  if (head.status === 429 || head.status === 503) {
    const after = field(lower, "\r\nretry-after:") ?? "";
    if (/^\d{1,6}$/.test(after)) head.retryAfterS = Number(after);
  }
  if (head.status !== 206) return "";
  const range = /^bytes (\d{1,15})-(\d{1,15})\/(\d{1,15}|\*)$/.exec(
    field(lower, "\r\ncontent-range:") ?? "",
  );
  if (!range) return "it does not say which range it is";
  head.first = Number(range[1]);
  head.last = Number(range[2]);
  head.whole = range[3] === "*" ? -1 : Number(range[3]);
  return "";
}

/** The value of a field, in lower case; empty when it is not there, null when it is there twice. */
function field(head: string, name: string): string | null {
  const at = head.indexOf(name);
  if (at < 0) return "";
  const from = at + name.length;
  if (head.includes(name, from)) return null;
  const end = head.indexOf("\r\n", from);
  return head.slice(from, end < 0 ? undefined : end).trim();
}
