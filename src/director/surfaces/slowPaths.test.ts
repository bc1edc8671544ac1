import assert from "node:assert/strict";
import test from "node:test";
import { monoMs } from "#base";
import { SAMPLE_AGE_MS, SAMPLES_LEAST, SLOW_PATHS_LIMIT } from "./limits.ts";
import { SlowPaths } from "./slowPaths.ts";

const path = { asn: 12_874, edge: "isp-roma" };
const other = { asn: 12_874, edge: "ixp-roma" };
const now = monoMs(1_000);

function crowd(paths: SlowPaths, on: typeof path, rates: readonly number[]): void {
  for (const [index, mbps] of rates.entries()) paths.note(on, { viewer: `v${index}`, mbps }, now);
}
const many = (mbps: number): number[] => Array.from({ length: SAMPLES_LEAST }, () => mbps);

test("one slow home decides nothing, however often it speaks", () => {
  const paths = new SlowPaths();
  for (let n = 0; n < 100; n++) paths.note(path, { viewer: "same", mbps: 0.1 }, now);
  assert.equal(paths.isSlow(path, 5, now), false);
  crowd(paths, path, many(20));
  assert.equal(paths.median(path, now), 20);
  assert.equal(paths.isSlow(path, 5, now), false);
});

test("a path on which half of its viewers measure too little is slow, until that is old", () => {
  const paths = new SlowPaths();
  crowd(paths, path, [...many(2), 30, 30]);
  assert.equal(paths.isSlow(path, 5, now), true);
  assert.equal(paths.isSlow(path, 1, now), false);
  assert.equal(paths.isSlow(path, 5, monoMs(now + SAMPLE_AGE_MS + 1)), false);
});

test("where every edge is as slow to a network no path is blamed; where one does better, the others are", () => {
  const paths = new SlowPaths();
  crowd(paths, path, many(2));
  crowd(paths, other, many(2.5));
  assert.equal(paths.isSlow(path, 5, now), false);
  crowd(paths, other, many(9));
  assert.equal(paths.isSlow(path, 5, now), true);
  assert.equal(paths.isSlow({ asn: null, edge: "isp-roma" }, 5, now), false);
});

test("the memory for paths is bounded: the one heard longest ago goes", () => {
  const paths = new SlowPaths();
  crowd(paths, path, many(2));
  for (let n = 0; n < SLOW_PATHS_LIMIT; n++)
    paths.note({ asn: n, edge: "x" }, { viewer: "v", mbps: 1 }, now);
  assert.equal(paths.size, SLOW_PATHS_LIMIT);
  assert.equal(paths.median(path, now), null);
});
