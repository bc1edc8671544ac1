// One connection of a client: exchanges one after the other.
import { connect, isIP, type Socket } from "node:net";
import { connect as connectTls } from "node:tls";
import { RegistaError } from "#base";
import { clientErrors } from "./errors.ts";
import type { ClientLimits } from "./limits.ts";
import { ResponseReader, type AnswerSink } from "./responseReader.ts";

/** Where a connection leads. */
export interface Place {
  readonly host: string;
  readonly port: number;
  /** Whether TLS is spoken there. */
  readonly secure: boolean;
}

/** What an exchange is told by its connection. `broken` ends it. */
export interface ExchangeSink extends AnswerSink {
  /** Any bytes came. */
  progress(): void;
  broken(error: RegistaError): void;
}

/** What the pool is told. */
export interface ConnectionOwner {
  /** The exchange is complete; the connection can carry another. */
  free(connection: ClientConnection): void;
  /** The connection is of no more use. */
  gone(connection: ClientConnection): void;
}

export class ClientConnection {
  readonly socket: Socket;
  readonly #owner: ConnectionOwner;
  readonly #limits: ClientLimits;
  #reader: ResponseReader | null = null;
  #sink: ExchangeSink | null = null;
  #sending = false;
  #gone = false;
  #connected = false;
  #whenConnected: (() => void) | null = null;
  /** Exchanges begun before the present one. */
  used = 0;
  /** When it was last given back, on the pool's clock. */
  idleSince = 0;
  #url = "";

  constructor(place: Place, owner: ConnectionOwner, limits: ClientLimits) {
    this.#owner = owner;
    this.#limits = limits;
    this.socket = open(place);
    this.socket.once(place.secure ? "secureConnect" : "connect", () => {
      this.#connected = true;
      this.#whenConnected?.();
    });
    this.socket.on("data", (bytes) => this.#data(bytes));
    this.socket.on("end", () => this.#ended());
    this.socket.on("error", (failure) => this.#broke(failure.message));
    this.socket.on("close", () => this.#broke("it was closed"));
  }

  get connected(): boolean {
    return this.#connected;
  }

  /** Calls `work` once the connection, with its TLS handshake, is there; never if it fails. */
  whenConnected(work: () => void): void {
    this.#whenConnected = work;
  }

  /** Begins an exchange. The caller writes the request to `socket`, and then calls {@link sent}. */
  begin(exchange: { method: string; url: string }, sink: ExchangeSink): void {
    this.#url = exchange.url;
    this.#sink = sink;
    this.#sending = true;
    this.#reader = new ResponseReader(exchange.method, this.#answerSink(sink), this.#limits);
    this.socket.ref();
  }

  /** The request is written whole. */
  sent(): void {
    this.#sending = false;
  }

  #answerSink(sink: ExchangeSink): AnswerSink {
    return {
      head: (status, headers) => sink.head(status, headers),
      data: (bytes, chunk) => sink.data(bytes, chunk),
      chunkEnd: (chunk) => sink.chunkEnd(chunk),
      end: () => undefined, // told once the connection is free again
    };
  }

  #data(bytes: Buffer): void {
    const reader = this.#reader;
    // Bytes that nobody asked for: the next answer could not be told from them.
    if (!reader) return this.destroy();
    this.#sink?.progress();
    let end: number;
    try {
      end = reader.feed(bytes, 0);
    } catch (failure) {
      if (!(failure instanceof RegistaError)) throw failure;
      this.#fail(
        clientErrors.make("bad-answer", { url: this.#url, why: failure.message }, failure),
      );
      return;
    }
    if (reader.done && this.#reader === reader) this.#complete(reader, end === bytes.length);
  }

  #complete(reader: ResponseReader, clean: boolean): void {
    const sink = this.#sink;
    // An answer to a request that is still being sent ends the connection (RFC 9112 9.5).
    const reusable = reader.keepAlive && clean && !this.#sending && !this.#gone;
    this.#reader = null;
    this.#sink = null;
    this.used++;
    if (reusable) this.#owner.free(this);
    else this.destroy();
    sink?.end();
  }

  #ended(): void {
    const reader = this.#reader;
    if (reader?.peerEnded()) this.#complete(reader, false);
    else this.#broke("the peer ended it");
  }

  #broke(why: string): void {
    const facts = { url: this.#url, why };
    this.#fail(clientErrors.make(this.#connected ? "broken" : "unreachable", facts));
  }

  #fail(error: RegistaError): void {
    const sink = this.#sink;
    this.destroy();
    sink?.broken(error);
  }

  /** Ends the connection without a word to its exchange. */
  destroy(): void {
    this.#sink = null;
    this.#reader = null;
    if (this.#gone) return;
    this.#gone = true;
    this.socket.destroy();
    this.#owner.gone(this);
  }
}

/**
 * RFC 9110 4.3.4: a certificate that does not fit the host is a failed connection. Names are told by SNI, addresses are not
 * (RFC 6066 3); they are checked all the same.
 */
function open({ host, port, secure }: Place): Socket {
  if (!secure) return connect({ host, port, noDelay: true });
  const names = isIP(host) === 0 ? { servername: host } : {};
  const socket = connectTls({ host, port, ...names, ALPNProtocols: ["http/1.1"] });
  socket.setNoDelay(true);
  return socket;
}
