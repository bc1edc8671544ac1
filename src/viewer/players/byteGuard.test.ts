import assert from "node:assert/strict";
import test from "node:test";
import { ByteGuard, SILENCE_LIMIT_MS } from "./byteGuard.ts";

test("a request is left after so much silence, once, whether or not bytes came before", () => {
  const guard = new ByteGuard<{ url: string }>();
  const [mute, cut] = [{ url: "mute" }, { url: "cut" }];
  guard.sent(mute, 0);
  guard.sent(cut, 0);
  guard.heard(cut, 400);
  assert.deepEqual(guard.silent(SILENCE_LIMIT_MS), []);
  assert.deepEqual(guard.silent(SILENCE_LIMIT_MS + 1), [mute]);
  assert.deepEqual(guard.silent(400 + SILENCE_LIMIT_MS + 1), [cut]);
  assert.deepEqual(guard.silent(10_000), []);
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
