// Joins the pieces of a body that broke and was taken up again, so that its receiver sees one.
import type { ReceivedHeaders, ResponseSink } from "#http";
import { type Broken, strongTag } from "./resume.ts";

/** Passes an answer on to `sink`, counts its bytes, and keeps the numbers of its transfer chunks in order over breaks. */
export class Seam {
  readonly #sink: ResponseSink;
  readonly #whole: boolean;
  #etag: string | null = null;
  #length: number | null = null;
  #framed = false;
  #got = 0;
  /** What is added to the chunk numbers of the present piece. */
  #offset = 0;
  /** The last chunk told. */
  #chunk = 0;
  #chunkOpen = false;
  #spliced = false;

  /** `whole`: whether the object was asked for with its body. */
  constructor(sink: ResponseSink, whole: boolean) {
    this.#sink = sink;
    this.#whole = whole;
  }

  begin(status: number, headers: ReceivedHeaders): void {
    const length = headers.get("content-length");
    this.#framed = length === undefined && headers.get("transfer-encoding") !== undefined;
    if (this.#whole && status === 200) {
      this.#etag = strongTag(headers.get("etag"));
      this.#length = length === undefined ? null : Number(length);
    }
    this.#sink.head(status, headers);
  }

  /** What is needed to take it up again; null when that cannot be done. */
  get broken(): Broken | null {
    return this.#etag === null ? null : { etag: this.#etag, got: this.#got, length: this.#length };
  }

  /** The next piece begins at the byte that is missing; the object's `length` as it tells it. */
  splice(length: number | null): void {
    this.#spliced = true;
    this.#length ??= length;
    // A chunk that broke goes on; after one that was complete the next begins.
    const untouched = this.#got === 0 && !this.#chunkOpen;
    this.#offset = untouched || this.#chunkOpen ? this.#chunk : this.#chunk + 1;
  }

  /** False when there are more bytes than the object has. */
  data(bytes: Uint8Array, chunk: number): boolean {
    if (this.#spliced && this.#length !== null && this.#got + bytes.length > this.#length)
      return false;
    this.#got += bytes.length;
    this.#chunk = this.#framed ? this.#offset + chunk : 0;
    this.#chunkOpen = true;
    this.#sink.data(bytes, this.#chunk);
    return true;
  }

  chunkEnd(chunk: number): void {
    if (!this.#framed) return;
    this.#chunk = this.#offset + chunk;
    this.#chunkOpen = false;
    this.#sink.chunkEnd(this.#chunk);
  }

  /** False when the piece ended before the object did. */
  end(): boolean {
    if (this.#spliced && this.#length !== null && this.#got !== this.#length) return false;
    // The rest came with its length known, and so without an end of its own to the last chunk.
    if (this.#framed && this.#chunkOpen) this.#sink.chunkEnd(this.#chunk);
    this.#sink.end();
    return true;
  }
}
