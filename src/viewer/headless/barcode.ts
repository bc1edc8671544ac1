// Reads the barcode that the test signal draws into the picture, so that a delay is checked against the picture itself
// and not against the timestamps that a player reports. Pure: luma in, an instant out.
import { type UtcMs, utcMs } from "#base";

/** The place of the barcode in a picture of 1280 × 720; it scales with the picture. */
export const BARCODE = {
  pictureWidth: 1280,
  pictureHeight: 720,
  x: 20,
  y: 660,
  cell: 20,
  bits: 24,
  /** Width of the black surround. */
  surround: 8,
} as const;

/** One count of the barcode, ms: floor(UTC × 50). */
export const BARCODE_TICK_MS = 20;

const COUNTS = 2 ** BARCODE.bits;

/** Luma above which a cell is surely white, and below which it is surely black; between them nothing is read. */
const WHITE_FROM = 150;
const BLACK_TO = 106;

/** Binary from reflected Gray code, 24 bits. */
export function fromGray(gray: number): number {
  let binary = gray;
  for (let shift = 1; shift < BARCODE.bits; shift <<= 1) binary ^= binary >>> shift;
  return binary;
}

/** Reflected Gray code from binary: neighbours differ in one cell, so a blend of two frames reads as one of them. */
export function toGray(binary: number): number {
  return binary ^ (binary >>> 1);
}

/** The instant nearest to `near` at which the count was `value`; the barcode wraps after 93 h. */
export function nearestInstant(value: number, near: UtcMs): UtcMs {
  const period = COUNTS * BARCODE_TICK_MS;
  const within = value * BARCODE_TICK_MS;
  return utcMs(within + Math.round((near - within) / period) * period);
}

/** The 24-bit count from the cells' luma, least significant bit first; null when a cell is neither black nor white. */
export function decodeCells(cells: readonly number[]): number | null {
  let gray = 0;
  for (let bit = 0; bit < BARCODE.bits; bit += 1) {
    const luma = cells[bit];
    if (luma === undefined || (luma > BLACK_TO && luma < WHITE_FROM)) return null;
    if (luma >= WHITE_FROM) gray |= 1 << bit;
  }
  return fromGray(gray);
}

/**
 * Reads the barcode of a whole picture. `luma` holds `width × height` samples, a byte each, row by row. Gives the
 * instant (a multiple of 20 ms) nearest to `near` at which the source drew the frame, or null when there is no barcode.
 */
export function decodeBarcode(
  luma: Uint8Array | Uint8ClampedArray,
  width: number,
  height: number,
  near: UtcMs,
): UtcMs | null {
  if (width <= 0 || height <= 0 || luma.length < width * height) return null;
  const across = width / BARCODE.pictureWidth;
  const down = height / BARCODE.pictureHeight;
  const at = (x: number, y: number): number =>
    luma[
      Math.min(height - 1, Math.floor(y * down)) * width +
        Math.min(width - 1, Math.floor(x * across))
    ] ?? 0;
  const mean = (x: number, y: number): number => {
    let sum = 0;
    for (const dy of [-3, 0, 3]) for (const dx of [-3, 0, 3]) sum += at(x + dx, y + dy);
    return sum / 9;
  };
  const { x, y, cell, bits, surround } = BARCODE;
  const middle = y + cell / 2;
  const before = mean(x - surround / 2, middle);
  const after = mean(x + bits * cell + surround / 2, middle);
  if (before >= WHITE_FROM || after >= WHITE_FROM) return null;
  const cells = Array.from({ length: bits }, (_, bit) => mean(x + bit * cell + cell / 2, middle));
  const value = decodeCells(cells);
  return value === null ? null : nearestInstant(value, near);
}
