// The answer to one request, written to its socket (RFC 9110 6, RFC 9112 6, 7).
import type { Socket } from "node:net";
import { invariant } from "#base";
import { type Burst, type BurstHead, http1Head } from "./burst.ts";
import { frameChunk, LAST_CHUNK, unframeChunk } from "./chunked.ts";
import { JOINED_ANSWER_BYTES } from "./limits.ts";
import { isBodiless } from "./status.ts";
import type { BodyStream, HeaderList, HttpReply } from "./types.ts";
import { fieldOf, responseHead } from "./writeHead.ts";

/** What an answer asks of its connection. */
export interface ReplyOwner {
  readonly socket: Socket;
  /** Now as an IMF-fixdate (RFC 9110 6.6.1). */
  date(): string;
  /** Whether the connection may go on after this answer; asked once, when the head is written. */
  keepsAlive(): boolean;
  /** Bytes were written. */
  sent(bytes: number): void;
  /** The answer is complete. */
  ended(keepAlive: boolean): void;
  /** The answer was broken off by the handler. */
  aborted(reset: boolean): void;
  /** Before a streamed write: cuts the connection and says so when its reader is too slow. */
  tooSlow(): boolean;
}

/** How the body is sent: not at all, up to its Content-Length, in chunks, or until the connection ends. */
type BodyMode = "none" | "length" | "chunked" | "close";

export class Reply implements HttpReply {
  readonly #owner: ReplyOwner;
  readonly #method: string;
  readonly #minor: 0 | 1;
  #started = false;
  #done = false;
  #keepAlive = false;
  #mode: BodyMode = "none";
  /** Bytes that Content-Length still promises. */
  #left = 0;
  #listeners: (() => void)[] | null = null;

  constructor(owner: ReplyOwner, method: string, minor: 0 | 1) {
    this.#owner = owner;
    this.#method = method;
    this.#minor = minor;
  }

  get started(): boolean {
    return this.#started;
  }

  get done(): boolean {
    return this.#done;
  }

  onGone(listener: () => void): void {
    (this.#listeners ??= []).push(listener);
  }

  /** Called by the connection: the peer has gone. */
  gone(): void {
    if (this.#done) return;
    this.#done = true;
    const listeners = this.#listeners ?? [];
    this.#listeners = null;
    for (const listener of listeners) listener();
  }

  send(status: number, headers: HeaderList, body?: Uint8Array | string): void {
    if (!this.#begin()) return;
    const bytes = typeof body === "string" ? Buffer.from(body) : (body ?? NOTHING);
    this.#keepAlive = this.#owner.keepsAlive();
    const length = isBodiless(status) ? "" : `Content-Length: ${bytes.length}\r\n`;
    const head = this.#head(status, withoutLength(headers)) + length + "\r\n";
    const silent = bytes.length === 0 || isBodiless(status) || this.#method === "HEAD";
    if (!silent && bytes.length <= JOINED_ANSWER_BYTES) {
      const whole = Buffer.allocUnsafe(head.length + bytes.length);
      whole.write(head, 0, "latin1");
      whole.set(bytes, head.length);
      this.#write([whole]);
    } else {
      const lines = Buffer.from(head, "latin1");
      this.#write(silent ? [lines] : [lines, bytes]);
    }
    this.#finish();
  }

  stream(status: number, headers: HeaderList): BodyStream {
    const body = new ReplyBody(this, this.#owner);
    if (!this.#begin()) return body;
    const length = fieldOf(headers, "content-length");
    this.#choose(status, length === undefined ? null : Number(length));
    const coded = length === undefined && this.#minor === 1 && !isBodiless(status);
    const coding = coded ? "Transfer-Encoding: chunked\r\n" : "";
    const { socket } = this.#owner;
    // The first bytes of the body, when they come in the same turn, leave together with the head.
    socket.cork();
    process.nextTick(() => socket.uncork());
    this.#write([Buffer.from(`${this.#head(status, headers)}${coding}\r\n`, "latin1")]);
    return body;
  }

  put(burst: Burst): void {
    const { head } = burst;
    if (head) {
      if (!this.#begin()) return;
      this.#choose(head.status, head.length);
    } else if (this.#done || this.#owner.tooSlow()) return;
    if (this.#mode === "length") {
      this.#left -= burst.bytes;
      invariant(this.#left >= 0, "a body is no longer than its Content-Length");
    }
    if (this.#keepAlive && this.#mode !== "none") this.#write(burst.http1());
    else this.#putAlone(burst, head);
    if (burst.last || this.#method === "HEAD") this.end();
  }

  /** A burst for one whose connection ends with the answer, or who wants the head alone. */
  #putAlone(burst: Burst, head: BurstHead | null): void {
    const parts: Uint8Array[] = [];
    if (head) {
      const ending = this.#minor === 0 ? "no-coding" : this.#keepAlive ? "keep-alive" : "close";
      parts.push(Buffer.from(http1Head(head, ending), "latin1"));
    }
    if (this.#mode === "chunked") for (const piece of burst.pieces) parts.push(frameChunk(piece));
    else if (this.#mode !== "none") parts.push(...burst.pieces);
    if (this.#mode === "chunked" && burst.last) parts.push(LAST_CHUNK);
    this.#write(parts);
  }

  /** Settles, when the head is written, how the body is sent and whether the connection goes on after it. */
  #choose(status: number, length: number | null): void {
    this.#keepAlive = this.#owner.keepsAlive() && (length !== null || this.#minor === 1);
    this.#left = length ?? 0;
    if (isBodiless(status) || this.#method === "HEAD") this.#mode = "none";
    else if (length !== null) this.#mode = "length";
    else this.#mode = this.#minor === 0 ? "close" : "chunked";
  }

  /** Body bytes, framed already or not. */
  write(bytes: Uint8Array, framed: boolean): void {
    if (this.#done || this.#mode === "none" || bytes.length === 0) return;
    if (this.#mode === "chunked") return this.#write([framed ? bytes : frameChunk(bytes)]);
    const plain = framed ? unframeChunk(bytes) : bytes;
    if (this.#mode === "length") {
      this.#left -= plain.length;
      invariant(this.#left >= 0, "a body is no longer than its Content-Length");
    }
    this.#write([plain]);
  }

  end(): void {
    if (this.#done) return;
    // Fewer bytes than promised: the receiver must see that the body is incomplete (RFC 9112 8).
    if (this.#mode === "length" && this.#left > 0) return this.abort();
    this.#finish();
  }

  abort(): void {
    // A body that ends with its connection can only be seen to be broken by a reset. The others lose nothing that was sent.
    if (!this.#done) this.#owner.aborted(this.#mode === "close");
  }

  /** Ends a body that came by pieces. */
  endBody(): void {
    if (!this.#done && this.#mode === "chunked") this.#write([LAST_CHUNK]);
    this.end();
  }

  /** One write, or one writev: what is large is not copied. */
  #write(parts: readonly Uint8Array[]): void {
    const { socket } = this.#owner;
    const [first] = parts;
    if (first && parts.length === 1) {
      this.#owner.sent(first.length);
      socket.write(first);
      return;
    }
    socket.cork();
    let bytes = 0;
    for (const part of parts) {
      bytes += part.length;
      socket.write(part);
    }
    socket.uncork();
    this.#owner.sent(bytes);
  }

  #begin(): boolean {
    invariant(!this.#started, "a request is answered once");
    this.#started = true;
    return !this.#done;
  }

  #head(status: number, headers: HeaderList): string {
    const date = fieldOf(headers, "date") === undefined ? `Date: ${this.#owner.date()}\r\n` : "";
    return responseHead(status, headers) + date + (this.#keepAlive ? "" : "Connection: close\r\n");
  }

  #finish(): void {
    this.#done = true;
    this.#listeners = null;
    this.#owner.ended(this.#keepAlive);
  }
}

const NOTHING = new Uint8Array();

const withoutLength = (headers: HeaderList): HeaderList =>
  fieldOf(headers, "content-length") === undefined
    ? headers
    : headers.filter(([name]) => name.toLowerCase() !== "content-length");

/** A body under way, piece by piece. After the peer has gone, or the end, writes go nowhere. */
class ReplyBody implements BodyStream {
  readonly #reply: Reply;
  readonly #owner: ReplyOwner;

  constructor(reply: Reply, owner: ReplyOwner) {
    this.#reply = reply;
    this.#owner = owner;
  }

  get backlog(): number {
    return this.#owner.socket.writableLength;
  }

  write(bytes: Uint8Array): void {
    this.#put(bytes, false);
  }

  writeFrame(frame: Uint8Array): void {
    this.#put(frame, true);
  }

  catchUp(pieces: readonly Uint8Array[], framed: boolean): void {
    const { socket } = this.#owner;
    socket.cork();
    for (const piece of pieces) this.#reply.write(piece, framed);
    socket.uncork();
  }

  #put(bytes: Uint8Array, framed: boolean): void {
    if (!this.#reply.done && !this.#owner.tooSlow()) this.#reply.write(bytes, framed);
  }

  end(): void {
    this.#reply.endBody();
  }

  abort(): void {
    this.#reply.abort();
  }
}
