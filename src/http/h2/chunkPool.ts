// Buffers that are filled, written and used again. A new one for each large write costs a page fault every 4 KiB, and makes
// the collector run for memory that it does not own: together as much as the encryption.
import { POOLED_CHUNKS, WRITE_CHUNK_BYTES } from "./limits.ts";

const idle: Buffer[] = [];

/** A buffer of WRITE_CHUNK_BYTES with anything in it. */
export const takeChunk = (): Buffer => idle.pop() ?? Buffer.allocUnsafeSlow(WRITE_CHUNK_BYTES);

/** Gives one back that nobody reads any more. */
export function giveChunk(chunk: Buffer): void {
  if (idle.length < POOLED_CHUNKS) idle.push(chunk);
}
