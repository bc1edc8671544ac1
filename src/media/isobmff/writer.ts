// Writes boxes in order, big-endian (ISO/IEC 14496-12 4.1). The inverse of ByteReader.
import { invariant } from "#base";

const FIRST_CAPACITY = 1_024;

/** A buffer that grows. Sizes of boxes are filled in when their body has been written. */
export class ByteWriter {
  #bytes: Uint8Array;
  #view: DataView;
  #length = 0;

  /** `capacity`: bytes set aside at first; a right guess saves a copy. */
  constructor(capacity = FIRST_CAPACITY) {
    this.#bytes = new Uint8Array(capacity);
    this.#view = new DataView(this.#bytes.buffer);
  }

  get length(): number {
    return this.#length;
  }

  #step(length: number): number {
    const at = this.#length;
    this.#length = at + length;
    if (this.#length > this.#bytes.length) this.#grow();
    return at;
  }

  #grow(): void {
    const larger = new Uint8Array(Math.max(this.#length, this.#bytes.length * 2));
    larger.set(this.#bytes);
    this.#bytes = larger;
    this.#view = new DataView(larger.buffer);
  }

  u8(value: number): void {
    const at = this.#step(1);
    this.#view.setUint8(at, value);
  }
  u16(value: number): void {
    const at = this.#step(2);
    this.#view.setUint16(at, value);
  }
  u24(value: number): void {
    this.u16(value >>> 8);
    this.u8(value);
  }
  u32(value: number): void {
    const at = this.#step(4);
    this.#view.setUint32(at, value);
  }
  i32(value: number): void {
    const at = this.#step(4);
    this.#view.setInt32(at, value);
  }

  /** A 64-bit field, negative in two's complement. */
  i64(value: number): void {
    invariant(Number.isSafeInteger(value), "a 64-bit field holds a safe integer");
    const high = Math.floor(value / 2 ** 32);
    this.i32(high | 0);
    this.u32(value - high * 2 ** 32);
  }

  /** The inverse of {@link ByteReader.duration}. */
  duration(version: number, value: number): void {
    if (version === 0) return this.u32(value === Infinity ? 0xffff_ffff : value);
    if (value !== Infinity) return this.i64(value);
    this.u32(0xffff_ffff);
    this.u32(0xffff_ffff);
  }

  /** Characters as bytes of the same code. */
  latin1(text: string): void {
    for (let index = 0; index < text.length; index += 1) this.u8(text.charCodeAt(index));
  }

  bytes(bytes: Uint8Array): void {
    const at = this.#step(bytes.length);
    this.#bytes.set(bytes, at);
  }

  // The buffer is zero where nothing was written.
  zeros(count: number): void {
    this.#step(count);
  }

  /** A box around what `body` writes (ISO/IEC 14496-12 4.2). */
  box(fourcc: string, body: () => void): void {
    invariant(fourcc.length === 4, "a box is named by four characters");
    const at = this.#step(4);
    this.latin1(fourcc);
    body();
    this.#view.setUint32(at, this.#length - at);
  }

  /** A full box around what `body` writes (ISO/IEC 14496-12 4.2). */
  fullBox(fourcc: string, head: { version: number; flags: number }, body: () => void): void {
    this.box(fourcc, () => {
      this.u8(head.version);
      this.u24(head.flags);
      body();
    });
  }

  /** What was written, not copied. The writer must not be used afterwards. */
  finish(): Uint8Array {
    return this.#bytes.subarray(0, this.#length);
  }
}
