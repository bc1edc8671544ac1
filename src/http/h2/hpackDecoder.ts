// Reads header blocks (RFC 7541 3, 5, 6).
import { ConnectionFault } from "./faults.ts";
import { type HpackField, hpackField } from "./hpackField.ts";
import { decodeHuffman } from "./huffman.ts";
import { staticTable } from "./staticTable.ts";

/** A decoded field section. */
export interface FieldSection {
  readonly fields: readonly HpackField[];
  /** It was larger than the limits; `fields` hold what came before. The table is as the peer believes it to be. */
  readonly tooLarge: boolean;
}

/** What bounds a section: the sum of its fields' sizes, and their number. */
interface SectionLimits {
  readonly listBytes: number;
  readonly fields: number;
}

const broken = (why: string): ConnectionFault => new ConnectionFault("COMPRESSION_ERROR", why);

/**
 * One direction of one connection. Blocks are given whole and in order, all of them, because each may change the table.
 * After a throw the decoder is spent (RFC 7541 2.1: the contexts no longer agree).
 */
export class HpackDecoder {
  readonly #limits: SectionLimits;
  readonly #tableLimit: number;
  #capacity: number;
  #size = 0;
  /** Oldest first; those before `#oldest` are evicted. */
  #table: HpackField[] = [];
  #oldest = 0;
  #block: Buffer = Buffer.alloc(0);
  #at = 0;

  /** `tableBytes` is the SETTINGS_HEADER_TABLE_SIZE that the peer was told. */
  constructor(tableBytes: number, limits: SectionLimits) {
    this.#tableLimit = tableBytes;
    this.#capacity = tableBytes;
    this.#limits = limits;
  }

  /** Throws a ConnectionFault: COMPRESSION_ERROR. */
  decode(block: Buffer): FieldSection {
    this.#block = block;
    this.#at = 0;
    const fields: HpackField[] = [];
    let listBytes = 0;
    let tooLarge = false;
    let begun = false;
    while (this.#at < block.length) {
      const first = block[this.#at] as number;
      if ((first & 0xe0) === 0x20) {
        // RFC 7541 4.2: an update stands at the beginning of a block.
        if (begun) throw broken("RFC 7541 4.2: a table size update after a field");
        this.#resize(this.#integer(5));
        continue;
      }
      begun = true;
      const field = this.#field(first);
      listBytes += field.size;
      tooLarge ||= listBytes > this.#limits.listBytes || fields.length >= this.#limits.fields;
      if (!tooLarge) fields.push(field);
    }
    this.#block = Buffer.alloc(0);
    return { fields, tooLarge };
  }

  #field(first: number): HpackField {
    if ((first & 0x80) !== 0) return this.#entry(this.#integer(7));
    const indexing = (first & 0x40) !== 0; // else without indexing, or never indexed: the same to a reader
    const index = this.#integer(indexing ? 6 : 4);
    const name = index > 0 ? this.#entry(index).name : this.#string();
    const field = hpackField(name, this.#string());
    if (indexing) this.#insert(field);
    return field;
  }

  #entry(index: number): HpackField {
    const own = index - staticTable.length;
    const entry = own > 0 ? this.#table[this.#table.length - own] : staticTable[index - 1];
    if (!entry || (own > 0 && this.#table.length - own < this.#oldest))
      throw broken(`RFC 7541 2.3.3: no entry has the index ${index}`);
    return entry;
  }

  #insert(field: HpackField): void {
    this.#table.push(field);
    this.#size += field.size;
    this.#evict();
  }

  #resize(capacity: number): void {
    if (capacity > this.#tableLimit)
      throw broken("RFC 7541 6.3: the table would be larger than allowed");
    this.#capacity = capacity;
    this.#evict();
  }

  #evict(): void {
    while (this.#size > this.#capacity) {
      this.#size -= (this.#table[this.#oldest] as HpackField).size;
      this.#oldest++;
    }
    // The evicted are let go in batches as large as what is left, so that each moves once on average.
    if (this.#oldest * 2 > this.#table.length) {
      this.#table = this.#table.slice(this.#oldest);
      this.#oldest = 0;
    }
  }

  /** An integer with a prefix of so many bits (RFC 7541 5.1). */
  #integer(prefix: number): number {
    const most = (1 << prefix) - 1;
    let value = this.#byte() & most;
    if (value < most) return value;
    // Four more bytes reach 2^28: no length or index that fits a block is larger.
    for (let shift = 0; shift < 28; shift += 7) {
      const byte = this.#byte();
      value += (byte & 0x7f) << shift;
      if ((byte & 0x80) === 0) return value;
    }
    throw broken("RFC 7541 5.1: an integer is too long");
  }

  #string(): string {
    const huffman = ((this.#block[this.#at] ?? 0) & 0x80) !== 0;
    const length = this.#integer(7);
    const from = this.#at;
    const to = from + length;
    if (to > this.#block.length) throw broken("RFC 7541 5.2: a string is longer than its block");
    this.#at = to;
    if (!huffman) return this.#block.toString("latin1", from, to);
    const text = decodeHuffman(this.#block, from, to);
    if (text === null) throw broken("RFC 7541 5.2: broken Huffman coding");
    return text;
  }

  #byte(): number {
    if (this.#at >= this.#block.length) throw broken("RFC 7541 5.1: the block ends in an integer");
    return this.#block[this.#at++] as number;
  }
}
