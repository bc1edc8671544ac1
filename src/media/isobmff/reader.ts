// Reads the fields of one box in order, big-endian (ISO/IEC 14496-12 4.1).
import { type RegistaError } from "#base";
import { isobmffErrors } from "./errors.ts";

/** A cursor over a box's payload. Every read past the end throws isobmff/truncated. */
export class ByteReader {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  readonly #box: string;
  #at = 0;

  /** `box` names what is read, for errors. The bytes are not copied, nor are those it hands out. */
  constructor(bytes: Uint8Array, box: string) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.#box = box;
  }

  get remaining(): number {
    return this.#bytes.length - this.#at;
  }

  #step(length: number): number {
    const at = this.#at;
    if (at + length > this.#bytes.length) throw isobmffErrors.make("truncated", { box: this.#box });
    this.#at = at + length;
    return at;
  }

  u8(): number {
    return this.#view.getUint8(this.#step(1));
  }
  u16(): number {
    return this.#view.getUint16(this.#step(2));
  }
  u24(): number {
    const at = this.#step(3);
    return this.#view.getUint16(at) * 256 + this.#view.getUint8(at + 2);
  }
  u32(): number {
    return this.#view.getUint32(this.#step(4));
  }
  i32(): number {
    return this.#view.getInt32(this.#step(4));
  }

  /** An unsigned 64-bit field. @throws isobmff/malformed when it is above 2^53 − 1. */
  u64(): number {
    const at = this.#step(8);
    const value = this.#view.getUint32(at) * 2 ** 32 + this.#view.getUint32(at + 4);
    if (!Number.isSafeInteger(value)) throw this.malformed("a 64-bit field exceeds 2^53 − 1");
    return value;
  }

  /** A 64-bit field in two's complement. @throws isobmff/malformed beyond ±(2^53 − 1). */
  i64(): number {
    const at = this.#step(8);
    const value = this.#view.getInt32(at) * 2 ** 32 + this.#view.getUint32(at + 4);
    if (!Number.isSafeInteger(value)) throw this.malformed("a 64-bit field exceeds 2^53 − 1");
    return value;
  }

  /** A duration of 32 or 64 bits by box version; all ones is unknown: Infinity (ISO/IEC 14496-12 8.2.2.3). */
  duration(version: number): number {
    if (version === 0) {
      const value = this.u32();
      return value === 0xffff_ffff ? Infinity : value;
    }
    const at = this.#at;
    const unknown = this.u32() === 0xffff_ffff && this.u32() === 0xffff_ffff;
    if (unknown) return Infinity;
    this.#at = at;
    return this.u64();
  }

  /** Four characters, one a byte. */
  fourcc(): string {
    const at = this.#step(4);
    return latin1(this.#bytes.subarray(at, at + 4));
  }

  /** The next `length` bytes, not copied. */
  take(length: number): Uint8Array {
    const at = this.#step(length);
    return this.#bytes.subarray(at, at + length);
  }

  /** All bytes that are left, not copied. */
  rest(): Uint8Array {
    return this.take(this.remaining);
  }

  skip(length: number): void {
    this.#step(length);
  }

  /** Version and flags of a full box (ISO/IEC 14496-12 4.2). @throws isobmff/malformed when the version is above `newest`. */
  full(newest: number): { version: number; flags: number } {
    const version = this.u8();
    if (version > newest) throw this.malformed(`version ${version} is unknown`);
    return { version, flags: this.u24() };
  }

  /** @throws isobmff/malformed when bytes are left that no field explains. */
  end(): void {
    if (this.remaining > 0) throw this.malformed(`${this.remaining} bytes follow its last field`);
  }

  malformed(problem: string): RegistaError {
    return isobmffErrors.make("malformed", { box: this.#box, problem });
  }
}

/** Bytes as characters of the same code, so that any four bytes name a box. */
export function latin1(bytes: Uint8Array): string {
  return String.fromCharCode(...bytes);
}
