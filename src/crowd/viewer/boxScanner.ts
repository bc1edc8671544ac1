// Follows the boxes of a media object as its bytes pass, in pieces of any size: fragments and their ends. Nothing is kept but
// a moof that comes in pieces.
import type { SampleDefaults } from "#media/cmaf";
import { MOOF_BYTES_LIMIT } from "./limits.ts";
import { type FragmentFacts, readMoof } from "./moof.ts";

/** Who learns of the fragments. */
export interface FragmentSink {
  /** A moof has passed; the facts are lent for the time of the call. */
  fragment(facts: Readonly<FragmentFacts>): void;
  /** Its mdat has passed. */
  fragmentEnd(): void;
  /** These are no boxes; the rest of the object is not looked at. */
  notBoxes(problem: string): void;
}

const fourcc = (name: string): number => Buffer.from(name, "latin1").readUInt32BE(0);
const MOOF = fourcc("moof");
const MDAT = fourcc("mdat");

/** Scans one object after another. */
export class BoxScanner {
  readonly #sink: FragmentSink;
  readonly #facts: FragmentFacts = {
    sequence: 0,
    decodeTime: 0,
    duration: 0,
    samples: 0,
    independent: false,
  };
  #defaults: SampleDefaults = { trackId: 0, duration: 0, size: 0, flags: 0 };
  /** Bytes of the box's head that are read, and what they say so far. */
  #headRead = 0;
  #headLength = 8;
  #size = 0;
  #type = 0;
  /** Bytes of the box's body that are still to come. */
  #left = 0;
  #moof: Buffer | null = null;
  #fragmentOpen = false;
  #lost = false;

  constructor(sink: FragmentSink) {
    this.#sink = sink;
  }

  /** Whether the object could end here: behind a box. */
  get between(): boolean {
    return this.#left === 0 && this.#headRead === 0 && !this.#fragmentOpen;
  }
  /** Whether the bytes were no boxes. */
  get lost(): boolean {
    return this.#lost;
  }

  /** Another object, of a track with these defaults. */
  begin(defaults: SampleDefaults): void {
    this.#defaults = defaults;
    this.#headRead = 0;
    this.#left = 0;
    this.#moof = null;
    this.#fragmentOpen = false;
    this.#lost = false;
  }

  feed(bytes: Buffer, from: number, to: number): void {
    let at = from;
    while (at < to && !this.#lost) {
      if (this.#left > 0) at = this.#body(bytes, at, to);
      else at = this.#head(bytes, at, to);
    }
  }

  /** A box's head: 8 bytes, or 16 when its size is large (ISO/IEC 14496-12 4.2.2). */
  #head(bytes: Buffer, from: number, to: number): number {
    let at = from;
    if (this.#headRead === 0) {
      this.#headLength = 8;
      this.#size = 0;
      this.#type = 0;
      if (to - at >= 8) {
        this.#size = bytes.readUInt32BE(at);
        this.#type = bytes.readUInt32BE(at + 4);
        this.#headRead = 8;
        at += 8;
      }
    }
    while (at < to && this.#headRead < this.#headLength) at = this.#headByte(bytes, at);
    if (this.#headRead === 8 && this.#headLength === 8 && this.#size === 1) {
      this.#headLength = 16;
      this.#size = 0;
    }
    if (this.#headRead === this.#headLength) this.#open();
    return at;
  }

  #headByte(bytes: Buffer, at: number): number {
    const byte = bytes[at] as number;
    if (this.#headRead >= 4 && this.#headRead < 8) this.#type = this.#type * 256 + byte;
    else this.#size = this.#size * 256 + byte;
    this.#headRead += 1;
    return at + 1;
  }

  #open(): void {
    const length = this.#size - this.#headLength;
    this.#headRead = 0;
    if (length < 0 || !Number.isSafeInteger(length) || !printable(this.#type))
      return this.#lose(`a box of type 0x${this.#type.toString(16)} and ${this.#size} bytes`);
    if (this.#type === MOOF && (this.#fragmentOpen || length > MOOF_BYTES_LIMIT))
      return this.#lose(this.#fragmentOpen ? "two moofs without an mdat" : "a moof too large");
    if (this.#type === MDAT && !this.#fragmentOpen) return this.#lose("an mdat without its moof");
    this.#left = length;
    if (length === 0) this.#close(Buffer.alloc(0), 0, 0);
  }

  #body(bytes: Buffer, from: number, to: number): number {
    const end = Math.min(to, from + this.#left);
    this.#left -= end - from;
    const ended = this.#left === 0;
    if (this.#type === MOOF && (this.#moof || !ended)) {
      const piece = bytes.subarray(from, end);
      this.#moof = this.#moof ? Buffer.concat([this.#moof, piece]) : Buffer.from(piece);
      if (ended) this.#close(this.#moof, 0, this.#moof.length);
    } else if (ended) this.#close(bytes, from, end);
    return end;
  }

  #close(bytes: Buffer, from: number, to: number): void {
    if (this.#type === MOOF) {
      this.#moof = null;
      if (!readMoof(bytes, { from, to }, this.#defaults, this.#facts))
        return this.#lose("a moof that cannot be read");
      this.#fragmentOpen = true;
      this.#sink.fragment(this.#facts);
    } else if (this.#type === MDAT) {
      this.#fragmentOpen = false;
      this.#sink.fragmentEnd();
    }
  }

  #lose(problem: string): void {
    this.#lost = true;
    this.#left = 0;
    this.#moof = null;
    this.#sink.notBoxes(problem);
  }
}

/** Four printable characters. */
function printable(type: number): boolean {
  for (let rest = type, left = 4; left > 0; left -= 1, rest = Math.floor(rest / 256)) {
    const byte = rest % 256;
    if (byte < 0x20 || byte > 0x7e) return false;
  }
  return true;
}
