// Numbers as boxes hold them. By hand: Buffer's own readers check their arguments, and cost thrice as much on this path.

/** 32 bits at `at`, which lies within the buffer. */
export const u32 = (bytes: Buffer, at: number): number =>
  (((bytes[at] as number) << 24) |
    ((bytes[at + 1] as number) << 16) |
    ((bytes[at + 2] as number) << 8) |
    (bytes[at + 3] as number)) >>>
  0;

/** A box's type as a number. */
export const fourcc = (name: string): number => u32(Buffer.from(name, "latin1"), 0);
