import assert from "node:assert/strict";
import { test } from "node:test";
import { ms, utcMs } from "#base";
import { type Clock, manualClock } from "#base/clock";
import { type Tick, Ticker } from "./ticker.ts";

const START = 1_795_301_664_007;

function listening() {
  const ticks: Tick[] = [];
  const jumps: number[] = [];
  const listener = {
    tick: (tick: Tick) => void ticks.push(tick),
    jumped: (missed: number) => void jumps.push(missed),
  };
  return { ticks, jumps, listener };
}

/** A clock whose UTC can be set, as a host's can. */
function steppingClock() {
  const manual = manualClock(utcMs(START));
  let offset = 0;
  const clock: Clock = { ...manual, utc: () => utcMs(manual.utc() + offset) };
  return { clock, manual, step: (by: number) => void (offset += by) };
}

test("every frame of the grid is called for once, at its instant", async () => {
  const { ticks, jumps, listener } = listening();
  const clock = manualClock(utcMs(START));
  const ticker = new Ticker({ fps: 50, catchUpMs: 1_000 }, listener, clock);
  clock.advance(ms(10_000));
  assert.equal(ticks.length, 500);
  const first = Math.ceil(START / 20);
  ticks.forEach((tick, index) =>
    assert.deepEqual(tick, { frame: first + index, instant: (first + index) * 20, late: false }),
  );
  assert.deepEqual(jumps, []);
  await ticker.close();
  clock.advance(ms(1_000));
  assert.equal(ticks.length, 500, "closed, it is silent");
});

test("frames missed in a stall are called for at once, all but the last as late", (t) => {
  const { ticks, jumps, listener } = listening();
  const { clock, manual, step } = steppingClock();
  const ticker = new Ticker({ fps: 25, catchUpMs: 1_000 }, listener, clock);
  t.after(() => ticker.close());
  manual.advance(ms(400));
  const before = ticks.length;
  step(900);
  manual.advance(ms(40));
  const made = ticks.slice(before);
  assert.ok(made.length >= 22, `${made.length} made up`);
  assert.ok(made.slice(0, -2).every((tick) => tick.late));
  assert.equal(made.at(-1)?.late, false);
  ticks.forEach((tick, index) => assert.equal(tick.frame, (ticks[0] as Tick).frame + index));
  assert.deepEqual(jumps, []);
});

test("a clock that jumps ahead is followed at once and told; one that steps back is waited for", (t) => {
  const { ticks, jumps, listener } = listening();
  const { clock, manual, step } = steppingClock();
  const ticker = new Ticker({ fps: 25, catchUpMs: 1_000 }, listener, clock);
  t.after(() => ticker.close());
  manual.advance(ms(400));
  const before = ticks.at(-1) as Tick;
  step(3_600_000);
  manual.advance(ms(40));
  assert.equal(jumps.length, 1);
  assert.equal((ticks.at(-1) as Tick).frame - before.frame, 1 + 3_600 * 25);
  const count = ticks.length;
  step(-2_000);
  manual.advance(ms(1_900));
  assert.equal(ticks.length, count, "nothing is called for twice");
  manual.advance(ms(200));
  assert.ok(ticks.length > count);
  ticks
    .slice(count)
    .forEach((tick, index) =>
      assert.equal(tick.frame, (ticks[count - 1] as Tick).frame + 1 + index),
    );
});
