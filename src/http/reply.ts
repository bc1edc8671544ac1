// The answer to one request, written to its socket (RFC 9110 6, RFC 9112 6, 7).
import type { Socket } from "node:net";
import { invariant } from "#base";
import { LAST_CHUNK, frameChunk, unframeChunk } from "./chunked.ts";
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
  /** The answer is complete. */
  ended(keepAlive: boolean): void;
  /** The answer was broken off by the handler. */
  aborted(reset: boolean): void;
  /** Before a streamed write: cuts the connection and says so when its reader is too slow. */
  tooSlow(): boolean;
}

type BodyMode = "none" | "length" | "chunked" | "close";

export class Reply implements HttpReply {
  readonly #owner: ReplyOwner;
  readonly #method: string;
  readonly #minor: 0 | 1;
  #started = false;
  #done = false;
  #listeners: (() => void)[] = [];

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
    this.#listeners.push(listener);
  }

  /** Called by the connection: the peer has gone. */
  gone(): void {
    if (this.#done) return;
    this.#done = true;
    const listeners = this.#listeners;
    this.#listeners = [];
    for (const listener of listeners) listener();
  }

  send(status: number, headers: HeaderList, body?: Uint8Array | string): void {
    if (!this.#begin()) return;
    const bytes = typeof body === "string" ? Buffer.from(body) : (body ?? new Uint8Array());
    const keepAlive = this.#owner.keepsAlive();
    const length = isBodiless(status) ? "" : `Content-Length: ${bytes.length}\r\n`;
    const head = this.#head(status, withoutLength(headers), keepAlive) + length + "\r\n";
    const { socket } = this.#owner;
    if (bytes.length === 0 || isBodiless(status) || this.#method === "HEAD") {
      socket.write(head, "latin1");
    } else if (bytes.length <= JOINED_ANSWER_BYTES) {
      const whole = Buffer.allocUnsafe(head.length + bytes.length);
      whole.write(head, 0, "latin1");
      whole.set(bytes, head.length);
      socket.write(whole);
    } else {
      socket.cork(); // head and body leave in one writev, the body uncopied
      socket.write(head, "latin1");
      socket.write(bytes);
      socket.uncork();
    }
    this.#finish(keepAlive);
  }

  stream(status: number, headers: HeaderList): BodyStream {
    const length = fieldOf(headers, "content-length");
    if (!this.#begin())
      return new ReplyBody(this.#owner, "none", 0, { end: () => undefined, isDone: () => true });
    const bodiless = isBodiless(status);
    const mode: BodyMode =
      length !== undefined ? "length" : this.#minor === 0 ? "close" : "chunked";
    const keepAlive = this.#owner.keepsAlive() && mode !== "close";
    const coding = mode === "chunked" && !bodiless ? "Transfer-Encoding: chunked\r\n" : "";
    const { socket } = this.#owner;
    // The first bytes of the body, when they come in the same turn, leave together with the head.
    socket.cork();
    process.nextTick(() => socket.uncork());
    socket.write(this.#head(status, headers, keepAlive) + coding + "\r\n", "latin1");
    const silent = bodiless || this.#method === "HEAD";
    return new ReplyBody(this.#owner, silent ? "none" : mode, Number(length ?? 0), {
      end: () => this.#finish(keepAlive),
      isDone: () => this.#done,
    });
  }

  #begin(): boolean {
    invariant(!this.#started, "a request is answered once");
    this.#started = true;
    return !this.#done;
  }

  #head(status: number, headers: HeaderList, keepAlive: boolean): string {
    const date = fieldOf(headers, "date") === undefined ? `Date: ${this.#owner.date()}\r\n` : "";
    return responseHead(status, headers) + date + (keepAlive ? "" : "Connection: close\r\n");
  }

  #finish(keepAlive: boolean): void {
    this.#done = true;
    this.#listeners = [];
    this.#owner.ended(keepAlive);
  }
}

const withoutLength = (headers: HeaderList): HeaderList =>
  fieldOf(headers, "content-length") === undefined
    ? headers
    : headers.filter(([name]) => name.toLowerCase() !== "content-length");

interface ReplyState {
  end(): void;
  isDone(): boolean;
}

/** A body under way. After the peer has gone, or the end, writes go nowhere. */
class ReplyBody implements BodyStream {
  readonly #owner: ReplyOwner;
  readonly #mode: BodyMode;
  readonly #state: ReplyState;
  #left: number;

  constructor(owner: ReplyOwner, mode: BodyMode, length: number, state: ReplyState) {
    this.#owner = owner;
    this.#mode = mode;
    this.#left = length;
    this.#state = state;
  }

  get backlog(): number {
    return this.#owner.socket.writableLength;
  }

  write(bytes: Uint8Array): void {
    this.#put(this.#mode === "chunked" ? frameChunk(bytes) : bytes);
  }

  writeFrame(frame: Uint8Array): void {
    this.#put(this.#mode === "chunked" ? frame : unframeChunk(frame));
  }

  catchUp(pieces: readonly Uint8Array[], framed: boolean): void {
    const { socket } = this.#owner;
    socket.cork();
    for (const piece of pieces) {
      if (this.#mode === "chunked") this.#write(framed ? piece : frameChunk(piece));
      else this.#write(framed ? unframeChunk(piece) : piece);
    }
    socket.uncork();
  }

  #put(bytes: Uint8Array): void {
    if (this.#state.isDone() || this.#owner.tooSlow()) return;
    this.#write(bytes);
  }

  #write(bytes: Uint8Array): void {
    if (this.#mode === "none" || bytes.length === 0 || this.#state.isDone()) return;
    if (this.#mode === "length") {
      this.#left -= bytes.length;
      invariant(this.#left >= 0, "a body is no longer than its Content-Length");
    }
    this.#owner.socket.write(bytes);
  }

  end(): void {
    if (this.#state.isDone()) return;
    // Fewer bytes than promised: the receiver must see that the body is incomplete (RFC 9112 8).
    if (this.#mode === "length" && this.#left > 0) return this.abort();
    if (this.#mode === "chunked") this.#owner.socket.write(LAST_CHUNK);
    this.#state.end();
  }

  abort(): void {
    // A body that ends with its connection can only be seen to be broken by a reset. The others lose nothing that was sent.
    if (!this.#state.isDone()) this.#owner.aborted(this.#mode === "close");
  }
}
