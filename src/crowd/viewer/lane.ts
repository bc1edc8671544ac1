// A connection that carries one request after another to the edge in use. It connects when there is something to ask, keeps
// the connection while the edge does, watches the deadlines, and sends a request twice only when a kept connection turned out
// to be gone (RFC 9112 9.3.1).
import { connect, type Socket } from "node:net";
import { type AnswerHead, AnswerReader, type AnswerSink } from "./answerReader.ts";
import type { EdgeAddress } from "./edgeAddress.ts";
import { CONNECT_DEADLINE_MS, HEAD_DEADLINE_MS, IDLE_DEADLINE_MS } from "./limits.ts";
import type { ViewerErrorKind } from "./reasons.ts";
import type { SharedContent } from "./shared.ts";

/** Who asked. Of `end` and `failed` one comes, once, unless the request is dropped. */
export interface LaneSink extends AnswerSink {
  /** `sinceMs`: when the answer last made progress, or the request was sent; on the monotonic clock. */
  failed(kind: ViewerErrorKind, sinceMs: number, detail: string): void;
}

/** One request. */
export interface Ask {
  readonly edge: EdgeAddress;
  /** The whole request, head and empty line. */
  readonly wire: string;
  readonly sink: LaneSink;
}

export class Lane {
  readonly #shared: SharedContent;
  readonly #from: { localAddress?: string };
  readonly #reader: AnswerReader;
  #socket: Socket | null = null;
  #connected = false;
  /** The edge that the socket goes to. */
  #edge: EdgeAddress | null = null;
  #asked: Ask | null = null;
  /** The request went out on a connection that had carried another one. */
  #reused = false;
  #sinceMs = 0;

  constructor(shared: SharedContent, localAddress: string | undefined) {
    this.#shared = shared;
    this.#from = localAddress === undefined ? {} : { localAddress };
    this.#reader = new AnswerReader({
      head: (head) => this.#asked?.sink.head(head),
      body: (bytes, from, to) => this.#asked?.sink.body(bytes, from, to),
      end: () => this.#ended(this.#reader.head),
    });
  }

  get busy(): boolean {
    return this.#asked !== null;
  }

  /** When the next deadline falls; Infinity when nothing is asked. */
  get due(): number {
    if (!this.#asked) return Infinity;
    if (!this.#connected) return this.#sinceMs + CONNECT_DEADLINE_MS;
    return this.#sinceMs + (this.#reader.begun ? IDLE_DEADLINE_MS : HEAD_DEADLINE_MS);
  }

  /** Sends a request; one at a time. */
  ask(asked: Ask): void {
    this.#asked = asked;
    this.#sinceMs = this.#shared.clock.monotonic();
    if (this.#edge !== asked.edge) this.#hangUp();
    this.#reused = this.#socket !== null;
    this.#send();
  }

  /** Forgets the request under way and closes the connection. */
  drop(): void {
    this.#asked = null;
    this.#hangUp();
  }

  /** Looks at the deadlines. */
  check(now: number): void {
    if (now < this.due) return;
    const kind = !this.#connected
      ? "connect-time-out"
      : this.#reader.begun
        ? "idle"
        : "head-time-out";
    this.#fail(kind, "");
  }

  #send(): void {
    const asked = this.#asked as Ask;
    this.#reader.begin();
    this.#socket ??= this.#connect(asked.edge);
    this.#socket.write(asked.wire, "latin1");
  }

  #connect(edge: EdgeAddress): Socket {
    this.#edge = edge;
    this.#connected = false;
    const socket: Socket = connect({
      host: edge.host,
      port: edge.port,
      ...this.#from,
      noDelay: true,
      autoSelectFamily: false,
      onread: {
        buffer: this.#shared.readBuffer,
        callback: (length, bytes) => {
          if (this.#socket === socket) this.#take(bytes as Buffer, length);
          return true;
        },
      },
    });
    socket.once("connect", () => {
      if (this.#socket !== socket) return;
      this.#connected = true;
      this.#sinceMs = this.#shared.clock.monotonic();
    });
    socket.once("error", (error: NodeJS.ErrnoException) => {
      if (this.#socket !== socket) return;
      if (this.#connected && this.#reused) this.#gone(socket);
      else this.#fail(errorKind(error, this.#connected), error.code ?? "");
    });
    socket.once("end", () => this.#gone(socket));
    socket.once("close", () => this.#gone(socket));
    return socket;
  }

  #take(bytes: Buffer, length: number): void {
    this.#shared.readAt = this.#shared.clock.monotonic();
    this.#sinceMs = this.#shared.readAt;
    const end = this.#reader.busy ? this.#reader.feed(bytes, 0, length) : 0;
    if (end < 0) return this.#fail("not-http", this.#reader.problem);
    if (end < length && this.#socket) this.#surplus();
  }

  /** Bytes behind an answer, or without a request: what follows on this connection cannot be trusted. */
  #surplus(): void {
    if (this.#asked) this.#fail("not-http", "bytes that nobody asked for");
    else this.#hangUp();
  }

  #ended(head: Readonly<AnswerHead>): void {
    const asked = this.#asked;
    this.#asked = null;
    if (head.close) this.#hangUp();
    asked?.sink.end();
  }

  /** The peer ended the connection, or it is closed. */
  #gone(socket: Socket): void {
    if (this.#socket !== socket) return;
    if (this.#reader.peerEnded()) return;
    if (!this.#asked) return this.#hangUp();
    if (!this.#reused || this.#reader.begun) return this.#fail("closed", "");
    // An idle connection that the edge closed while the request was on its way.
    this.#hangUp();
    this.#reused = false;
    this.#sinceMs = this.#shared.clock.monotonic();
    this.#send();
  }

  #fail(kind: ViewerErrorKind, detail: string): void {
    const asked = this.#asked;
    const since = this.#sinceMs;
    this.#asked = null;
    this.#hangUp();
    asked?.sink.failed(kind, since, detail);
  }

  #hangUp(): void {
    const socket = this.#socket;
    this.#socket = null;
    this.#edge = null;
    this.#connected = false;
    this.#reader.reset();
    socket?.destroy();
  }
}

const ofThisMachine = new Set([
  "EMFILE",
  "ENFILE",
  "ENOBUFS",
  "ENOMEM",
  "EADDRNOTAVAIL",
  "EADDRINUSE",
]);

function errorKind(error: NodeJS.ErrnoException, connected: boolean): ViewerErrorKind {
  if (ofThisMachine.has(error.code ?? "")) return "resources";
  if (error.code === "ECONNREFUSED") return "refused";
  return connected ? "reset" : "connect-time-out";
}
