// One viewer of an object that is still coming.
import { type RegistaError } from "#base";
import {
  type BodyStream,
  contentRange,
  corsHeaders,
  type HeaderList,
  type Span,
  spanOf,
  unsatisfiedRange,
} from "#http";
import { type Ask, cacheStatus, type Source } from "./ask.ts";
import { notModifiedFields, type ObjectHead } from "../cache/objectHead.ts";
import type { Tally } from "../reasons.ts";

/** Bytes as they came, and the transfer chunk that carries them to all who get the whole object. */
export interface Piece {
  /** Offset of the first byte in the object. */
  readonly at: number;
  readonly bytes: Uint8Array;
  readonly frame: Uint8Array;
}

const errorFields: HeaderList = [
  ...corsHeaders,
  ["Content-Type", "application/json"],
  ["Cache-Control", "no-store"],
];

/** Answers with an error as JSON. */
export function refuse(reply: Ask["reply"], error: RegistaError): void {
  const retry: HeaderList = error.status >= 500 ? [["Retry-After", "1"]] : [];
  reply.send(error.status, [...errorFields, ...retry], `${JSON.stringify(error)}\n`);
}

/** Follows an object from its head to its end. Every call after the viewer's own end goes nowhere. */
export class Waiter {
  readonly ask: Ask;
  readonly #edge: string;
  readonly #source: Source;
  readonly #tally: Tally;
  #stream: BodyStream | null = null;
  #framed = false;
  #span: Span | null = null;
  #begins: (() => BodyStream) | null = null;
  #missed: ((length: number) => void) | null = null;
  #seen = 0;

  constructor(ask: Ask, source: Source, context: { edge: string; tally: Tally }) {
    this.ask = ask;
    this.#edge = context.edge;
    this.#source = source;
    this.#tally = context.tally;
  }

  /** Whether nothing more is to be told: answered, or gone. */
  get done(): boolean {
    return this.ask.reply.done;
  }

  /** The head is there: chooses what of the object this viewer gets. */
  begin(head: ObjectHead): void {
    if (this.done) return;
    const extra = this.#extra(head);
    if (this.ask.hasAlready(head)) {
      this.#tally.count("notModified");
      this.ask.reply.send(304, [...notModifiedFields(head.fields), ...extra]);
      return;
    }
    const range = this.ask.rangeOf(head);
    if (range && head.length !== null)
      return this.#beginSpan(head, spanOf(range, head.length), extra);
    // A growing object: where it ends is not known, so that only a range with both its ends can be promised.
    if (range?.kind === "closed") return this.#beginGrowingSpan(head, range, extra);
    const length: HeaderList =
      head.length === null ? [] : [["Content-Length", String(head.length)]];
    this.#framed = head.length === null;
    this.#stream = this.ask.reply.stream(head.status, [...head.fields, ...extra, ...length]);
    if (this.ask.headOnly) this.end();
  }

  #extra(head: ObjectHead): HeaderList {
    const age: HeaderList = head.ageS > 0 ? [["Age", String(head.ageS)]] : [];
    return [...age, cacheStatus(this.#edge, this.#source)];
  }

  #beginSpan(head: ObjectHead, span: Span | null, extra: HeaderList): void {
    const whole = head.length as number;
    if (!span) return this.#unsatisfied(head, whole, extra);
    this.#tally.count("partial");
    this.#span = span;
    this.#stream = this.ask.reply.stream(206, [
      ...head.fields,
      ...extra,
      ["Content-Range", contentRange(span, whole)],
      ["Content-Length", String(span.last - span.first + 1)],
    ]);
  }

  /** RFC 8673 3: the end may prove to be nearer than asked for; the transfer coding tells it. */
  #beginGrowingSpan(head: ObjectHead, span: Span, extra: HeaderList): void {
    this.#tally.count("partial");
    this.#span = span;
    // Not before its first byte is there: until then the object may still end short of it.
    this.#begins = () =>
      this.ask.reply.stream(206, [
        ...head.fields,
        ...extra,
        ["Content-Range", contentRange(span, null)],
      ]);
    this.#missed = (length) => this.#unsatisfied(head, length, extra);
  }

  #unsatisfied(head: ObjectHead, length: number, extra: HeaderList): void {
    this.#tally.count("unsatisfiable");
    this.ask.reply.send(416, [
      ...head.fields,
      ...extra,
      ["Content-Range", unsatisfiedRange(length)],
    ]);
  }

  more(piece: Piece): void {
    if (this.done) return;
    if (this.#span) this.#moreOfSpan(piece, this.#span);
    else if (this.#framed) this.#stream?.writeFrame(piece.frame);
    else this.#stream?.write(piece.bytes);
  }

  #moreOfSpan(piece: Piece, { first, last }: Span): void {
    const end = piece.at + piece.bytes.length;
    this.#seen = end;
    if (end <= first) return;
    this.#stream ??= this.#begins?.() ?? null;
    this.#stream?.write(
      piece.bytes.subarray(Math.max(0, first - piece.at), Math.max(0, last + 1 - piece.at)),
    );
    if (end > last) this.#stream?.end();
  }

  /** What came before this viewer did. */
  catchUp(pieces: readonly Piece[]): void {
    if (this.#span) for (const piece of pieces) this.more(piece);
    else
      this.#stream?.catchUp(
        pieces.map((piece) => piece.frame),
        this.#framed,
      );
  }

  /** The object is complete. */
  end(): void {
    if (this.done) return;
    if (this.#stream) this.#stream.end();
    else this.#missed?.(this.#seen);
  }

  /** The object will not be complete. The viewer must see it: a sentence before the head, a broken connection after. */
  fail(error: RegistaError): void {
    if (this.done) return;
    if (this.#stream) this.#stream.abort();
    else refuse(this.ask.reply, error);
  }
}
