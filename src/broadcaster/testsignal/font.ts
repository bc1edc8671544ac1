// Letters as strokes with round ends, so that they are sharp at every size of the ladder.
import { blendMask, type Colour, type Mask, type Surface } from "./surface.ts";

// Points on a grid 4 wide and 6 high, y down; a space starts the next point, ";" the next stroke.
const strokes: Readonly<Record<string, string>> = {
  "0": "10 30 41 45 36 16 05 01 10",
  "1": "11 20 26",
  "2": "01 10 30 41 42 06 46",
  "3": "01 10 30 41 42 33 44 45 36 16 05;33 13",
  "4": "36 30 04 44",
  "5": "40 00 03 33 44 45 36 16 05",
  "6": "30 10 01 05 16 36 45 44 33 03",
  "7": "00 40 41 16",
  "8": "10 30 41 42 33 13 02 01 10;13 04 05 16 36 45 44 33",
  "9": "16 36 45 41 30 10 01 02 13 43",
  A: "06 02 20 42 46;04 44",
  B: "33 44 45 36 06 00 30 41 42 33 03",
  C: "41 30 10 01 05 16 36 45",
  D: "00 06 26 44 42 20 00",
  E: "40 00 06 46;03 33",
  F: "40 00 06;03 33",
  G: "41 30 10 01 05 16 36 45 43 23",
  H: "00 06;40 46;03 43",
  I: "20 26",
  J: "40 45 36 16 05",
  K: "00 06;40 03 46",
  L: "00 06 46",
  M: "06 00 23 40 46",
  N: "06 00 46 40",
  O: "10 30 41 45 36 16 05 01 10",
  P: "06 00 30 41 42 33 03",
  Q: "10 30 41 45 36 16 05 01 10;24 46",
  R: "06 00 30 41 42 33 03;23 46",
  S: "41 30 10 01 02 13 33 44 45 36 16 05",
  T: "00 40;20 26",
  U: "00 05 16 36 45 40",
  V: "00 26 40",
  W: "00 16 23 36 40",
  X: "00 46;40 06",
  Y: "00 23 40;23 26",
  Z: "00 40 06 46",
  ":": "22 22;25 25",
  ".": "26 26",
  ",": "26 17",
  "-": "13 33",
  "+": "13 33;22 24",
  "/": "40 06",
  "'": "20 21",
};

/** Half the width of a stroke, in units of the letter's grid. */
const RADIUS = 0.5;
/** From one letter to the next, in the same units: all figures alike, so that a running clock does not tremble. */
const ADVANCE = 5.7;
/** The same for signs that are one stroke wide, and how far to the left their drawing moves. */
const NARROW_ADVANCE = 2.9;
const NARROW_SHIFT = (ADVANCE - NARROW_ADVANCE) / 2;
const narrow = ":.,'I";
/** The letters and sizes kept: every letter at the sizes that one picture uses. */
const MASKS_LIMIT = 512;

const masks = new Map<string, Mask>();

/** The width of a text, pixels, at a letter height. */
export function textWidth(text: string, height: number): number {
  let units = 0;
  for (const letter of text) units += narrow.includes(letter) ? NARROW_ADVANCE : ADVANCE;
  return units * unitOf(height);
}

/** Draws capitals, digits and a little punctuation; other signs stay blank. `x`, `y` are the upper left corner. */
export function drawText(
  surface: Surface,
  text: string,
  options: { x: number; y: number; height: number; colour: Colour; strength?: number },
): void {
  const unit = unitOf(options.height);
  let { x } = options;
  for (const letter of text) {
    const isNarrow = narrow.includes(letter);
    const mask = maskOf(letter, options.height);
    if (mask) blendMask(surface, mask, { ...options, x: isNarrow ? x - NARROW_SHIFT * unit : x });
    x += (isNarrow ? NARROW_ADVANCE : ADVANCE) * unit;
  }
}

const unitOf = (height: number): number => height / (6 + 2 * RADIUS);

function maskOf(letter: string, height: number): Mask | undefined {
  const key = `${letter}${height}`;
  const known = masks.get(key);
  if (known) return known;
  const drawing = strokes[letter];
  if (drawing === undefined || masks.size >= MASKS_LIMIT) return undefined;
  const mask = render(drawing, unitOf(height));
  masks.set(key, mask);
  return mask;
}

function render(drawing: string, unit: number): Mask {
  const width = Math.ceil((4 + 2 * RADIUS) * unit) + 1;
  const height = Math.ceil((6 + 2 * RADIUS) * unit) + 1;
  const alpha = new Uint8Array(width * height);
  for (const stroke of drawing.split(";")) {
    const points = stroke.split(" ").map((point) => ({
      x: (Number(point[0]) + RADIUS) * unit,
      y: (Number(point[1]) + RADIUS) * unit,
    }));
    for (let index = 1; index < points.length; index++) {
      const a = points[index - 1] as Point;
      const b = points[index] as Point;
      for (let at = 0; at < alpha.length; at++) {
        const gap = distance({ x: (at % width) + 0.5, y: Math.floor(at / width) + 0.5 }, a, b);
        const cover = Math.min(1, Math.max(0, RADIUS * unit - gap + 0.5));
        alpha[at] = Math.max(alpha[at] as number, Math.round(cover * 255));
      }
    }
  }
  return { width, height, alpha };
}

interface Point {
  readonly x: number;
  readonly y: number;
}

/** From a point to the line between two others. */
export function distance(point: Point, a: Point, b: Point): number {
  const dx = b.x - a.x;
  const dy = b.y - a.y;
  const length = dx * dx + dy * dy;
  const along = length === 0 ? 0 : ((point.x - a.x) * dx + (point.y - a.y) * dy) / length;
  const t = Math.min(1, Math.max(0, along));
  return Math.hypot(point.x - a.x - t * dx, point.y - a.y - t * dy);
}
