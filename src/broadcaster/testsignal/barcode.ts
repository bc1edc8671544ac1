// The barcode: the instant at which a picture was made, readable off the screen. Geometry and code are a contract with
// whoever reads it; a reader may have code of its own.
import type { UtcMs } from "#base";

/** Bits in the barcode: it wraps after 2^24 ticks of 20 ms, about 93 hours. */
export const BARCODE_BITS = 24;
/** Ticks of the barcode in a second. */
export const BARCODE_RATE = 50;

/** Places in a picture 1280 wide and 720 high; they scale with the picture. Bit k is the cell at x + k × cell. */
export const barcodeGeometry = {
  pictureWidth: 1280,
  pictureHeight: 720,
  x: 20,
  y: 660,
  cell: 20,
  /** Black on every side of the cells. */
  surround: 8,
} as const;

/** The number that the barcode shows at an instant, before Gray coding. */
export function barcodeOf(utc: UtcMs): number {
  return Math.floor((utc * BARCODE_RATE) / 1000) % 2 ** BARCODE_BITS;
}

/** Reflected binary: neighbouring numbers differ in one cell, so that a picture caught between two reads as one of them. */
export function grayEncode(value: number): number {
  return (value ^ (value >>> 1)) >>> 0;
}

/** The inverse of {@link grayEncode}. */
export function grayDecode(code: number): number {
  let value = code;
  for (let shift = 1; shift < BARCODE_BITS; shift *= 2) value ^= value >>> shift;
  return value >>> 0;
}
