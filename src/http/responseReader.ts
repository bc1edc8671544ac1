// Reads answers off a connection (RFC 9112 4, 6.3), from bytes in any pieces.
import { ChunkDecoder } from "./chunked.ts";
import { refusals } from "./errors.ts";
import type { Fields } from "./fields.ts";
import { listHolds } from "./grammar.ts";
import { HeadReader } from "./head.ts";
import { type BodyFraming, messageFraming } from "./requestHead.ts";
import { isBodiless } from "./status.ts";
import type { ReceivedHeaders } from "./types.ts";

interface StatusLine {
  readonly minor: 0 | 1;
  readonly status: number;
}

/** What a reader tells; interim answers (1xx) are swallowed. */
export interface AnswerSink {
  head(status: number, headers: ReceivedHeaders): void;
  data(bytes: Uint8Array, chunk: number): void;
  chunkEnd(chunk: number): void;
  end(): void;
}

/** The answer to one request. `feed` throws a refusal where the bytes are no answer; then the reader is spent. */
export class ResponseReader {
  readonly #method: string;
  readonly #limits: { headBytes: number; fields: number };
  readonly #sink: AnswerSink;
  #head: HeadReader<StatusLine>;
  #framing: BodyFraming | null = null;
  #decoder: ChunkDecoder | null = null;
  #left = 0;
  #done = false;
  #keepAlive = false;

  constructor(method: string, sink: AnswerSink, limits: { headBytes: number; fields: number }) {
    this.#method = method;
    this.#sink = sink;
    this.#limits = limits;
    this.#head = this.#newHead();
  }

  get done(): boolean {
    return this.#done;
  }
  /** Whether the connection can carry another exchange; known when done. */
  get keepAlive(): boolean {
    return this.#keepAlive;
  }

  /** Reads on at `from`; returns the index behind what belongs to this answer. */
  feed(bytes: Buffer, from: number): number {
    let at = from;
    while (at < bytes.length && !this.#done)
      at = this.#framing ? this.#body(bytes, at, this.#framing) : this.#heads(bytes, at);
    return at;
  }

  /** The peer ended the connection: true when that completes the answer (RFC 9112 6.3, case 8). */
  peerEnded(): boolean {
    if (this.#done) return true;
    if (this.#framing?.kind !== "close") return false;
    this.#finish();
    return true;
  }

  #newHead(): HeadReader<StatusLine> {
    return new HeadReader(parseStatusLine, {
      ...this.#limits,
      startLineBytes: this.#limits.headBytes,
    });
  }

  #heads(bytes: Buffer, at: number): number {
    const end = this.#head.feed(bytes, at);
    if (end < 0) return bytes.length;
    const { status, minor } = this.#head.start as StatusLine;
    const { fields } = this.#head;
    if (status < 200) {
      // RFC 9110 15.2: interim answers may be ignored. 101 was not asked for.
      if (status === 101) throw refusals.make("bad-version");
      this.#head = this.#newHead();
      return end;
    }
    this.#begin(status, minor, fields);
    return end;
  }

  #begin(status: number, minor: 0 | 1, fields: Fields): void {
    const framing = this.#framingOf(status, minor, fields);
    this.#framing = framing;
    this.#keepAlive =
      minor === 1 && framing.kind !== "close" && !listHolds(fields.get("connection"), "close");
    this.#sink.head(status, fields);
    if (framing.kind === "length") this.#left = framing.length;
    if (framing.kind === "chunked") this.#decoder = new ChunkDecoder(this.#sink);
    else if (framing.kind !== "close" && this.#left === 0) this.#finish();
  }

  /** RFC 9112 6.3. */
  #framingOf(status: number, minor: 0 | 1, fields: Fields): BodyFraming {
    if (this.#method === "HEAD" || isBodiless(status)) return { kind: "none" };
    return messageFraming(fields, minor) ?? { kind: "close" };
  }

  #body(bytes: Buffer, at: number, framing: BodyFraming): number {
    if (this.#decoder) {
      const end = this.#decoder.feed(bytes, at);
      if (this.#decoder.done) this.#finish();
      return end;
    }
    const end = framing.kind === "length" ? Math.min(bytes.length, at + this.#left) : bytes.length;
    this.#sink.data(bytes.subarray(at, end), 0);
    if (framing.kind === "length") {
      this.#left -= end - at;
      if (this.#left === 0) this.#finish();
    }
    return end;
  }

  #finish(): void {
    this.#done = true;
    this.#sink.end();
  }
}

/** RFC 9112 4: version, three digits, and a phrase that says nothing. */
function parseStatusLine(line: Buffer): StatusLine {
  const found = /^HTTP\/(\d)\.(\d) ([1-5]\d\d)(?: [\t\x20-\x7e\x80-\xff]*)?$/.exec(
    line.toString("latin1"),
  );
  if (!found) throw refusals.make("bad-version");
  if (found[1] !== "1") throw refusals.make("unknown-version");
  return { minor: found[2] === "0" ? 0 : 1, status: Number(found[3]) };
}
