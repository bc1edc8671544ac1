// One stream: what has come of the request, and what is still allowed to come (RFC 9113 5.1, 6.9, 8.1.1).
import type { MonoMs } from "#base";
import { BodyQueue } from "../bodyQueue.ts";
import { type RefusalName, refusals } from "../errors.ts";
import type { HttpLimits } from "../limits.ts";
import { Pace } from "../pace.ts";
import { StreamFault } from "./faults.ts";
import { STREAM_WINDOW_BYTES } from "./limits.ts";
import { SendSide } from "./outflow.ts";
import { ReceiveWindow } from "./receiveWindow.ts";
import { Http2Reply, type ReplyOwner } from "./reply.ts";

/** How an exchange begins. */
interface Beginning {
  readonly id: number;
  readonly method: string;
  /** What Content-Length promised; null: nothing. */
  readonly length: number | null;
  readonly endStream: boolean;
  readonly expectsContinue: boolean;
  readonly sendWindow: number;
  readonly now: MonoMs;
}

/** What an exchange asks of its connection. */
export interface ExchangeOwner extends ReplyOwner {
  /** So many bytes of a body were read, or will never be. */
  consumed(exchange: Exchange, bytes: number): void;
  /** The handler wants a body that may be held back. */
  wanted(exchange: Exchange): void;
}

export class Exchange {
  readonly side: SendSide;
  readonly reply: Http2Reply;
  /** What waits in it is bounded by the window that the peer was given (RFC 9113 6.9), given back as the handler reads. */
  readonly body: BodyQueue | null;
  readonly expectsContinue: boolean;
  /** More of the request may come. */
  requestOpen: boolean;
  /** The outflow has written the end of the answer. */
  allSent = false;
  readonly #window = new ReceiveWindow(STREAM_WINDOW_BYTES);
  readonly #promised: number | null;
  #received = 0;
  #movedAt: MonoMs;
  #pace: Pace | null = null;

  constructor(begun: Beginning, owner: ExchangeOwner) {
    this.side = new SendSide(begun.id, begun.sendWindow);
    this.reply = new Http2Reply(owner, this.side, begun.method);
    this.expectsContinue = begun.expectsContinue;
    this.requestOpen = !begun.endStream;
    this.#promised = begun.length;
    this.#movedAt = begun.now;
    this.body = begun.endStream
      ? null
      : new BodyQueue({
          taken: (bytes) => owner.consumed(this, bytes),
          wanted: () => owner.wanted(this),
        });
  }

  /** DATA came: `flowBytes` with its padding, `content` without. Throws a StreamFault, or returns why the body is refused. */
  receive(flowBytes: number, content: Buffer, at: { now: MonoMs; bodyBytes: number }): boolean {
    this.#movedAt = at.now;
    if (!this.#window.take(flowBytes))
      throw new StreamFault("FLOW_CONTROL_ERROR", "6.9.1: more DATA than the stream's window");
    this.#received += content.length;
    if (this.#promised !== null && this.#received > this.#promised)
      throw new StreamFault("PROTOCOL_ERROR", "8.1.1: more DATA than Content-Length says");
    const within = this.#received <= at.bodyBytes;
    if (!within) this.body?.fail(refusals.make("body-too-large", { limit: at.bodyBytes }));
    if (content.length > 0) this.body?.push(content);
    return within || this.#received - content.length > at.bodyBytes; // told once
  }

  /** END_STREAM came. Throws a StreamFault when the body is shorter than was promised. */
  requestEnds(): void {
    if (this.#promised !== null && this.#received < this.#promised)
      throw new StreamFault("PROTOCOL_ERROR", "8.1.1: less DATA than Content-Length says");
    this.requestOpen = false;
    this.body?.finish();
  }

  /** Bytes of the body were read; returns by how much to widen the peer's window now. */
  giveBack(bytes: number): number {
    return this.requestOpen ? this.#window.giveBack(bytes) : 0;
  }

  /**
   * Why the stream is to be given up, if it is: its request stopped coming though its window was open, or its answer is not
   * taken. `waiting` streams share what the connection takes, so that each must take its part of the least rate only.
   */
  judge(now: MonoMs, limits: HttpLimits, waiting: number): RefusalName | null {
    if (this.requestOpen && this.#window.open && this.body && !this.body.failed)
      if (now - this.#movedAt > limits.bodyIdleMs && this.body.empty) return "slow-body";
    const { side } = this;
    if (side.queued === 0) {
      this.#pace = null;
      return null;
    }
    this.#pace ??= new Pace(now, side.sent);
    const share = { ...limits, sendBytesPerS: limits.sendBytesPerS / waiting };
    return this.#pace.judge(now, side.sent, share) === null ? null : "slow-stream";
  }

  /** The peer gave it up, or the connection ended. */
  gone(): void {
    const broken = this.requestOpen;
    this.requestOpen = false; // what is dropped now opens no window of this stream
    if (broken) this.body?.fail(refusals.make("truncated-body"));
    this.reply.gone();
  }
}
