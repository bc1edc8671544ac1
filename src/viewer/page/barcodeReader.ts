// Reads the barcode off the frame that a video element shows.
import { type UtcMs, utcMs } from "#base";
import { BARCODE, decodeCells, nearestInstant } from "../headless/barcode.ts";

/** Pixels of the small canvas for one cell: enough to take its middle. */
const CELL = 5;
const { pictureWidth, pictureHeight, x, y, cell, bits, surround } = BARCODE;
const SCALE = CELL / cell;
const WIDTH = Math.round((bits * cell + 2 * surround) * SCALE);
const HEIGHT = Math.round((cell + 2 * surround) * SCALE);
/** Where the first cell begins in the small canvas. */
const MARGIN = surround * SCALE;
/** The surround is black: anything lighter is another picture. */
const SURROUND_TO = 100;

/** Draws only the barcode's strip, so that a reading costs little. */
export class BarcodeReader {
  readonly #context: CanvasRenderingContext2D | null;

  constructor() {
    const canvas = document.createElement("canvas");
    canvas.width = WIDTH;
    canvas.height = HEIGHT;
    this.#context = canvas.getContext("2d", { willReadFrequently: true });
  }

  /** The instant nearest to `near` at which the source drew the frame shown now; null without a barcode. */
  read(video: HTMLVideoElement, near: number): UtcMs | null {
    const context = this.#context;
    if (!context || video.videoWidth === 0) return null;
    const across = video.videoWidth / pictureWidth;
    const down = video.videoHeight / pictureHeight;
    context.drawImage(
      video,
      (x - surround) * across,
      (y - surround) * down,
      (bits * cell + 2 * surround) * across,
      (cell + 2 * surround) * down,
      0,
      0,
      WIDTH,
      HEIGHT,
    );
    const { data } = context.getImageData(0, 0, WIDTH, HEIGHT);
    const middle = Math.floor(MARGIN + CELL / 2);
    const lumaAt = (column: number, row: number): number => {
      const at = (row * WIDTH + column) * 4;
      return ((data[at] ?? 0) * 54 + (data[at + 1] ?? 0) * 183 + (data[at + 2] ?? 0) * 19) / 256;
    };
    if (lumaAt(0, middle) > SURROUND_TO || lumaAt(WIDTH - 1, middle) > SURROUND_TO) return null;
    const cells = Array.from({ length: bits }, (_, bit) => {
      const column = Math.floor(MARGIN + bit * CELL + CELL / 2);
      return (lumaAt(column - 1, middle) + lumaAt(column, middle) + lumaAt(column + 1, middle)) / 3;
    });
    const value = decodeCells(cells);
    return value === null ? null : nearestInstant(value, utcMs(near));
  }
}
