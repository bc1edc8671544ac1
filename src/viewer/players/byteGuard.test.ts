import assert from "node:assert/strict";
import test from "node:test";
import { ByteGuard, SILENCE_LIMIT_MS } from "./byteGuard.ts";

test("a request is left after so much silence, once, whether or not bytes came before", () => {
  const guard = new ByteGuard<{ url: string }>();
  const [mute, cut] = [{ url: "mute" }, { url: "cut" }];
  guard.sent(mute, 0);
  guard.sent(cut, 0);
  guard.heard(cut, 400);
  const left: [number, string][] = [];
  for (let now = 0; now <= 3_000; now += 50)
    for (const { url } of guard.silent(now)) left.push([now, url]);
  assert.deepEqual(left, [
    [SILENCE_LIMIT_MS + 50, "mute"],
    [400 + SILENCE_LIMIT_MS + 50, "cut"],
  ]);
});

test("a request that brings bytes or has ended is left alone", () => {
  const guard = new ByteGuard<{ url: string }>();
  const [steady, done] = [{ url: "steady" }, { url: "done" }];
  guard.sent(steady, 0);
  guard.sent(done, 0);
  guard.ended(done);
  guard.heard(done, 100);
  for (let now = 0; now < 5_000; now += 320) {
    guard.heard(steady, now);
    assert.deepEqual(guard.silent(now), []);
  }
});

test("time in which the page itself stood still is no silence", () => {
  const guard = new ByteGuard<{ url: string }>();
  const request = { url: "late" };
  guard.silent(0);
  guard.sent(request, 0);
  assert.deepEqual(guard.silent(2_000), []);
  guard.heard(request, 2_001);
  assert.deepEqual(guard.silent(2_050), []);
});

test("a request may be silent for as long as was said when it was sent, whatever was said of another", () => {
  const guard = new ByteGuard<{ url: string }>();
  const [before, after] = [{ url: "before the edge failed" }, { url: "after it" }];
  guard.sent(before, 0);
  guard.sent(after, 0, 1_400);
  const left: [number, string][] = [];
  for (let now = 0; now <= 3_000; now += 50)
    for (const { url } of guard.silent(now)) left.push([now, url]);
  assert.deepEqual(left, [
    [SILENCE_LIMIT_MS + 50, before.url],
    [1_400 + 50, after.url],
  ]);
});
