import assert from "node:assert/strict";
import { test } from "node:test";
import { FramePool } from "./frames.ts";

test("a picture goes back with its last holder, and no more than the limit are ever made", () => {
  const pool = new FramePool({ width: 16, height: 16, limit: 2 });
  const one = pool.take();
  const two = pool.take();
  assert.ok(one && two);
  assert.equal(pool.take(), null);
  one.retain();
  one.release();
  assert.equal(pool.take(), null, "somebody still holds it");
  one.release();
  assert.equal(pool.inUse, 1);
  assert.equal(pool.take(), one, "the same memory serves again");
  assert.equal(one.bytes.length, 384);
});

test("releasing more often than holding is a bug, and says so", () => {
  const frame = new FramePool({ width: 2, height: 2, limit: 1 }).take();
  frame?.release();
  assert.throws(() => frame?.release(), /bug/);
});
