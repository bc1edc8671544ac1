import assert from "node:assert/strict";
import test from "node:test";
import fc from "fast-check";
import { utcMs } from "#base";
import {
  BARCODE,
  BARCODE_TICK_MS,
  decodeBarcode,
  decodeCells,
  fromGray,
  nearestInstant,
  toGray,
} from "./barcode.ts";

const instant = fc.integer({ min: 1_600_000_000_000, max: 2_000_000_000_000 });

/** A picture as the test signal draws it: grey noise, a black surround, white cells for set bits. */
function picture(width: number, height: number, utc: number): Uint8Array {
  const luma = new Uint8Array(width * height).fill(120);
  const gray = toGray(Math.floor(utc / BARCODE_TICK_MS) % 2 ** BARCODE.bits);
  const fill = (x: number, y: number, w: number, h: number, value: number): void => {
    const [across, down] = [width / BARCODE.pictureWidth, height / BARCODE.pictureHeight];
    for (let row = Math.round(y * down); row < Math.round((y + h) * down); row += 1)
      luma.fill(
        value,
        row * width + Math.round(x * across),
        row * width + Math.round((x + w) * across),
      );
  };
  const { x, y, cell, bits, surround } = BARCODE;
  fill(x - surround, y - surround, bits * cell + 2 * surround, cell + 2 * surround, 16);
  for (let bit = 0; bit < bits; bit += 1)
    if ((gray >>> bit) & 1) fill(x + bit * cell, y, cell, cell, 235);
  return luma;
}

test("Gray code and binary are each other's inverse, and neighbours differ in one bit", () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 2 ** 24 - 2 }), (value) => {
      assert.equal(fromGray(toGray(value)), value);
      const changed = toGray(value) ^ toGray(value + 1);
      assert.equal(changed & (changed - 1), 0);
    }),
  );
});

test("the barcode of a picture of any usual size gives the instant it was drawn at", () => {
  const sizes = [
    [1280, 720],
    [1920, 1080],
    [640, 360],
    [256, 144],
  ] as const;
  fc.assert(
    fc.property(
      instant,
      fc.constantFrom(...sizes),
      fc.integer({ min: -9_000, max: 9_000 }),
      (utc, [width, height], off) => {
        const read = decodeBarcode(picture(width, height, utc), width, height, utcMs(utc + off));
        assert.equal(read, Math.floor(utc / BARCODE_TICK_MS) * BARCODE_TICK_MS);
      },
    ),
    { numRuns: 40 },
  );
});

test("a picture without a barcode gives nothing", () => {
  const near = utcMs(1_700_000_000_000);
  assert.equal(decodeBarcode(new Uint8Array(1280 * 720).fill(120), 1280, 720, near), null);
  assert.equal(decodeBarcode(new Uint8Array(1280 * 720).fill(235), 1280, 720, near), null);
  assert.equal(decodeBarcode(new Uint8Array(10), 1280, 720, near), null);
});

test("a cell between black and white is not guessed", () => {
  assert.equal(decodeCells(Array.from({ length: 24 }, () => 16)), 0);
  assert.equal(decodeCells(Array.from({ length: 24 }, (_, bit) => (bit === 5 ? 128 : 16))), null);
  assert.equal(decodeCells([16, 16]), null);
});

test("the wrap after 93 hours is undone with a rough idea of the time", () => {
  const period = 2 ** 24 * BARCODE_TICK_MS;
  fc.assert(
    fc.property(instant, fc.integer({ min: -60_000, max: 60_000 }), (utc, off) => {
      const tick = Math.floor(utc / BARCODE_TICK_MS);
      assert.equal(
        nearestInstant(tick % 2 ** 24, utcMs(utc + off)),
        tick * BARCODE_TICK_MS,
        `period ${period}`,
      );
    }),
  );
});

test("random bytes are read or refused, never thrown on", () => {
  fc.assert(
    fc.property(
      fc.uint8Array({ minLength: 0, maxLength: 4_096 }),
      fc.integer({ min: -4, max: 200 }),
      fc.integer({ min: -4, max: 200 }),
      (luma, width, height) => {
        const read = decodeBarcode(luma, width, height, utcMs(1.7e12));
        assert.ok(read === null || Number.isFinite(read));
      },
    ),
    { numRuns: 10_000, seed: 7 },
  );
});
