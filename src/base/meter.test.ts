import assert from "node:assert/strict";
import test from "node:test";
import { RateMeter } from "./meter.ts";
import { monoMs } from "./units.ts";

test("125,000 bytes in a second are one megabit a second", () => {
  const meter = new RateMeter(monoMs(1_000), 500);
  assert.equal(meter.mbps, 0);
  meter.read(monoMs(2_000), 125_500);
  assert.equal(meter.mbps, 1);
});

test("a late reading is divided by the time that really passed", () => {
  const meter = new RateMeter(monoMs(0));
  meter.read(monoMs(2_000), 250_000);
  assert.equal(meter.mbps, 1);
});

test("a rate falls to zero when nothing more moves", () => {
  const meter = new RateMeter(monoMs(0));
  meter.read(monoMs(1_000), 1_000_000);
  meter.read(monoMs(2_000), 1_000_000);
  assert.equal(meter.mbps, 0);
});

test("a counter that was started anew counts from zero, never below", () => {
  const meter = new RateMeter(monoMs(0), 9_000_000);
  meter.read(monoMs(1_000), 125_000);
  assert.equal(meter.mbps, 1);
});

test("two readings at one instant leave the rate as it was", () => {
  const meter = new RateMeter(monoMs(0));
  meter.read(monoMs(1_000), 125_000);
  meter.read(monoMs(1_000), 999_000);
  assert.equal(meter.mbps, 1);
  meter.read(monoMs(2_000), 250_000);
  assert.equal(meter.mbps, 1);
});
