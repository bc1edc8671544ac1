// An answer that goes to a worker thread, as if it were a viewer.
import { invariant } from "#base";
import { type BodyStream, type Burst, type HeaderList, type HttpReply, unframeChunk } from "#http";
import type { BurstMessage, TierAnswer, TierHead } from "./messages.ts";

/** What an answer asks of the port that it goes through. */
export interface ReplyPort {
  post(message: TierAnswer): void;
  /** The answer is over. */
  ended(id: number): void;
  /** Messages that the worker has not taken yet. */
  readonly untaken: number;
  /** What the tier keeps under this request's name: its age now, and its body. */
  kept(id: number): { ageS: number; body: Uint8Array; sinceAsked: boolean } | null;
}

export class PortReply implements HttpReply {
  readonly #port: ReplyPort;
  readonly #id: number;
  readonly #headOnly: boolean;
  #started = false;
  #done = false;
  #bodiless = false;
  #sent = 0;
  #listeners: (() => void)[] = [];

  constructor(port: ReplyPort, ask: { id: number; method: string }) {
    this.#port = port;
    this.#id = ask.id;
    this.#headOnly = ask.method === "HEAD";
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

  /** The worker wants it no more, or has gone. */
  gone(): void {
    if (this.#done) return;
    this.#done = true;
    const listeners = this.#listeners;
    this.#listeners = [];
    for (const listener of listeners) listener();
  }

  send(status: number, headers: HeaderList, body?: Uint8Array | string): void {
    const bytes = typeof body === "string" ? Buffer.from(body) : (body ?? new Uint8Array());
    const head = this.#begin(status, headers, bytes.length);
    this.#post(head, [bytes], true);
  }

  put(burst: Burst): void {
    const { head } = burst;
    if (!head && !this.#started) return;
    const begun = head && this.#begin(head.status, head.headers, head.length);
    this.#post(begun, burst.pieces, burst.last || this.#bodiless);
  }

  stream(status: number, headers: HeaderList): BodyStream {
    const field = headers.find(([name]) => name.toLowerCase() === "content-length")?.[1];
    const length = field === undefined ? null : Number(field);
    this.#post(this.#begin(status, headers, length), [], this.#bodiless);
    const write = (...pieces: Uint8Array[]): void => this.#post(null, pieces, false);
    const { untaken } = this.#port;
    return {
      write,
      writeFrame: (frame) => write(unframeChunk(frame)),
      catchUp: (pieces, framed) => write(...(framed ? pieces.map(unframeChunk) : pieces)),
      // Fewer bytes than promised: the receiver must see that the body is incomplete (RFC 9112 8).
      end: () =>
        length !== null && this.#sent < length ? this.abort() : this.#post(null, [], true),
      abort: () => this.abort(),
      backlog: untaken,
    };
  }

  abort(): void {
    if (this.#done) return;
    this.#end();
    this.#port.post({ kind: "broken", id: this.#id });
  }

  #begin(status: number, headers: HeaderList, length: number | null): TierHead {
    invariant(!this.#started, "a request is answered once");
    this.#started = true;
    this.#bodiless = this.#headOnly || status === 204 || status === 304;
    const said = headers.find(([name]) => name.toLowerCase() === "cache-status")?.[1] ?? "";
    const hit = /^[^;]*; hit(;|$)/.test(said) ? this.#port.kept(this.#id) : null;
    const others = headers.filter(([name]) => name.toLowerCase() !== "content-length");
    return { status, headers: others, length, ageS: hit?.ageS ?? null };
  }

  #post(head: TierHead | null, pieces: readonly Uint8Array[], last: boolean): void {
    if (this.#done) return;
    const bytes = this.#bodiless ? [] : pieces.filter((piece) => piece.length > 0);
    for (const piece of bytes) this.#sent += piece.length;
    const message: BurstMessage = {
      kind: "burst",
      id: this.#id,
      head,
      pieces: bytes.map(cloneable),
      last,
      whole: last && !head ? this.#whole() : null,
    };
    if (last) this.#end();
    this.#port.post(message);
  }

  /** The body as it is kept, if it is this one. */
  #whole(): Uint8Array | null {
    const kept = this.#port.kept(this.#id);
    return kept?.sinceAsked === true && kept.body.length === this.#sent ? kept.body : null;
  }

  #end(): void {
    this.#done = true;
    this.#listeners = [];
    this.#port.ended(this.#id);
  }
}

/** A view of shared memory stays one in the other thread. Of any other the whole memory behind it would be cloned. */
const cloneable = (bytes: Uint8Array): Uint8Array =>
  bytes.buffer instanceof SharedArrayBuffer ? bytes : new Uint8Array(bytes);
