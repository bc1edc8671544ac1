import assert from "node:assert/strict";
import { test } from "node:test";
import { monoMs } from "#base";
import { Breaker, type Failure, failures } from "./breaker.ts";
import { FIRST_PAUSE_MS, LONGEST_PAUSE_MS, OPEN_OUTCOMES, OPEN_WEIGHT } from "./limits.ts";

/** Fails until it opens; returns how many it took. */
function open(breaker: Breaker, failure: Failure, at = 0): number {
  for (let failed = 1; failed < 100; failed++)
    if (breaker.failure(failure, breaker.epoch, monoMs(at))) return failed;
  throw new Error("it did not open");
}

test("each failure opens a breaker after as many as its weight says", () => {
  for (const failure of Object.keys(failures) as Failure[]) {
    const breaker = new Breaker(monoMs(0));
    assert.equal(open(breaker, failure), Math.ceil(OPEN_WEIGHT / failures[failure].weight));
    assert.deepEqual([breaker.state, breaker.why, breaker.opened], ["open", failure, 1]);
  }
});

test("a success between failures keeps it closed, as long as the most succeed", () => {
  const breaker = new Breaker(monoMs(0));
  for (let at = 0; at < 100; at++) {
    breaker.success(breaker.epoch, monoMs(at));
    breaker.success(breaker.epoch, monoMs(at));
    assert.ok(!breaker.failure("unavailable", breaker.epoch, monoMs(at)));
  }
  assert.equal(breaker.state, "closed");
});

test("half of the outcomes failed: it opens, though none followed another", () => {
  const breaker = new Breaker(monoMs(0));
  let outcomes = 0;
  while (breaker.state === "closed") {
    if (++outcomes % 2 === 1) breaker.success(breaker.epoch, monoMs(outcomes));
    else breaker.failure("unavailable", breaker.epoch, monoMs(outcomes));
    assert.ok(outcomes <= OPEN_OUTCOMES);
  }
  assert.equal(outcomes, OPEN_OUTCOMES);
});

test("failures of long ago do not open it", () => {
  const breaker = new Breaker(monoMs(0));
  for (let minute = 0; minute < 40; minute++) {
    const at = monoMs(minute * 60_000);
    breaker.failure("unavailable", breaker.epoch, at);
    breaker.success(breaker.epoch, at);
    assert.equal(breaker.state, "closed");
  }
});

test("the pause before a probe doubles up to its limit, and a success begins anew", () => {
  const breaker = new Breaker(monoMs(0));
  open(breaker, "unreachable");
  let at = 0;
  for (let pause = FIRST_PAUSE_MS; pause < 2 * LONGEST_PAUSE_MS; pause *= 2) {
    const due = Math.min(pause, LONGEST_PAUSE_MS);
    assert.ok(!breaker.probeDue(monoMs(at + due - 1)));
    at += due;
    assert.ok(breaker.probeDue(monoMs(at)));
    breaker.probing(monoMs(at));
    assert.ok(!breaker.probeDue(monoMs(at + 60_000)), "one probe at a time");
    assert.ok(!breaker.failure("unreachable", breaker.epoch, monoMs(at)), "it was open before");
  }
  breaker.probing(monoMs(at + LONGEST_PAUSE_MS));
  breaker.success(breaker.epoch, monoMs(at + LONGEST_PAUSE_MS));
  assert.deepEqual(
    [breaker.state, breaker.why, breaker.pauseMs, breaker.opened],
    ["closed", null, FIRST_PAUSE_MS, 1],
  );
});

test("a probe that told nothing is repeated after the same pause", () => {
  const breaker = new Breaker(monoMs(0));
  open(breaker, "unreachable");
  breaker.probing(monoMs(FIRST_PAUSE_MS));
  breaker.undecided(monoMs(FIRST_PAUSE_MS));
  assert.ok(!breaker.probeDue(monoMs(2 * FIRST_PAUSE_MS - 1)));
  assert.ok(breaker.probeDue(monoMs(2 * FIRST_PAUSE_MS)));
});

test("what was sent before it opened changes nothing", () => {
  const breaker = new Breaker(monoMs(0));
  const { epoch } = breaker;
  open(breaker, "unreachable");
  breaker.success(epoch, monoMs(1));
  assert.equal(breaker.state, "open");
  breaker.probing(monoMs(FIRST_PAUSE_MS));
  breaker.failure("unreachable", epoch, monoMs(FIRST_PAUSE_MS));
  assert.equal(breaker.state, "half-open");
});
