// Queries over one TCP connection, each behind its length in two bytes (RFC 1035 4.2.2, RFC 7766 6.2).
import type { Socket } from "node:net";
import { elapsed, type MonoMs } from "#base";
import { TCP_IDLE_MS, TCP_QUERY_LIMIT, TCP_UNREAD_LIMIT } from "./limits.ts";

const LENGTH_BYTES = 2;

export class TcpQueries {
  readonly #socket: Socket;
  readonly #answer: (query: Buffer) => Buffer | null;
  readonly #now: () => MonoMs;
  #waiting: Buffer = Buffer.alloc(0);
  /** When a whole query came last: bytes that trickle do not keep a connection. */
  #lastAt: MonoMs;

  constructor(
    socket: Socket,
    parts: { answer: (query: Buffer) => Buffer | null; now: () => MonoMs },
  ) {
    this.#socket = socket;
    this.#answer = parts.answer;
    this.#now = parts.now;
    this.#lastAt = parts.now();
    socket.setNoDelay(true);
    socket.on("data", (bytes) => this.#heard(bytes));
    socket.on("error", () => socket.destroy());
  }

  #heard(bytes: Buffer): void {
    this.#waiting = this.#waiting.length === 0 ? bytes : Buffer.concat([this.#waiting, bytes]);
    while (this.#waiting.length >= LENGTH_BYTES && !this.#socket.destroyed) {
      const length = this.#waiting.readUInt16BE(0);
      if (length > TCP_QUERY_LIMIT) return this.close();
      const end = LENGTH_BYTES + length;
      if (this.#waiting.length < end) return;
      const query = this.#waiting.subarray(LENGTH_BYTES, end);
      this.#waiting = this.#waiting.subarray(end);
      this.#lastAt = this.#now();
      this.#write(this.#answer(query));
    }
  }

  /** What is no query ends the connection: who sent it speaks another language. */
  #write(answer: Buffer | null): void {
    if (!answer || this.#socket.writableLength > TCP_UNREAD_LIMIT) return this.close();
    const length = Buffer.alloc(LENGTH_BYTES);
    length.writeUInt16BE(answer.length);
    this.#socket.write(Buffer.concat([length, answer]));
  }

  closeWhenIdle(): void {
    if (elapsed(this.#lastAt, this.#now()) >= TCP_IDLE_MS) this.close();
  }

  close(): void {
    this.#socket.destroy();
  }
}
