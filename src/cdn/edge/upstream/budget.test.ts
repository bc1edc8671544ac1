import assert from "node:assert/strict";
import { test } from "node:test";
import { monoMs } from "#base";
import { FetchBudget } from "./budget.ts";
import { HedgeShare } from "./hedge.ts";
import {
  BUDGET_OBJECTS,
  BUDGET_WINDOW_MS,
  EXTRA_FETCHES_PER_OBJECT,
  HEDGE_BURST,
  HEDGE_SHARE,
} from "./limits.ts";

/** How often `take` allows it. */
function taken(take: () => boolean): number {
  let times = 0;
  while (times < 10_000 && take()) times++;
  return times;
}

test("an object gets its extra requests once in a window, and others get their own", () => {
  const budget = new FetchBudget();
  for (const key of ["/a", "/b"])
    assert.equal(
      taken(() => budget.take(key, monoMs(0))),
      EXTRA_FETCHES_PER_OBJECT,
    );
  assert.ok(!budget.take("/a", monoMs(BUDGET_WINDOW_MS - 1)));
  assert.ok(budget.take("/a", monoMs(BUDGET_WINDOW_MS)));
});

test("a flood of objects does not make the budget's memory grow", () => {
  const budget = new FetchBudget();
  taken(() => budget.take("/spent", monoMs(0)));
  for (let object = 0; object < 2 * BUDGET_OBJECTS; object++) budget.take(`/${object}`, monoMs(1));
  assert.ok(budget.take("/spent", monoMs(1)), "the oldest is forgotten");
});

test("hedges are a burst, and then a share of the requests", () => {
  const share = new HedgeShare();
  assert.equal(
    taken(() => share.take()),
    HEDGE_BURST,
  );
  let hedged = 0;
  for (let asked = 0; asked < 1_000; asked++) {
    share.asked();
    if (share.take()) hedged++;
  }
  assert.ok(Math.abs(hedged - 1_000 * HEDGE_SHARE) <= 1, String(hedged));
});
