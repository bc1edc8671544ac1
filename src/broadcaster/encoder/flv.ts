// Reads what ffmpeg writes with `-f flv`: the one container of its own in which a frame leaves the encoder at once, its
// length in front of it. (Its MP4 muxer holds every frame until the next one comes, to know its duration.)
// Adobe Flash Video File Format Specification 10.1, annex E.
import { broadcasterErrors } from "../errors.ts";
import { SAMPLE_BYTES_LIMIT } from "../limits.ts";

/** What one tag holds. */
export type FlvEvent =
  | {
      /** AVCDecoderConfigurationRecord (ISO/IEC 14496-15 5.3.3.1) or AudioSpecificConfig (ISO/IEC 14496-3 1.6.2.1). */
      readonly kind: "config";
      readonly bytes: Buffer;
    }
  | {
      /** NAL units with their lengths in front, or one raw AAC frame. */
      readonly kind: "sample";
      readonly bytes: Buffer;
      /** A picture that can be decoded alone; sound always. */
      readonly sync: boolean;
      /** Decoding time, ms since the encoder's first frame. */
      readonly timestampMs: number;
    };

const FILE_HEADER = 9;
const TAG_HEADER = 11;
const TRAILER = 4;
const AUDIO_TAG = 8;
const VIDEO_TAG = 9;
const AVC = 7;
const AAC = 10;

/** Takes bytes as they come and gives tags as they are complete. Throws broadcaster/encoder-garbled. */
export class FlvReader {
  readonly #name: string;
  #pending: Buffer = Buffer.alloc(0);
  #begun = false;

  /** `name` is what errors call the encoder. */
  constructor(name: string) {
    this.#name = name;
  }

  /** The tags that `bytes` completes. The buffers returned are the caller's to keep. */
  push(bytes: Buffer): FlvEvent[] {
    this.#pending = this.#pending.length === 0 ? bytes : Buffer.concat([this.#pending, bytes]);
    const events: FlvEvent[] = [];
    if (!this.#begun && !this.#begin()) return events;
    while (this.#pending.length >= TAG_HEADER) {
      const size = this.#pending.readUIntBE(1, 3);
      if (size > SAMPLE_BYTES_LIMIT) throw this.#garbled(`a tag of ${size} bytes`);
      const whole = TAG_HEADER + size + TRAILER;
      if (this.#pending.length < whole) break;
      const event = this.#tag(this.#pending.subarray(0, TAG_HEADER + size));
      if (event) events.push(event);
      this.#pending = this.#pending.subarray(whole);
    }
    return events;
  }

  #begin(): boolean {
    if (this.#pending.length < FILE_HEADER + TRAILER) return false;
    if (this.#pending.toString("latin1", 0, 3) !== "FLV")
      throw this.#garbled("it does not begin as FLV");
    const header = this.#pending.readUInt32BE(5);
    if (header !== FILE_HEADER) throw this.#garbled(`a header of ${header} bytes`);
    this.#pending = this.#pending.subarray(FILE_HEADER + TRAILER);
    this.#begun = true;
    return true;
  }

  #tag(tag: Buffer): FlvEvent | null {
    const type = tag.readUInt8(0);
    if (type !== AUDIO_TAG && type !== VIDEO_TAG) return null;
    const video = type === VIDEO_TAG;
    const head = TAG_HEADER + (video ? 5 : 2);
    if (tag.length < head) throw this.#garbled("a tag that is cut short");
    const first = tag.readUInt8(TAG_HEADER);
    if (video ? (first & 15) !== AVC : first >> 4 !== AAC)
      throw this.#garbled("neither H.264 nor AAC");
    const packet = tag.readUInt8(TAG_HEADER + 1);
    // A copy: a slice would keep the whole chunk of the pipe alive for as long as one frame is kept.
    const bytes = Buffer.from(tag.subarray(head));
    if (packet === 0) return { kind: "config", bytes };
    if (packet !== 1 || bytes.length === 0) return null;
    // The upper eight bits of the time come last (E.4.1).
    const timestampMs = tag.readUInt8(7) * 2 ** 24 + tag.readUIntBE(4, 3);
    return { kind: "sample", bytes, sync: !video || first >> 4 === 1, timestampMs };
  }

  #garbled(why: string): Error {
    return broadcasterErrors.make("encoder-garbled", { name: this.#name, why });
  }
}
