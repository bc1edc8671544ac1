// The frame that every box has: size, type, payload (ISO/IEC 14496-12 4.2).
import { isobmffErrors } from "./errors.ts";
import { CHILDREN_LIMIT } from "./limits.ts";
import { latin1 } from "./reader.ts";

/** A box's head. `size` counts head and payload; `headerLength` is 8, or 16 with a 64-bit size. */
export interface BoxHead {
  readonly fourcc: string;
  readonly size: number;
  readonly headerLength: number;
}

/** One box as it lies in bytes. */
export interface FramedBox {
  readonly fourcc: string;
  readonly payload: Uint8Array;
}

/**
 * Reads the head at `at`; null when its bytes are not all there.
 * @throws isobmff/malformed when the size is below the head's own, above 2^53 − 1, or 0: a box "to the end of the file"
 * has no end in a stream.
 */
export function readBoxHead(bytes: Uint8Array, at: number): BoxHead | null {
  if (bytes.length - at < 8) return null;
  const view = new DataView(bytes.buffer, bytes.byteOffset + at);
  const fourcc = latin1(bytes.subarray(at + 4, at + 8));
  const short = view.getUint32(0);
  if (short === 0) throw badSize(fourcc, "its size is 0");
  if (short !== 1) {
    if (short < 8) throw badSize(fourcc, `its size is ${short}`);
    return { fourcc, size: short, headerLength: 8 };
  }
  if (bytes.length - at < 16) return null;
  const size = view.getUint32(8) * 2 ** 32 + view.getUint32(12);
  if (size < 16 || !Number.isSafeInteger(size))
    throw badSize(fourcc, "its 64-bit size is impossible");
  return { fourcc, size, headerLength: 16 };
}

const badSize = (fourcc: string, problem: string): Error =>
  isobmffErrors.make("malformed", { box: fourcc, problem });

/** Every box that lies in `bytes`, one after the other, not copied. @throws isobmff/truncated, isobmff/malformed */
export function readFrames(bytes: Uint8Array, container: string): FramedBox[] {
  const boxes: FramedBox[] = [];
  for (let at = 0; at < bytes.length;) {
    const head = readBoxHead(bytes, at);
    if (!head || head.size > bytes.length - at) {
      throw isobmffErrors.make("truncated", { box: head?.fourcc ?? container });
    }
    if (boxes.length === CHILDREN_LIMIT) {
      const problem = `more than ${CHILDREN_LIMIT} boxes are in it`;
      throw isobmffErrors.make("malformed", { box: container, problem });
    }
    const payload = bytes.subarray(at + head.headerLength, at + head.size);
    boxes.push({ fourcc: head.fourcc, payload });
    at += head.size;
  }
  return boxes;
}
