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
import { cacheStatus, type Source } from "../cache/cacheStatus.ts";
import { notModifiedFields, type ObjectHead } from "../cache/objectHead.ts";
import type { Tally } from "../reasons.ts";
import type { Ask } from "./ask.ts";
import type { Piece, Wave } from "./wave.ts";

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
  readonly source: Source;
  readonly #edge: string;
  readonly #tally: Tally;
  /** Whether this viewer gets the object as all others do. */
  #whole = false;
  #stream: BodyStream | null = null;
  #span: Span | null = null;
  #begins: (() => BodyStream) | null = null;
  #missed: ((length: number) => void) | null = null;
  #seen = 0;

  constructor(ask: Ask, source: Source, context: { edge: string; tally: Tally }) {
    this.ask = ask;
    this.#edge = context.edge;
    this.source = source;
    this.#tally = context.tally;
  }

  /** Whether nothing more is to be told: answered, or gone. */
  get done(): boolean {
    return this.ask.reply.done;
  }

  /** What came since the last wave. The first one has the head, and decides what of the object this viewer gets. */
  take(wave: Wave): void {
    if (this.done) return;
    if (wave.begins) this.#begin(wave.head);
    if (this.#whole) return this.ask.reply.put(wave.burstFor(this));
    for (const piece of wave.pieces) this.#more(piece);
    if (wave.last) this.#end();
  }

  /** The fields of the whole object. */
  fieldsOf(head: ObjectHead): HeaderList {
    return [...head.fields, ...this.#extra(head)];
  }

  #begin(head: ObjectHead): void {
    if (this.ask.plain) {
      this.#whole = true;
      return;
    }
    const verdict = this.ask.judge(head);
    if (verdict !== "holds") {
      this.#tally.count(verdict === "failed" ? "conditionFailed" : "notModified");
      const status = verdict === "failed" ? 412 : 304;
      this.ask.reply.send(status, [...notModifiedFields(head.fields), ...this.#extra(head)]);
      return;
    }
    const range = this.ask.rangeOf(head);
    if (range && head.length !== null) this.#beginSpan(head, spanOf(range, head.length));
    // A growing object: where it ends is not known, so that only a range with both its ends can be promised.
    else if (range?.kind === "closed") this.#beginGrowingSpan(head, range);
    else this.#whole = true;
  }

  #extra(head: ObjectHead): HeaderList {
    const age: HeaderList = head.ageS >= 1 ? [["Age", String(Math.floor(head.ageS))]] : [];
    // As told on arrival, so that all who joined are told alike.
    const now = head.receivedAt;
    return [...age, cacheStatus(this.#edge, this.source, { head, now })];
  }

  #beginSpan(head: ObjectHead, span: Span | null): void {
    const whole = head.length as number;
    if (!span) return this.#unsatisfied(head, whole);
    this.#tally.count("partial");
    this.#span = span;
    this.#stream = this.ask.reply.stream(206, [
      ...this.fieldsOf(head),
      ["Content-Range", contentRange(span, whole)],
      ["Content-Length", String(span.last - span.first + 1)],
    ]);
  }

  /** RFC 8673 3: the end may prove to be nearer than asked for; the transfer coding tells it. */
  #beginGrowingSpan(head: ObjectHead, span: Span): void {
    this.#tally.count("partial");
    this.#span = span;
    // Not before its first byte is there: until then the object may still end short of it.
    this.#begins = () =>
      this.ask.reply.stream(206, [
        ...this.fieldsOf(head),
        ["Content-Range", contentRange(span, null)],
      ]);
    this.#missed = (length) => this.#unsatisfied(head, length);
  }

  #unsatisfied(head: ObjectHead, length: number): void {
    this.#tally.count("unsatisfiable");
    this.ask.reply.send(416, [...this.fieldsOf(head), ["Content-Range", unsatisfiedRange(length)]]);
  }

  /** Gives what of the piece lies in the span. */
  #more(piece: Piece): void {
    if (!this.#span || this.done) return;
    const { first, last } = this.#span;
    const end = piece.at + piece.bytes.length;
    this.#seen = end;
    if (end <= first) return;
    this.#stream ??= this.#begins?.() ?? null;
    this.#stream?.write(
      piece.bytes.subarray(Math.max(0, first - piece.at), Math.max(0, last + 1 - piece.at)),
    );
    if (end > last) this.#stream?.end();
  }

  /** The object is complete. */
  #end(): void {
    if (this.done) return;
    if (this.#stream) this.#stream.end();
    else this.#missed?.(this.#seen);
  }

  /** The object will not be complete. The viewer must see it: a sentence before the head, a broken connection after. */
  fail(error: RegistaError): void {
    if (this.done) return;
    if (this.#stream) this.#stream.abort();
    else if (this.ask.reply.started) this.ask.reply.abort();
    else refuse(this.ask.reply, error);
  }
}
