// What is laid over the match: scoreboard, clocks, the barcode and the flash.
import type { UtcMs } from "#base";
import { BARCODE_BITS, barcodeGeometry, barcodeOf, grayEncode } from "./barcode.ts";
import { drawText, textWidth } from "./font.ts";
import { black, fillRect, rgb, type Surface, white } from "./surface.ts";

const DAY_MS = 86_400_000;

/** Length of a match with its break, seconds: the match clock begins again after it. */
const MATCH_S = 90 * 60;
/** Seconds into the match at which the goals of this fixture fall. */
const goals = { home: [12 * 60 + 8, 67 * 60 + 30], away: [38 * 60 + 41] } as const;
const teams = { home: "ROM", away: "MIL" } as const;

/** The flash beside the barcode, in a picture 720 high: white for {@link FLASH_MS} after every full second, else black. */
export const flashGeometry = { x: 520, y: 652, width: 60, height: 36 } as const;
const FLASH_MS = 40;

const navy = rgb(10, 18, 44);
const red = rgb(206, 28, 44);
const blue = rgb(38, 78, 186);
const cyan = rgb(120, 214, 255);

/** Draws the barcode of an instant. */
export function drawBarcode(surface: Surface, made: UtcMs): void {
  const { x, y, cell, surround, pictureHeight } = barcodeGeometry;
  const scale = surface.height / pictureHeight;
  const rect = (
    left: number,
    top: number,
    width: number,
    height: number,
  ): Parameters<typeof fillRect>[1] => ({
    x: left * scale,
    y: top * scale,
    width: width * scale,
    height: height * scale,
  });
  const around = 2 * surround;
  fillRect(
    surface,
    rect(x - surround, y - surround, BARCODE_BITS * cell + around, cell + around),
    black,
  );
  const code = grayEncode(barcodeOf(made));
  for (let bit = 0; bit < BARCODE_BITS; bit++) {
    if (((code >>> bit) & 1) === 1) fillRect(surface, rect(x + bit * cell, y, cell, cell), white);
  }
}

/** Draws the flash for a picture of an instant. */
export function drawFlash(surface: Surface, instant: UtcMs): void {
  const scale = surface.height / 720;
  const { x, y, width, height } = flashGeometry;
  const lit = instant - Math.floor(instant / 1000) * 1000 < FLASH_MS;
  fillRect(
    surface,
    { x: x * scale, y: y * scale, width: width * scale, height: height * scale },
    lit ? white : black,
  );
}

/** Draws UTC as HH:MM:SS.mmm, large enough to be read 144 pixels high. */
export function drawClock(surface: Surface, made: UtcMs): void {
  const scale = surface.height / 720;
  const text = timeOfDay(made);
  const height = 44 * scale;
  const width = textWidth(text, height);
  const right = surface.width - 24 * scale;
  const left = right - width - 76 * scale;
  fillRect(
    surface,
    { x: left, y: 644 * scale, width: right - left + 8 * scale, height: 60 * scale },
    navy,
  );
  drawText(surface, "UTC", {
    x: left + 14 * scale,
    y: 676 * scale,
    height: 20 * scale,
    colour: cyan,
  });
  drawText(surface, text, { x: right - width + 2 * scale, y: 652 * scale, height, colour: white });
}

/** HH:MM:SS.mmm of an instant's day. */
function timeOfDay(utc: UtcMs): string {
  const ofDay = Math.floor(utc) % DAY_MS;
  const field = (ms: number, modulo: number, digits: number): string =>
    String(Math.floor(ofDay / ms) % modulo).padStart(digits, "0");
  return `${field(3_600_000, 24, 2)}:${field(60_000, 60, 2)}:${field(1_000, 60, 2)}.${field(1, 1_000, 3)}`;
}

/** Draws teams, score and the match's own clock. */
export function drawScoreboard(surface: Surface, instant: UtcMs): void {
  const scale = surface.height / 720;
  const played = Math.floor(instant / 1000) % MATCH_S;
  const two = (value: number): string => String(Math.floor(value)).padStart(2, "0");
  const scored = (at: readonly number[]): string =>
    String(at.filter((second) => second <= played).length);
  const [y, height] = [32, 44];
  const cell = (x: number, width: number, colour: typeof navy, text: string): void => {
    fillRect(
      surface,
      { x: x * scale, y: y * scale, width: width * scale, height: height * scale },
      colour,
    );
    const size = 24 * scale;
    const inset = (width * scale - textWidth(text, size)) / 2;
    drawText(surface, text, {
      x: x * scale + inset + 2 * scale,
      y: (y + 10) * scale,
      height: size,
      colour: white,
    });
  };
  cell(32, 10, red, "");
  cell(42, 84, navy, teams.home);
  cell(126, 86, rgb(28, 42, 92), `${scored(goals.home)}-${scored(goals.away)}`);
  cell(212, 84, navy, teams.away);
  cell(296, 10, blue, "");
  cell(306, 116, rgb(18, 20, 28), `${two(played / 60)}:${two(played % 60)}`);
  const right = surface.width - 32 * scale;
  const word = textWidth("REGISTA", 20 * scale);
  drawText(surface, "REGISTA", {
    x: right - word,
    y: 44 * scale,
    height: 20 * scale,
    colour: white,
    strength: 0.9,
  });
}
