import assert from "node:assert/strict";
import test from "node:test";
import { monoMs } from "#base";
import {
  JUDGE_PERIOD_MS,
  SAMPLE_AGE_MS,
  SAMPLES_LEAST,
  SAMPLES_LIMIT,
  SLOW_HOLD_MS,
  SLOW_PATHS_LIMIT,
} from "./limits.ts";
import { type MeasuredPath, SlowPaths } from "./slowPaths.ts";

const path = { asn: 12_874, edge: "isp-roma" };
const other = { asn: 12_874, edge: "ixp-roma" };
const now = monoMs(1_000);
/** What a viewer draws, Mb/s. */
const DRAWS = 8;

/** Viewers who speak twice. */
function crowd(paths: SlowPaths, on: typeof path, rates: readonly number[], at = now): void {
  for (const _ of [1, 2])
    for (const [index, mbps] of rates.entries()) paths.note(on, { viewer: `v${index}`, mbps }, at);
}
/** Judges a path, each time a period later, so that it is judged anew. */
function judgeOf(paths: SlowPaths): (on: MeasuredPath) => boolean {
  let at = now;
  return (on) => {
    at = monoMs(at + JUDGE_PERIOD_MS);
    return paths.judge(on, DRAWS, at);
  };
}
const many = (mbps: number): number[] => Array.from({ length: SAMPLES_LEAST }, () => mbps);

test("one slow home decides nothing, however often it speaks", () => {
  const paths = new SlowPaths();
  const judge = judgeOf(paths);
  for (let n = 0; n < 100; n++) paths.note(path, { viewer: "same", mbps: 0.1 }, now);
  assert.equal(judge(path), false);
  crowd(paths, path, many(20));
  assert.equal(paths.median(path, now), 20);
  assert.equal(judge(path), false);
});

test("a player's first word is a guess and counts for nothing: a kick-off makes no path slow", () => {
  const paths = new SlowPaths();
  for (let n = 0; n < 10_000; n++) paths.note(path, { viewer: `v${n}`, mbps: 0.5 }, now);
  assert.equal(paths.median(path, now), null);
  for (let n = 0; n < SAMPLES_LIMIT; n++) paths.note(path, { viewer: `v${n}`, mbps: 9 }, now);
  assert.equal(paths.median(path, now), 9);
});

test("a path is slow when half of its viewers measure too little, and another edge gives clearly more", () => {
  const paths = new SlowPaths();
  const judge = judgeOf(paths);
  crowd(paths, path, [...many(3), 30, 30]);
  assert.equal(judge(path), false);
  crowd(paths, other, many(4));
  assert.equal(judge(path), false);
  crowd(paths, other, many(9));
  assert.equal(judge(path), true);
  assert.equal(judge(other), false);
  assert.equal(judge({ asn: null, edge: "isp-roma" }), false);
});

test("where nothing better is known a path must be far too slow", () => {
  const paths = new SlowPaths();
  const judge = judgeOf(paths);
  crowd(paths, path, many(2.1));
  assert.equal(judge(path), false);
  crowd(paths, path, many(1.9));
  assert.equal(judge(path), true);
});

test("a slow path is left alone for a minute, and for longer when it is slow again: nobody swings back and forth", () => {
  const paths = new SlowPaths();
  assert.equal(paths.shunsOf(path.asn, now), undefined);
  crowd(paths, path, many(1));
  assert.equal(paths.judge(path, DRAWS, now), true);
  const late = monoMs(now + SLOW_HOLD_MS - 1);
  assert.ok(SAMPLE_AGE_MS < SLOW_HOLD_MS);
  assert.deepEqual(
    ["isp-roma", "ixp-roma", "nobody"].map((edge) => paths.shunsOf(path.asn, late)?.(edge)),
    [true, false, false],
  );
  const after = monoMs(now + SLOW_HOLD_MS);
  assert.equal(paths.shunsOf(path.asn, after), undefined);
  crowd(paths, path, many(1), after);
  assert.equal(paths.judge(path, DRAWS, after), true);
  const twice = after + 2 * SLOW_HOLD_MS;
  assert.equal(paths.judge(path, DRAWS, monoMs(twice - 1)), true);
  assert.equal(paths.judge(path, DRAWS, monoMs(twice)), false);
});

test("the memory for paths is bounded: the one heard longest ago goes", () => {
  const paths = new SlowPaths();
  crowd(paths, path, many(2));
  for (let n = 0; n < SLOW_PATHS_LIMIT; n++)
    paths.note({ asn: n, edge: "x" }, { viewer: "v", mbps: 1 }, now);
  assert.equal(paths.size, SLOW_PATHS_LIMIT);
  assert.equal(paths.median(path, now), null);
});
