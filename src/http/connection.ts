// One connection to a server: requests in, answers out, in order (RFC 9112 9).
import type { Socket } from "node:net";
import { type MonoMs, ms, RegistaError } from "#base";
import { refusals, type RefusalName } from "./errors.ts";
import type { HeadReader } from "./head.ts";
import { type HttpLimits, LINGER_MS, REQUESTS_PER_TURN } from "./limits.ts";
import { Pace, takenFrom } from "./pace.ts";
import { Reply, type ReplyOwner } from "./reply.ts";
import { RequestBody } from "./requestBody.ts";
import {
  judgeRequest,
  type RequestHead,
  requestHeadReader,
  type RequestLine,
} from "./requestHead.ts";
import { errorFields, NO_BODY, runHandler } from "./runHandler.ts";
import { sever } from "./sever.ts";
import type { CloseReason, ServedConnection, ServerState } from "./serverState.ts";
import type { HttpRequest } from "./types.ts";
import { readWholeHead } from "./wholeHead.ts";

/** Where a socket's listeners, which all connections share, find their connection. */
const KEY = Symbol("connection");
type Kept = Socket & { [KEY]: Connection };

// One listener each for all connections: with a closure each, a crowd of idle ones costs a kilobyte more per viewer.
let onData: (this: Socket, bytes: Buffer) => void;
let onEnd: (this: Socket) => void;
let onDrain: (this: Socket) => void;
let onGone: (this: Socket) => void;

export class Connection implements ReplyOwner, ServedConnection {
  readonly socket: Socket;
  readonly remoteAddress: string;
  readonly #state: ServerState;
  readonly #limits: HttpLimits;
  #input: Buffer | null = null;
  /** Reads heads that came in pieces, or are unusual; made when it is needed. */
  #reader: HeadReader<RequestLine> | null = null;
  /** The answer under way. */
  #reply: Reply | null = null;
  /** The body of the request under way; null when it has none. */
  #body: RequestBody | null = null;
  #keepAlive = true;
  #advancing = false;
  #lingering = false;
  #closed = false;
  #paused = false;
  #fresh = true;
  /** Requests that may still begin in this turn; null while the next turn is waited for. */
  #turn: number | null = REQUESTS_PER_TURN;
  #lastByteAt: MonoMs;
  #headBegunAt: MonoMs;
  #pace: Pace | null = null;

  constructor(socket: Socket, state: ServerState, remoteAddress: string) {
    this.socket = socket;
    this.#state = state;
    this.#limits = state.limits;
    this.remoteAddress = remoteAddress;
    const now = state.clock.monotonic();
    this.#lastByteAt = now;
    this.#headBegunAt = now;
    (socket as Kept)[KEY] = this;
    socket.on("data", onData);
    socket.on("end", onEnd);
    socket.on("drain", onDrain);
    socket.on("error", onGone);
    socket.on("close", onGone);
  }

  static {
    onData = function (bytes) {
      (this as Kept)[KEY].#data(bytes);
    };
    onEnd = function () {
      (this as Kept)[KEY].#peerEnded();
    };
    onDrain = function () {
      (this as Kept)[KEY].#advance();
    };
    onGone = function () {
      (this as Kept)[KEY].close("peer-reset");
    };
  }

  shutDown(): void {
    if (!this.#reply && !this.#reader && !this.#lingering) this.#closeAfterFlush("server-closed");
  }

  // --- what a Reply asks ---

  date(): string {
    return this.#state.date();
  }

  keepsAlive(): boolean {
    // A body that the handler left unread is not waited for: the connection ends with the answer.
    this.#keepAlive &&= !this.#state.closing && this.#body?.complete !== false;
    return this.#keepAlive;
  }

  ended(keepAlive: boolean): void {
    this.#reply = null;
    this.#body = null;
    // An answer that was given at once ended when its request came, near enough.
    if (!this.#advancing) this.#lastByteAt = this.#state.clock.monotonic();
    if (keepAlive && (!this.#state.closing || this.#state.draining)) this.#advance();
    else this.#linger("answered");
  }

  aborted(reset: boolean): void {
    if (reset) sever(this.socket);
    this.close("broken-off");
  }

  sent(bytes: number): void {
    this.#state.counters.bytesOut += bytes;
  }

  tooSlow(): boolean {
    if (this.socket.writableLength <= this.#limits.backlogBytes) return false;
    this.close("slow-reader");
    return true;
  }

  // --- input ---

  #data(bytes: Buffer): void {
    this.#lastByteAt = this.#state.clock.monotonic();
    if (this.#lingering) return;
    if (this.#turn !== null) this.#turn = REQUESTS_PER_TURN;
    this.#input = this.#input ? Buffer.concat([this.#input, bytes]) : bytes;
    this.#advance();
  }

  /** Works off what has arrived, until it is used up or waits for an answer under way. */
  #advance(): void {
    if (this.#advancing) return;
    this.#advancing = true;
    try {
      while (this.#input && !this.#closed && !this.#lingering && this.#step(this.#input));
    } finally {
      this.#advancing = false;
    }
  }

  /** One step; false when nothing more can be done now. */
  #step(input: Buffer): boolean {
    try {
      const body = this.#body;
      if (body && !body.complete) {
        this.#consume(input, body.failed ? input.length : body.feed(input, 0));
        return true;
      }
      if (this.#reply || this.socket.writableLength > this.#limits.backlogBytes) {
        this.#hold(input.length > this.#limits.pipelinedBytes);
        return false;
      }
      if (!this.#turn) {
        this.#yield();
        return false;
      }
      this.#hold(false);
      this.#read(input);
      return true;
    } catch (failure) {
      this.#refuse(failure);
      return false;
    }
  }

  /** Lets the others have their turn before more of many requests that came at once are answered. */
  #yield(): void {
    this.#hold(true);
    if (this.#turn === null) return;
    this.#turn = null;
    this.#state.clock.after(ms(1), () => {
      this.#turn = REQUESTS_PER_TURN;
      this.#advance();
    });
  }

  /** Reads a head, or a part of one. */
  #read(input: Buffer): void {
    if (!this.#reader) {
      const whole = readWholeHead(input, 0, this.#limits);
      if (whole) {
        this.#consume(input, whole.end);
        return this.#begin(whole);
      }
      this.#headBegunAt = this.#lastByteAt;
      this.#reader = requestHeadReader(this.#limits);
    }
    const reader = this.#reader;
    const end = reader.feed(input, 0);
    this.#consume(input, end < 0 ? input.length : end);
    if (end < 0) return;
    this.#reader = null;
    this.#begin(judgeRequest(reader.start as RequestLine, reader.fields, this.#limits.bodyBytes));
  }

  #consume(input: Buffer, end: number): void {
    this.#input = end < input.length ? input.subarray(end) : null;
  }

  #hold(full: boolean): void {
    if (full === this.#paused) return;
    this.#paused = full;
    if (full) this.socket.pause();
    else this.socket.resume();
  }

  #begin(head: RequestHead): void {
    this.#fresh = false;
    if (this.#turn !== null) this.#turn--;
    this.#keepAlive = head.keepAlive;
    this.#state.counters.requests++;
    const reply = new Reply(this, head.method, head.minor);
    this.#reply = reply;
    if (head.framing.kind !== "none")
      this.#body = new RequestBody(head.framing, this.#bodySource(head, reply), this.#limits);
    runHandler(this.#state, this.#request(head), reply, () => this.close("handler-failed"));
  }

  #bodySource(head: RequestHead, reply: Reply): ConstructorParameters<typeof RequestBody>[1] {
    return {
      wanted: () => {
        // After the final head an interim one would stand in the body.
        if (head.expectsContinue && !reply.started && !reply.done)
          this.socket.write("HTTP/1.1 100 Continue\r\n\r\n");
      },
      pause: () => this.#hold(true),
      resume: () => {
        this.#lastByteAt = this.#state.clock.monotonic();
        this.#hold(false);
      },
    };
  }

  #request(head: RequestHead): HttpRequest {
    return {
      method: head.method,
      target: head.target,
      path: head.path,
      query: head.query,
      headers: head.fields,
      remoteAddress: this.remoteAddress,
      receivedAt: this.#lastByteAt,
      body: this.#body ?? NO_BODY,
    };
  }

  // --- endings ---

  #refuse(failure: unknown): void {
    if (!(failure instanceof RegistaError)) throw failure;
    this.#state.countRefusal(failure.code.slice("http/".length) as RefusalName);
    this.#state.log.debug({ code: failure.code, peer: this.remoteAddress }, "request refused");
    this.#input = null;
    this.#reader = null;
    this.#keepAlive = false;
    // The handler is told through its body; what it answers is the answer.
    if (this.#reply) return this.#body?.fail(failure);
    const reply = new Reply(this, "GET", 1);
    reply.send(failure.status, errorFields, JSON.stringify(failure));
  }

  #peerEnded(): void {
    if (this.#lingering) return this.#closeAfterFlush("answered");
    // A peer that ends its side while an answer is under way has gone. RFC 9112 9.6 would let it wait for the answer;
    // but viewers who leave look the same, and one who leaves must not be waited on.
    if (this.#reply) return this.close("peer-ended");
    this.#closeAfterFlush("peer-ended");
  }

  #closeAfterFlush(reason: CloseReason): void {
    if (this.socket.writableLength === 0) this.close(reason);
    else this.socket.end(() => this.close(reason));
  }

  /** RFC 9112 9.6: ends our side, and reads on for a moment, so that a reset does not swallow the answer. */
  #linger(reason: CloseReason): void {
    this.#input = null;
    this.#lingering = true;
    this.#hold(false);
    this.#lastByteAt = this.#state.clock.monotonic();
    this.#headBegunAt = this.#lastByteAt;
    if (!this.socket.writableEnded) this.socket.end();
    if (this.socket.readableEnded) this.#closeAfterFlush(reason);
  }

  close(reason: CloseReason): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#input = null;
    this.#reader = null;
    this.#state.forget(this, reason);
    const body = this.#body;
    const reply = this.#reply;
    this.#body = null;
    this.#reply = null;
    if (tooSlowReasons.has(reason)) sever(this.socket);
    else this.socket.destroy();
    if (body && !body.complete) body.fail(refusals.make("truncated-body"));
    reply?.gone();
  }

  sweep(now: MonoMs): void {
    if (this.#lingering) {
      if (now - this.#headBegunAt > LINGER_MS && this.socket.writableLength === 0)
        this.close("answered");
      else this.#checkPace(now);
      return;
    }
    if (this.#checkPace(now)) return;
    if (this.#reply) {
      const body = this.#body;
      if (
        body &&
        !body.complete &&
        !body.failed &&
        !this.#paused &&
        now - this.#lastByteAt > this.#limits.bodyIdleMs
      )
        this.#refuse(refusals.make("slow-body"));
    } else if (this.#reader) {
      if (now - this.#headBegunAt > this.#limits.headDeadlineMs)
        this.#refuse(refusals.make("slow-head"));
    } else if (
      now - this.#lastByteAt >
      (this.#fresh ? this.#limits.headDeadlineMs : this.#limits.idleDeadlineMs)
    ) {
      this.close("idle");
    }
  }

  /** Whether the peer was too slow, and is cut. */
  #checkPace(now: number): boolean {
    if (this.socket.writableLength === 0) {
      this.#pace = null;
      return false;
    }
    const taken = takenFrom(this.socket);
    this.#pace ??= new Pace(now, taken);
    const reason = this.#pace.judge(now, taken, this.#limits);
    if (reason) this.close(reason);
    return reason !== null;
  }
}

/** Reasons for which the peer has not taken what was sent. */
const tooSlowReasons = new Set<CloseReason>(["slow-reader", "write-stalled", "too-slow"]);
