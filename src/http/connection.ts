// One connection to a server: requests in, answers out, in order (RFC 9112 9).
import type { Socket } from "node:net";
import { RegistaError, sentenceOf } from "#base";
import { corsHeaders } from "./cors.ts";
import { refusals, type RefusalName, serverErrors } from "./errors.ts";
import type { HeadReader } from "./head.ts";
import { type HttpLimits, LINGER_MS } from "./limits.ts";
import { Reply, type ReplyOwner } from "./reply.ts";
import { RequestBody } from "./requestBody.ts";
import {
  judgeRequest,
  type RequestHead,
  requestHeadReader,
  type RequestLine,
} from "./requestHead.ts";
import type { CloseReason, ServerState } from "./serverState.ts";
import type { HttpRequest } from "./types.ts";

/** One exchange under way. */
interface Exchange {
  readonly reply: Reply;
  readonly body: RequestBody;
}

export class Connection implements ReplyOwner {
  readonly socket: Socket;
  readonly #state: ServerState;
  readonly #limits: HttpLimits;
  readonly #remoteAddress: string;
  #input: Buffer | null = null;
  #reader: HeadReader<RequestLine>;
  #exchange: Exchange | null = null;
  #keepAlive = true;
  #advancing = false;
  #lingering = false;
  #closed = false;
  #paused = false;
  #fresh = true;
  #lastByteAt: number;
  #headBegunAt: number;
  #progress = { sent: 0, at: 0 };

  constructor(socket: Socket, state: ServerState) {
    this.socket = socket;
    this.#state = state;
    this.#limits = state.limits;
    this.#remoteAddress = socket.remoteAddress ?? "";
    this.#reader = requestHeadReader(state.limits);
    const now = state.clock.monotonic();
    this.#lastByteAt = now;
    this.#headBegunAt = now;
    this.#progress.at = now;
    socket.on("data", (bytes) => this.#data(bytes));
    socket.on("end", () => this.#peerEnded());
    socket.on("drain", () => this.#advance());
    socket.on("error", () => this.close("peer-reset"));
    socket.on("close", () => this.close("peer-reset"));
  }

  /** The server closes: ends now unless a request is under way, which is then the last. */
  shutDown(): void {
    if (!this.#exchange && !this.#reader.begun && !this.#lingering)
      this.#closeAfterFlush("server-closed");
  }

  // --- what a Reply asks ---

  date(): string {
    return this.#state.date();
  }

  keepsAlive(): boolean {
    // A body that the handler left unread is not waited for: the connection ends with the answer.
    this.#keepAlive &&= !this.#state.closing && this.#exchange?.body.complete !== false;
    return this.#keepAlive;
  }

  ended(keepAlive: boolean): void {
    this.#exchange = null;
    this.#lastByteAt = this.#state.clock.monotonic();
    if (keepAlive && (!this.#state.closing || this.#state.draining)) this.#advance();
    else this.#linger("answered");
  }

  aborted(reset: boolean): void {
    if (reset) this.socket.resetAndDestroy();
    this.close("broken-off");
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
      const body = this.#exchange?.body;
      if (body && !body.complete) {
        this.#consume(input, body.failed ? input.length : body.feed(input, 0));
        return true;
      }
      if (this.#exchange || this.socket.writableLength > this.#limits.backlogBytes) {
        this.#hold(input.length > this.#limits.pipelinedBytes);
        return false;
      }
      this.#hold(false);
      if (!this.#reader.begun) this.#headBegunAt = this.#lastByteAt;
      const end = this.#reader.feed(input, 0);
      this.#consume(input, end < 0 ? input.length : end);
      if (end >= 0) this.#begin();
      return true;
    } catch (failure) {
      this.#refuse(failure);
      return false;
    }
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

  #begin(): void {
    const line = this.#reader.start as RequestLine;
    const head = judgeRequest(line, this.#reader.fields, this.#limits.bodyBytes);
    this.#reader = requestHeadReader(this.#limits);
    this.#fresh = false;
    this.#keepAlive = head.keepAlive;
    this.#state.counters.requests++;
    const reply = new Reply(this, head.method, head.minor);
    const body = new RequestBody(head.framing, this.#bodySource(head), this.#limits);
    const exchange = { reply, body };
    this.#exchange = exchange;
    void this.#handle(this.#request(head, body), exchange);
  }

  #bodySource(head: RequestHead): ConstructorParameters<typeof RequestBody>[1] {
    return {
      wanted: () => {
        // After the final head an interim one would stand in the body.
        if (head.expectsContinue && !this.#closed && !this.#exchange?.reply.started)
          this.socket.write("HTTP/1.1 100 Continue\r\n\r\n");
      },
      pause: () => this.#hold(true),
      resume: () => {
        this.#lastByteAt = this.#state.clock.monotonic();
        this.#hold(false);
      },
    };
  }

  #request(head: RequestHead, body: RequestBody): HttpRequest {
    return {
      method: head.method,
      target: head.target,
      path: head.path,
      query: head.query,
      headers: head.fields,
      remoteAddress: this.#remoteAddress,
      receivedAt: this.#state.clock.monotonic(),
      body,
    };
  }

  async #handle(request: HttpRequest, exchange: Exchange): Promise<void> {
    try {
      await this.#state.handler(request, exchange.reply);
    } catch (failure) {
      this.#handlerFailed(failure, request, exchange);
    }
  }

  #handlerFailed(failure: unknown, request: HttpRequest, { reply }: Exchange): void {
    if (reply.done) {
      this.#state.log.debug(
        { path: request.path, why: sentenceOf(failure) },
        "failed after the answer had ended",
      );
      return;
    }
    const error =
      failure instanceof RegistaError ? failure : serverErrors.make("handler-failed", {}, failure);
    if (error.status >= 500)
      this.#state.log.error({ path: request.path, err: failure }, "request failed");
    if (reply.started) return this.close("handler-failed");
    reply.send(error.status, errorFields, JSON.stringify(error));
  }

  // --- endings ---

  #refuse(failure: unknown): void {
    if (!(failure instanceof RegistaError)) throw failure;
    this.#state.countRefusal(failure.code.slice("http/".length) as RefusalName);
    this.#state.log.debug({ code: failure.code, peer: this.#remoteAddress }, "request refused");
    this.#input = null;
    this.#keepAlive = false;
    const exchange = this.#exchange;
    if (exchange) {
      // The handler is told through its body; what it answers is the answer.
      exchange.body.fail(failure);
      return;
    }
    const reply = new Reply(this, "GET", 1);
    reply.send(failure.status, errorFields, JSON.stringify(failure));
  }

  #peerEnded(): void {
    if (this.#lingering) return this.#closeAfterFlush("answered");
    // A peer that ends its side while an answer is under way has gone. RFC 9112 9.6 would let it wait for the answer;
    // but viewers who leave look the same, and one who leaves must not be waited on.
    if (this.#exchange) return this.close("peer-ended");
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

  /** Ends the connection now. The first reason counts. */
  close(reason: CloseReason): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#input = null;
    this.#state.forget(this, reason);
    const exchange = this.#exchange;
    this.#exchange = null;
    // A reset frees at once what the kernel holds for a peer that does not read.
    if (reason === "slow-reader" || reason === "write-stalled") this.socket.resetAndDestroy();
    else this.socket.destroy();
    exchange?.body.fail(refusals.make("truncated-body"));
    exchange?.reply.gone();
  }

  /** Keeps the deadlines; called every SWEEP_MS. */
  sweep(now: number): void {
    if (this.#lingering) {
      if (now - this.#headBegunAt > LINGER_MS && this.socket.writableLength === 0)
        this.close("answered");
      else this.#checkStall(now);
      return;
    }
    if (this.#checkStall(now)) return;
    const exchange = this.#exchange;
    if (exchange) {
      if (
        !exchange.body.complete &&
        !exchange.body.failed &&
        !this.#paused &&
        now - this.#lastByteAt > this.#limits.bodyIdleMs
      )
        this.#refuse(refusals.make("slow-body"));
    } else if (this.#reader.begun) {
      if (now - this.#headBegunAt > this.#limits.headDeadlineMs)
        this.#refuse(refusals.make("slow-head"));
    } else if (
      now - this.#lastByteAt >
      (this.#fresh ? this.#limits.headDeadlineMs : this.#limits.idleDeadlineMs)
    ) {
      this.close("idle");
    }
  }

  #checkStall(now: number): boolean {
    const sent = this.socket.bytesWritten - this.socket.writableLength;
    if (this.socket.writableLength === 0 || sent !== this.#progress.sent) {
      this.#progress = { sent, at: now };
      return false;
    }
    if (now - this.#progress.at <= this.#limits.writeStallMs) return false;
    this.close("write-stalled");
    return true;
  }
}

const errorFields = [
  ...corsHeaders,
  ["Content-Type", "application/json"],
  ["Cache-Control", "no-store"],
] as const;
