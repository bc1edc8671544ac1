import assert from "node:assert/strict";
import { test } from "node:test";
import { monoMs } from "#base";
import { VIEWER_SEEN_MS, VIEWERS_LIMIT } from "../limits.ts";
import { Viewers } from "./viewers.ts";

test("a session counts while it asks, and its crowd is bounded", () => {
  const viewers = new Viewers();
  viewers.saw("a", monoMs(0));
  viewers.saw("b", monoMs(1));
  viewers.saw("a", monoMs(2_000));
  assert.equal(viewers.count(monoMs(VIEWER_SEEN_MS)), 2);
  assert.equal(viewers.count(monoMs(VIEWER_SEEN_MS + 2)), 1);
  for (let at = 0; at <= VIEWERS_LIMIT; at++) viewers.saw(String(at), monoMs(3_000));
  assert.equal(viewers.count(monoMs(3_000)), VIEWERS_LIMIT);
  assert.equal(viewers.overlooked, 2);
});
