// The answer to one request of HTTP/2 (RFC 9113 8.1).
import { invariant } from "#base";
import type { Burst } from "../burst.ts";
import { unframeChunk } from "../chunked.ts";
import { isBodiless } from "../status.ts";
import type { BodyStream, HeaderList, HttpReply } from "../types.ts";
import { fieldOf } from "../writeHead.ts";
import { encodeHead } from "./hpackEncoder.ts";
import type { SendSide } from "./outflow.ts";

/** What an answer asks of its connection. */
export interface ReplyOwner {
  /** Now as an IMF-fixdate (RFC 9110 6.6.1). */
  date(): string;
  /** Bytes that the socket has not taken, of all streams. */
  readonly socketBacklog: number;
  /** Sends a head and what there is of a body; `block` is made for this answer alone. */
  answer(side: SendSide, block: Buffer, pieces: readonly Uint8Array[], last: boolean): void;
  /** Sends what many are sent alike. */
  share(side: SendSide, burst: Burst, last: boolean): void;
  /** Sends more of the body. */
  more(side: SendSide, pieces: readonly Uint8Array[], last: boolean): void;
  /** All of the answer was handed over. */
  answered(side: SendSide): void;
  /** The answer is broken off by the handler. */
  aborted(side: SendSide): void;
  /** Before a further write: resets the stream and says so when its reader is too slow. */
  tooSlow(side: SendSide): boolean;
}

/** Both the reply and, for an answer that is streamed, its body. */
export class Http2Reply implements HttpReply, BodyStream {
  readonly #owner: ReplyOwner;
  readonly #side: SendSide;
  readonly #head: boolean;
  #started = false;
  #done = false;
  #bodiless = false;
  /** Bytes that Content-Length still promises; null: none was promised. */
  #left: number | null = null;
  #listeners: (() => void)[] | null = null;

  constructor(owner: ReplyOwner, side: SendSide, method: string) {
    this.#owner = owner;
    this.#side = side;
    this.#head = method === "HEAD";
  }

  get started(): boolean {
    return this.#started;
  }

  get done(): boolean {
    return this.#done;
  }

  get backlog(): number {
    return this.#side.queued + this.#owner.socketBacklog;
  }

  onGone(listener: () => void): void {
    (this.#listeners ??= []).push(listener);
  }

  /** Called by the connection: the peer has gone, or has given up this stream. */
  gone(): void {
    if (this.#done) return;
    this.#done = true;
    const listeners = this.#listeners ?? [];
    this.#listeners = null;
    for (const listener of listeners) listener();
  }

  send(status: number, headers: HeaderList, body?: Uint8Array | string): void {
    const bytes = typeof body === "string" ? Buffer.from(body) : (body ?? NOTHING);
    const own = headers.filter(([name]) => name.toLowerCase() !== "content-length");
    if (!this.#begin(status, bytes.length)) return;
    const block = this.#block(status, own, isBodiless(status) ? null : bytes.length);
    this.#owner.answer(this.#side, block, this.#bodiless ? [] : [bytes], true);
    this.#finish();
  }

  stream(status: number, headers: HeaderList): BodyStream {
    const length = fieldOf(headers, "content-length");
    if (!this.#begin(status, length === undefined ? null : Number(length))) return this;
    // The end of a body that is not sent stands on its head: an empty DATA frame would be one more.
    this.#owner.answer(this.#side, this.#block(status, headers, null), [], this.#bodiless);
    return this;
  }

  put(burst: Burst): void {
    const { head } = burst;
    if (head) {
      if (!this.#begin(head.status, head.length)) return;
    } else if (this.#done || this.#owner.tooSlow(this.#side)) return;
    if (this.#bodiless) {
      if (head) this.#owner.answer(this.#side, Buffer.from(burst.headerBlock()), [], true);
      return this.#finish();
    }
    this.#count(burst.bytes);
    const short = burst.last && this.#short;
    this.#owner.share(this.#side, burst, burst.last && !short);
    if (short) this.abort();
    else if (burst.last) this.#finish();
  }

  write(bytes: Uint8Array): void {
    if (this.#done || this.#bodiless || this.#owner.tooSlow(this.#side)) return;
    this.#count(bytes.length);
    this.#owner.more(this.#side, [bytes], false);
  }

  writeFrame(frame: Uint8Array): void {
    this.write(unframeChunk(frame));
  }

  catchUp(pieces: readonly Uint8Array[], framed: boolean): void {
    if (this.#done || this.#bodiless) return;
    const plain = framed ? pieces.map(unframeChunk) : pieces;
    for (const piece of plain) this.#count(piece.length);
    this.#owner.more(this.#side, plain, false);
  }

  end(): void {
    if (this.#done) return;
    // Fewer bytes than promised: the receiver must see that the body is incomplete (RFC 9113 8.1.1).
    if (this.#short) return this.abort();
    if (!this.#bodiless) this.#owner.more(this.#side, [], true);
    this.#finish();
  }

  abort(): void {
    if (!this.#done) this.#owner.aborted(this.#side);
  }

  get #short(): boolean {
    return this.#left !== null && this.#left > 0 && !this.#bodiless;
  }

  #count(bytes: number): void {
    if (this.#left === null) return;
    this.#left -= bytes;
    invariant(this.#left >= 0, "a body is no longer than its Content-Length");
  }

  #begin(status: number, length: number | null): boolean {
    invariant(!this.#started, "a request is answered once");
    this.#started = true;
    this.#bodiless = this.#head || isBodiless(status);
    this.#left = length;
    return !this.#done;
  }

  #block(status: number, headers: HeaderList, length: number | null): Buffer {
    const dated =
      fieldOf(headers, "date") === undefined
        ? [...headers, ["Date", this.#owner.date()] as const]
        : headers;
    return encodeHead(status, dated, length);
  }

  #finish(): void {
    if (this.#done) return;
    this.#done = true;
    this.#listeners = null;
    this.#owner.answered(this.#side);
  }
}

const NOTHING = new Uint8Array();
