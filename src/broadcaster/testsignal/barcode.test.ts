import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { utcMs } from "#base";
import { BARCODE_BITS, barcodeGeometry, barcodeOf, grayDecode, grayEncode } from "./barcode.ts";
import { drawBarcode, drawClock, drawFlash, flashGeometry } from "./overlay.ts";
import { createSurface, type Surface } from "./surface.ts";

/** Reads as a screen is read: the middle of each cell, light or dark. */
function readBarcode(surface: Surface): number {
  const { x, y, cell, pictureHeight } = barcodeGeometry;
  const scale = surface.height / pictureHeight;
  const row = Math.floor((y + cell / 2) * scale);
  let code = 0;
  for (let bit = 0; bit < BARCODE_BITS; bit++) {
    const column = Math.floor((x + (bit + 0.5) * cell) * scale);
    if ((surface.bytes[row * surface.width + column] as number) > 128) code |= 1 << bit;
  }
  return grayDecode(code >>> 0);
}

const instants = fc.integer({ min: 0, max: 4_102_444_800_000 }).map(utcMs);

test("the barcode that is painted is the one that is read, at every height of the ladders", () => {
  const surfaces = [720, 480, 360, 216, 144].map((height) =>
    createSurface(2 * Math.round((height * 8) / 9), height),
  );
  fc.assert(
    fc.property(instants, fc.constantFrom(...surfaces), (made, surface) => {
      drawBarcode(surface, made);
      assert.equal(readBarcode(surface), barcodeOf(made));
    }),
  );
});

test("the barcode counts fiftieths of a second and wraps after 2^24 of them", () => {
  assert.equal(barcodeOf(utcMs(0)), 0);
  assert.equal(barcodeOf(utcMs(19.999)), 0);
  assert.equal(barcodeOf(utcMs(20)), 1);
  assert.equal(barcodeOf(utcMs(2 ** 24 * 20 - 0.5)), 2 ** 24 - 1);
  assert.equal(barcodeOf(utcMs(2 ** 24 * 20)), 0);
});

test("Gray code is undone, and neighbours differ in one cell", () => {
  const values = fc.integer({ min: 0, max: 2 ** 24 - 2 });
  fc.assert(
    fc.property(values, (value) => {
      assert.equal(grayDecode(grayEncode(value)), value);
      const difference = grayEncode(value) ^ grayEncode(value + 1);
      assert.equal(difference & (difference - 1), 0);
    }),
  );
});

test("the flash is white for 40 ms after every full second, and black else", () => {
  const surface = createSurface(1280, 720);
  const { x, y, width, height } = flashGeometry;
  const middle = (y + height / 2) * 1280 + x + width / 2;
  for (const [ms, expected] of [
    [0, 235],
    [20, 235],
    [40, 16],
    [980, 16],
  ] as const) {
    drawFlash(surface, utcMs(1_795_301_664_000 + ms));
    assert.equal(surface.bytes[middle], expected, `${ms} ms`);
  }
});

test("the clock is other ink for every millisecond, and the same for the same one", () => {
  const paint = (utc: number): Buffer => {
    const surface = createSurface(640, 360);
    drawClock(surface, utcMs(utc));
    return surface.bytes;
  };
  const at = 1_795_301_664_123;
  assert.ok(paint(at).equals(paint(at)));
  assert.ok(paint(at).equals(paint(at + 86_400_000)), "a day later it shows the same");
  for (const step of [1, 1_000, 60_000, 3_600_000]) {
    assert.ok(!paint(at).equals(paint(at + step)), `${step} ms later it shows another time`);
  }
});
