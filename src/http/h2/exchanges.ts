// The streams of one connection (RFC 9113 5.1, 8.1): each is a request and its answer.
import type { Socket } from "node:net";
import { type MonoMs, RegistaError } from "#base";
import type { Burst } from "../burst.ts";
import { refusals, type RefusalName } from "../errors.ts";
import { errorFields, NO_BODY, runHandler } from "../runHandler.ts";
import type { CloseReason, ServerState } from "../serverState.ts";
import type { RequestHead } from "../requestHead.ts";
import type { HttpRequest } from "../types.ts";
import { Budget } from "./budget.ts";
import { Exchange, type ExchangeOwner } from "./exchange.ts";
import { ConnectionFault, type ErrorCode, StreamFault } from "./faults.ts";
import { contentOf, flags, type Frame, resetFrame, windowFrame } from "./frames.ts";
import { judgeSection, judgeTrailers } from "./headSection.ts";
import type { ReceivedHead } from "./headBlocks.ts";
import type { FieldSection } from "./hpackDecoder.ts";
import {
  CONCURRENT_STREAMS,
  CONNECTION_WINDOW_BYTES,
  CONTROL_FRAMES,
  RESET_MEMORY,
  RESETS,
} from "./limits.ts";
import type { Outflow, SendSide } from "./outflow.ts";
import { ReceiveWindow } from "./receiveWindow.ts";
import type { PeerSettings } from "./settings.ts";

/** What the streams know of their connection, and ask of it. */
interface Surroundings {
  readonly remoteAddress: string;
  readonly socket: Socket;
  readonly peer: PeerSettings;
  /** The last stream has ended. */
  emptied(): void;
  close(reason: CloseReason): void;
}

export class Exchanges implements ExchangeOwner {
  /** When the frames that are being taken arrived. */
  now: MonoMs;
  /** Since when there is no stream. */
  quietSince: MonoMs;
  /** The highest stream that the peer has opened. */
  lastId = 0;
  /** How many requests have begun. */
  begun = 0;
  readonly #state: ServerState;
  readonly #outflow: Outflow;
  readonly #around: Surroundings;
  readonly #open = new Map<number, Exchange>();
  /** Reset on this side: what comes for them was on its way (RFC 9113 5.1). Oldest first. */
  readonly #resetHere = new Set<number>();
  readonly #resets: Budget;
  readonly #strays: Budget;
  readonly #window = new ReceiveWindow(CONNECTION_WINDOW_BYTES);
  #refusing = false;
  #over = false;

  constructor(state: ServerState, outflow: Outflow, around: Surroundings) {
    this.#state = state;
    this.#outflow = outflow;
    this.#around = around;
    this.now = state.clock.monotonic();
    this.quietSince = this.now;
    this.#resets = new Budget(RESETS, this.now);
    this.#strays = new Budget(CONTROL_FRAMES, this.now);
  }

  get size(): number {
    return this.#open.size;
  }

  *sides(): Iterable<SendSide> {
    for (const { side } of this.#open.values()) yield side;
  }

  /** From now on new streams are refused: GOAWAY has said so. */
  refuseNew(): void {
    this.#refusing = true;
  }

  // --- frames ---

  /** A whole header block: a request, or its trailers. */
  head({ streamId: id, section, endStream }: ReceivedHead): void {
    const exchange = this.#open.get(id);
    if (exchange) return this.#trailers(exchange, section, endStream);
    if ((id & 1) === 0) throw new ConnectionFault("PROTOCOL_ERROR", "5.1.1: an even stream");
    if (id <= this.lastId) {
      if (!this.#resetHere.has(id))
        throw new ConnectionFault("STREAM_CLOSED", "5.1.1: a stream is opened twice");
      return this.#stray();
    }
    this.lastId = id;
    if (this.#refusing || this.#full()) return this.#refuse(id);
    this.#begin(id, section, endStream);
  }

  #full(): boolean {
    const backlogged = this.#outflow.queued > this.#state.limits.backlogBytes;
    if (!backlogged && this.#open.size < CONCURRENT_STREAMS) return false;
    this.#state.countRefusal(backlogged ? "backlogged-connection" : "too-many-streams");
    return true;
  }

  /** RFC 9113 8.7: it was not looked at and may be asked again. */
  #refuse(id: number): void {
    this.#remember(id);
    this.#outflow.control(resetFrame(id, "REFUSED_STREAM"));
    this.#stray();
  }

  #begin(id: number, section: FieldSection, endStream: boolean): void {
    const judged = this.#judge(section, endStream);
    const refusal = judged instanceof RegistaError ? judged : null;
    const head = judged instanceof RegistaError ? null : judged;
    const exchange = new Exchange(
      {
        id,
        method: head?.method ?? "GET",
        length: head?.framing.kind === "length" ? head.framing.length : null,
        endStream,
        expectsContinue: head?.expectsContinue === true,
        sendWindow: this.#around.peer.initialWindow,
        now: this.now,
      },
      this,
    );
    this.#open.set(id, exchange);
    this.begun++;
    this.#state.counters.requests++;
    if (refusal) this.#refused(exchange, refusal);
    else if (head) this.#handle(exchange, head);
  }

  /** The request, or why it is refused. Throws a StreamFault when it is malformed. */
  #judge(section: FieldSection, endStream: boolean): RequestHead | RegistaError {
    try {
      const head = judgeSection(section, this.#state.limits);
      const promised = head.framing.kind === "length" ? head.framing.length : 0;
      if (endStream && promised > 0)
        throw new StreamFault("PROTOCOL_ERROR", "8.1.1: less DATA than Content-Length says");
      if (!endStream && (head.method === "GET" || head.method === "HEAD"))
        return refusals.make("unexpected-body");
      return head;
    } catch (failure) {
      if (failure instanceof RegistaError) return failure;
      throw failure;
    }
  }

  #handle(exchange: Exchange, head: RequestHead): void {
    const request: HttpRequest = {
      method: head.method,
      target: head.target,
      path: head.path,
      query: head.query,
      headers: head.fields,
      remoteAddress: this.#around.remoteAddress,
      receivedAt: this.now,
      body: exchange.body ?? NO_BODY,
    };
    runHandler(this.#state, request, exchange.reply, () => exchange.reply.abort());
  }

  #trailers(exchange: Exchange, section: FieldSection, endStream: boolean): void {
    if (!exchange.requestOpen)
      throw new StreamFault("STREAM_CLOSED", "5.1: a request after its end");
    if (!endStream) throw new StreamFault("PROTOCOL_ERROR", "8.1: a head within a body");
    judgeTrailers(section);
    this.#requestEnds(exchange);
  }

  data(frame: Frame): void {
    const id = frame.streamId;
    if (id === 0) throw new ConnectionFault("PROTOCOL_ERROR", "6.1: DATA on stream 0");
    this.#checkNotIdle(id);
    const flowBytes = frame.payload.length; // padding counts (RFC 9113 6.1)
    if (!this.#window.take(flowBytes))
      throw new ConnectionFault(
        "FLOW_CONTROL_ERROR",
        "6.9.1: more DATA than the connection's window",
      );
    const content = contentOf(frame);
    const exchange = this.#open.get(id);
    if (!exchange?.requestOpen) {
      this.#giveBack(flowBytes);
      this.#stray();
      if (this.#resetHere.has(id)) return;
      throw new StreamFault("STREAM_CLOSED", "5.1: DATA after the end");
    }
    const { bodyBytes } = this.#state.limits;
    if (!exchange.receive(flowBytes, content, { now: this.now, bodyBytes }))
      this.#state.countRefusal("body-too-large");
    if (flowBytes > content.length) this.consumed(exchange, flowBytes - content.length);
    if ((frame.flags & flags.END_STREAM) !== 0) this.#requestEnds(exchange);
  }

  #requestEnds(exchange: Exchange): void {
    exchange.requestEnds();
    this.#settle(exchange);
  }

  /** The peer gave a stream up; false when it had ended already. */
  peerReset(id: number): boolean {
    this.#checkNotIdle(id);
    const exchange = this.#open.get(id);
    if (!exchange) return false;
    this.#remove(exchange);
    this.#countReset();
    return true;
  }

  windowUpdate(id: number, increment: number): void {
    this.#checkNotIdle(id);
    const exchange = this.#open.get(id);
    if (!exchange) return; // it may have been on its way when the stream ended
    if (increment === 0)
      throw new StreamFault("PROTOCOL_ERROR", "6.9: a window is opened by nothing");
    this.#outflow.openStream(exchange.side, increment);
  }

  #checkNotIdle(id: number): void {
    if ((id & 1) === 0 || id > this.lastId)
      throw new ConnectionFault("PROTOCOL_ERROR", "5.1: a frame for a stream that is idle");
  }

  /** A fault of the peer in one stream. */
  reset(id: number, fault: StreamFault): void {
    this.#state.countRefusal("malformed-stream");
    this.#state.log.debug({ rule: fault.message, stream: id }, "HTTP/2 stream reset");
    this.#resetFor(id, fault.code);
    this.#countReset();
  }

  // --- windows and deadlines ---

  consumed(exchange: Exchange, bytes: number): void {
    this.#giveBack(bytes);
    const credit = exchange.giveBack(bytes);
    if (credit > 0) this.#outflow.control(windowFrame(exchange.side.id, credit));
  }

  #giveBack(bytes: number): void {
    const credit = this.#over ? 0 : this.#window.giveBack(bytes);
    if (credit > 0) this.#outflow.control(windowFrame(0, credit));
  }

  /** RFC 9110 10.1.1: the handler wants the body that the peer holds back. */
  wanted(exchange: Exchange): void {
    if (exchange.expectsContinue && exchange.requestOpen && !exchange.reply.started)
      this.#outflow.interim(exchange.side, 100);
  }

  sweep(now: MonoMs): void {
    if (this.#open.size === 0) return;
    let waiting = 0;
    if (this.#outflow.queued > 0) for (const side of this.sides()) if (side.queued > 0) waiting++;
    for (const exchange of this.#open.values()) {
      const reason = exchange.judge(now, this.#state.limits, waiting);
      if (reason === null) continue;
      this.#state.countRefusal(reason);
      if (reason === "slow-body") exchange.body?.fail(refusals.make("slow-body"));
      else this.#resetFor(exchange.side.id, "ENHANCE_YOUR_CALM");
    }
  }

  // --- what a reply asks ---

  date(): string {
    return this.#state.date();
  }

  get socketBacklog(): number {
    return this.#around.socket.writableLength;
  }

  answer(side: SendSide, block: Buffer, pieces: readonly Uint8Array[], last: boolean): void {
    this.#outflow.answer(side, block, pieces, last);
  }

  share(side: SendSide, burst: Burst, last: boolean): void {
    this.#outflow.share(side, burst, last);
  }

  more(side: SendSide, pieces: readonly Uint8Array[], last: boolean): void {
    this.#outflow.data(side, pieces, last);
  }

  answered(side: SendSide): void {
    const exchange = this.#open.get(side.id);
    if (exchange) this.#settle(exchange);
  }

  aborted(side: SendSide): void {
    this.#state.countRefusal("broken-off-stream");
    this.#resetFor(side.id, "INTERNAL_ERROR");
  }

  tooSlow(side: SendSide): boolean {
    const { backlogBytes } = this.#state.limits;
    const { writableLength } = this.#around.socket;
    if (this.#outflow.queued + writableLength <= backlogBytes) return false;
    if (writableLength > backlogBytes) {
      this.#around.close("slow-reader");
      return true;
    }
    // The stream that waits for most is given up: it may not be this one.
    let slowest = side;
    for (const other of this.sides()) if (other.queued > slowest.queued) slowest = other;
    this.#state.countRefusal("slow-stream");
    this.#resetFor(slowest.id, "ENHANCE_YOUR_CALM");
    return slowest === side;
  }

  // --- endings ---

  /** The outflow has written the last frame of a stream. */
  sent(side: SendSide): void {
    const exchange = this.#open.get(side.id);
    if (!exchange) return;
    exchange.allSent = true;
    this.#settle(exchange);
  }

  /** A stream whose answer is sent has ended; what is left of its request nobody wants (RFC 9113 8.1). */
  #settle(exchange: Exchange): void {
    if (!exchange.allSent || !exchange.reply.done) return;
    if (exchange.requestOpen) {
      this.#remember(exchange.side.id);
      this.#outflow.control(resetFrame(exchange.side.id, "NO_ERROR"));
    }
    this.#remove(exchange);
  }

  /** Answers a request that is refused as HTTP/1.1's is. */
  #refused(exchange: Exchange, failure: RegistaError): void {
    this.#state.countRefusal(failure.code.slice("http/".length) as RefusalName);
    exchange.reply.send(failure.status, errorFields, JSON.stringify(failure));
  }

  #resetFor(id: number, code: ErrorCode): void {
    const exchange = this.#open.get(id);
    this.#remember(id);
    if (exchange) this.#remove(exchange);
    this.#outflow.control(resetFrame(id, code));
  }

  #remember(id: number): void {
    this.#resetHere.add(id);
    if (this.#resetHere.size <= RESET_MEMORY) return;
    const [oldest] = this.#resetHere;
    this.#resetHere.delete(oldest as number);
  }

  #remove(exchange: Exchange): void {
    this.#open.delete(exchange.side.id);
    if (this.#open.size === 0) this.quietSince = this.now;
    this.#outflow.drop(exchange.side);
    exchange.gone();
    if (this.#open.size === 0) this.#around.emptied();
  }

  /** The connection ends: the handlers learn of it. */
  allGone(): void {
    this.#over = true;
    for (const exchange of this.#open.values()) {
      this.#open.delete(exchange.side.id);
      this.#outflow.drop(exchange.side);
      exchange.gone();
    }
  }

  #countReset(): void {
    if (this.#resets.take(this.now)) return;
    throw new ConnectionFault(
      "ENHANCE_YOUR_CALM",
      "10.5: streams reset without end",
      "h2-reset-flood",
    );
  }

  #stray(): void {
    if (this.#strays.take(this.now)) return;
    throw new ConnectionFault(
      "ENHANCE_YOUR_CALM",
      "10.5: frames for streams that ended",
      "h2-control-flood",
    );
  }
}
