// Writes header blocks (RFC 7541 6) without a dynamic table: a block means the same on every connection, so that it is
// made once and sent to all. Strings are sent as they are; the Huffman code would save about 60 bytes an answer.
import { invariant } from "#base";
import type { HeaderList } from "../types.ts";
import { isConnectionField } from "./hpackField.ts";
import { staticNames, staticTable } from "./staticTable.ts";

const INDEXED = 0x80;
const WITHOUT_INDEXING = 0x00;

/** Tells the peer that the table of this direction is empty (RFC 7541 6.3). */
export const EMPTY_TABLE: Buffer = Buffer.from([0x20]);

/**
 * The block of an answer's head (RFC 9113 8.3.2): names in lower case, without the fields of an HTTP/1.1 connection
 * (RFC 9113 8.2.2). `length` null: no Content-Length.
 */
export function encodeHead(status: number, headers: HeaderList, length: number | null): Buffer {
  const block = new BlockWriter(headers);
  block.add(":status", String(status));
  for (const [name, value] of headers) {
    const key = name.toLowerCase();
    invariant(!/[\r\n\0]/.test(value), `field ${name} breaks its line`);
    if (!isConnectionField(key)) block.add(key, value);
  }
  if (length !== null) block.add("content-length", String(length));
  return block.finish();
}

class BlockWriter {
  readonly #bytes: Buffer;
  #at = 0;

  constructor(headers: HeaderList) {
    let room = 64; // :status and content-length, each as literals
    for (const [name, value] of headers) room += name.length + value.length + 12; // two integers of six bytes
    this.#bytes = Buffer.allocUnsafe(room);
  }

  add(name: string, value: string): void {
    const index = staticNames.get(name) ?? 0;
    if (index > 0) {
      for (let at = index; staticTable[at - 1]?.name === name; at++)
        if (staticTable[at - 1]?.value === value) return this.#integer(INDEXED, 7, at);
      this.#integer(WITHOUT_INDEXING, 4, index);
    } else {
      this.#integer(WITHOUT_INDEXING, 4, 0);
      this.#string(name);
    }
    this.#string(value);
  }

  finish(): Buffer {
    return this.#bytes.subarray(0, this.#at);
  }

  #string(text: string): void {
    this.#integer(0, 7, text.length);
    this.#at += this.#bytes.write(text, this.#at, "latin1");
  }

  #integer(pattern: number, prefix: number, value: number): void {
    const most = (1 << prefix) - 1;
    if (value < most) {
      this.#bytes[this.#at++] = pattern | value;
      return;
    }
    this.#bytes[this.#at++] = pattern | most;
    let rest = value - most;
    for (; rest >= 0x80; rest >>>= 7) this.#bytes[this.#at++] = (rest & 0x7f) | 0x80;
    this.#bytes[this.#at++] = rest;
  }
}
