// The body of a manifest, playlist or header: most come in one piece, and are read where they lie.
import type { AnswerHead } from "./answerReader.ts";
import type { LaneSink } from "./lane.ts";
import { DOCUMENT_BYTES_LIMIT } from "./limits.ts";
import type { ViewerErrorKind } from "./reasons.ts";

/** Who gets it; the bytes are lent for the time of the call. */
export interface DocumentOwner {
  document(bytes: Buffer): void;
  documentFailed(kind: ViewerErrorKind, sinceMs: number, detail: string): void;
}

export class DocumentIntake implements LaneSink {
  readonly #owner: DocumentOwner;
  readonly #now: () => number;
  #status = 0;
  /** Copies of all pieces but a single one that is used at once. */
  #pieces: Buffer[] = [];
  #length = 0;

  constructor(owner: DocumentOwner, now: () => number) {
    this.#owner = owner;
    this.#now = now;
  }

  head(head: Readonly<AnswerHead>): void {
    this.#status = head.status;
    this.#pieces = [];
    this.#length = 0;
  }

  body(bytes: Buffer, from: number, to: number): void {
    this.#length += to - from;
    if (this.#status !== 200 || this.#length > DOCUMENT_BYTES_LIMIT) return;
    this.#pieces.push(Buffer.from(bytes.subarray(from, to)));
  }

  end(): void {
    const pieces = this.#pieces;
    this.#pieces = [];
    if (this.#status !== 200)
      return this.#owner.documentFailed("status", this.#now(), String(this.#status));
    if (this.#length > DOCUMENT_BYTES_LIMIT)
      return this.#owner.documentFailed("bad-manifest", this.#now(), "too large");
    const [only] = pieces;
    this.#owner.document(pieces.length === 1 && only ? only : Buffer.concat(pieces));
  }

  failed(kind: ViewerErrorKind, sinceMs: number, detail: string): void {
    this.#pieces = [];
    this.#owner.documentFailed(kind, sinceMs, detail);
  }
}
