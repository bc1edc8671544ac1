import assert from "node:assert/strict";
import { test } from "node:test";
import { enoughFor } from "./pictureSize.ts";

const ladder = [{ height: 144 }, { height: 216 }, { height: 360 }];

test("a window is filled by the least rung that is as tall", () => {
  assert.equal(enoughFor(ladder, 100), 0);
  assert.equal(enoughFor(ladder, 144), 0);
  assert.equal(enoughFor(ladder, 145), 1);
  assert.equal(enoughFor(ladder, 360), 2);
});

test("a window that is taller than all rungs, or not known, may have the best", () => {
  assert.equal(enoughFor(ladder, 2_160), 2);
  assert.equal(enoughFor(ladder, 0), 2);
  assert.equal(enoughFor([{ height: null }], 500), 0);
});
