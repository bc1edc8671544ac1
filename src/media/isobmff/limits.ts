/** Boxes within boxes; the deepest path of a header is moov trak mdia minf stbl stsd. */
export const DEPTH_LIMIT = 8;
/** Boxes in one container; a CMAF header has one track, a fragment one run or a few. */
export const CHILDREN_LIMIT = 1_024;
/** Samples in one track run: a run without per-sample fields could otherwise name 2^32 of them in four bytes. */
export const SAMPLES_LIMIT = 65_536;
/** Cues in one sample of text: what a screen can hold at once, many times over. */
export const CUES_LIMIT = 64;
/** Bytes of a top-level box, unless the caller sets its own limit. */
export const BOX_BYTES_DEFAULT = 16 * 2 ** 20;
