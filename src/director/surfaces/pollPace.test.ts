import assert from "node:assert/strict";
import test from "node:test";
import { monoMs } from "#base";
import { STEERING_TTL_S } from "../limits.ts";
import { POLLS_SHARE, STEERING_TTL_LIMIT_S } from "./limits.ts";
import { PollPace } from "./pollPace.ts";

const RATE = 1_000;

/** So many viewers for so many seconds, each of whom polls when its last TTL is over; the TTL told in the end. */
function settle(viewers: number, seconds: number): { ttlS: number; polls: number } {
  const pace = new PollPace({ requestsPerS: RATE, now: monoMs(0) });
  const due = Array.from({ length: viewers }, (_, index) => index % STEERING_TTL_S);
  let ttlS = STEERING_TTL_S;
  let polls = 0;
  for (let second = 0; second < seconds; second += 1) {
    polls = due.filter((at) => at <= second).length;
    ttlS = pace.ttlS(polls, monoMs(second * 1_000));
    for (const [index, at] of due.entries()) if (at <= second) due[index] = second + ttlS;
  }
  return { ttlS, polls };
}

test("while there is room everybody polls each five seconds", () => {
  assert.equal(settle(STEERING_TTL_S * RATE * POLLS_SHARE, 60).ttlS, STEERING_TTL_S);
});

test("when many poll they are told to poll more seldom, so that nobody need be refused", () => {
  const { ttlS, polls } = settle(8_000, 300);
  assert.ok(ttlS > 10 && ttlS <= STEERING_TTL_LIMIT_S, `${ttlS}`);
  assert.ok(polls < RATE, `${polls}`);
});

test("the time between two polls has a limit, and shrinks again when viewers leave", () => {
  const pace = new PollPace({ requestsPerS: RATE, now: monoMs(0) });
  assert.equal(pace.ttlS(1_000_000, monoMs(STEERING_TTL_S * 1_000)), STEERING_TTL_LIMIT_S);
  assert.equal(pace.ttlS(0, monoMs(STEERING_TTL_S * 2_000)), STEERING_TTL_LIMIT_S);
  assert.equal(pace.ttlS(3, monoMs(STEERING_TTL_LIMIT_S * 2_000)), STEERING_TTL_S);
});
