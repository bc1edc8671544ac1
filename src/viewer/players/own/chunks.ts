// Cuts a body into CMAF chunks (ISO/IEC 23000-19 7.3.2.3): what may be appended as soon as it is whole. Pure.
import { concatBytes } from "#base";
import { type Box, BoxSplitter, findBox, findPath, readBoxes, type SplitBox } from "#media/isobmff";
import { CHUNK_BOXES_LIMIT, CHUNK_BYTES_LIMIT } from "./limits.ts";

/** moof and mdat and what stands before them. */
export interface Chunk {
  readonly bytes: Uint8Array;
  /** Of its first sample, ticks of its track (14496-12 8.8.12). */
  readonly decodeTime: number;
  /** The boxes in the movie fragment, and the mdat's payload. */
  readonly fragment: readonly Box[];
  readonly payload: Uint8Array;
}

/** Takes bytes as they come, gives chunks as they become whole. */
export class ChunkReader {
  readonly #splitter = new BoxSplitter(CHUNK_BYTES_LIMIT);
  #boxes: SplitBox[] = [];

  /** Whether a chunk has begun that is not whole yet. */
  get amid(): boolean {
    return this.#boxes.length > 0 || this.#splitter.pending > 0;
  }

  /** Of no use any more once it has thrown: a sentence, or isobmff/…. */
  push(bytes: Uint8Array): Chunk[] {
    const chunks: Chunk[] = [];
    for (const box of this.#splitter.push(bytes)) {
      if (this.#boxes.length === CHUNK_BOXES_LIMIT) throw new Error("a chunk has too many boxes");
      this.#boxes.push(box);
      if (box.fourcc === "mdat") chunks.push(chunkOf(this.#boxes.splice(0)));
    }
    return chunks;
  }
}

function chunkOf(boxes: readonly SplitBox[]): Chunk {
  const moof = boxes.find(({ fourcc }) => fourcc === "moof");
  const mdat = boxes.at(-1);
  if (!moof || !mdat) throw new Error("a chunk has no movie fragment");
  const fragment = findPath(readBoxes(moof.bytes), "moof");
  const decodeTime = findBox(findPath(fragment, "traf"), "tfdt")?.decodeTime;
  if (decodeTime === undefined) throw new Error("a chunk does not say its decode time");
  return {
    bytes: concatBytes(boxes.map((box) => box.bytes)),
    decodeTime,
    fragment,
    payload: mdat.bytes.subarray(mdat.headerLength),
  };
}
