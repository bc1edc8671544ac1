// A reply that tells how it was answered, once, when it is over. Only sampled requests get one.
import type { BodyStream, Burst, HeaderList, HttpReply } from "#http";

/** What is known of an answer when it is over. */
export interface LoggedAnswer extends Readonly<Record<string, string | number | boolean | null>> {
  readonly status: number;
  /** Body bytes handed over. */
  readonly bytes: number;
  /** False: the viewer went, or the answer broke off. */
  readonly whole: boolean;
  /** From where the edge had it (RFC 9211). */
  readonly cache: string | null;
}

/** Passes everything on to `reply`. */
export class LoggedReply implements HttpReply {
  readonly #reply: HttpReply;
  #tell: ((answer: LoggedAnswer) => void) | null;
  #status = 0;
  #bytes = 0;
  #cache: string | null = null;

  constructor(reply: HttpReply, tell: (answer: LoggedAnswer) => void) {
    this.#reply = reply;
    this.#tell = tell;
    reply.onGone(() => this.#over(false));
  }

  get started(): boolean {
    return this.#reply.started;
  }

  get done(): boolean {
    return this.#reply.done;
  }

  onGone(listener: () => void): void {
    this.#reply.onGone(listener);
  }

  send(status: number, headers: HeaderList, body?: Uint8Array | string): void {
    this.#begin(status, headers);
    this.#bytes += typeof body === "string" ? Buffer.byteLength(body) : (body?.length ?? 0);
    this.#reply.send(status, headers, body);
    this.#over(true);
  }

  put(burst: Burst): void {
    if (burst.head) this.#begin(burst.head.status, burst.head.headers);
    for (const piece of burst.pieces) this.#bytes += piece.length;
    this.#reply.put(burst);
    if (burst.last) this.#over(true);
  }

  abort(): void {
    this.#reply.abort();
    this.#over(false);
  }

  stream(status: number, headers: HeaderList): BodyStream {
    this.#begin(status, headers);
    return this.#counted(this.#reply.stream(status, headers));
  }

  #counted(body: BodyStream): BodyStream {
    const took = (bytes: Uint8Array): void => void (this.#bytes += bytes.length);
    return {
      get backlog() {
        return body.backlog;
      },
      write: (bytes) => (took(bytes), body.write(bytes)),
      writeFrame: (frame) => (took(frame), body.writeFrame(frame)),
      catchUp: (pieces, framed) => (pieces.forEach(took), body.catchUp(pieces, framed)),
      end: () => (body.end(), this.#over(true)),
      abort: () => (body.abort(), this.#over(false)),
    };
  }

  #begin(status: number, headers: HeaderList): void {
    this.#status = status;
    for (const [name, value] of headers) if (name === "Cache-Status") this.#cache = value;
  }

  #over(whole: boolean): void {
    const tell = this.#tell;
    this.#tell = null;
    tell?.({ status: this.#status, bytes: this.#bytes, whole, cache: this.#cache });
  }
}
