import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { monoMs } from "#base";
import { SUMMARY_WINDOW_MS } from "./limits.ts";
import { WindowedSketch } from "./window.ts";

describe("the windowed sketch", () => {
  it("forgets what is older than its window", () => {
    const window = new WindowedSketch();
    window.add(monoMs(0), 100);
    window.add(monoMs(SUMMARY_WINDOW_MS - 1), 300);
    assert.equal(window.spread(monoMs(SUMMARY_WINDOW_MS - 1))?.n, 2);
    assert.equal(window.spread(monoMs(SUMMARY_WINDOW_MS))?.n, 1);
    assert.equal(window.spread(monoMs(3 * SUMMARY_WINDOW_MS)), null);
  });
});
