import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import {
  type ArrivalModel,
  arrivalModels,
  type ArrivalOptions,
  arrivals,
  eventOf,
} from "./arrivals.ts";

const names = Object.keys(arrivalModels) as ArrivalModel[];
const options = fc.record({
  model: fc.constantFrom(...names),
  viewers: fc.integer({ min: 1, max: 400 }),
  overMs: fc.integer({ min: 0, max: 20_000 }),
  durationMs: fc.integer({ min: 1_000, max: 120_000 }),
  atMs: fc.option(fc.integer({ min: 0, max: 60_000 })),
  seed: fc.integer({ min: 0, max: 2 ** 32 - 1 }),
}) satisfies fc.Arbitrary<ArrivalOptions>;
const run = { seed: 11, numRuns: 400 };

const plain = { viewers: 1_000, overMs: 2_000, durationMs: 60_000, atMs: 30_000, seed: 7 };
const joinsOf = (given: ArrivalOptions): number[] =>
  arrivals(given)
    .flat()
    .map(({ joinMs }) => joinMs)
    .sort((a, b) => a - b);

/** How many watch at `atMs`. */
const presentAt = (visits: ReturnType<typeof arrivals>, atMs: number): number =>
  visits.flat().filter(({ joinMs, leaveMs }) => joinMs <= atMs && (leaveMs ?? Infinity) > atMs)
    .length;

describe("arrivals of any model", () => {
  it("every visit lies within the run, and a viewer's visits follow one another", () => {
    fc.assert(
      fc.property(options, (given) => {
        const visits = arrivals(given);
        assert.equal(visits.length, given.viewers);
        for (const list of visits) {
          let free = 0;
          for (const { joinMs, leaveMs } of list) {
            assert.ok(joinMs >= free && joinMs < given.durationMs, `${joinMs} after ${free}`);
            assert.ok(leaveMs === null || (leaveMs >= joinMs && leaveMs < given.durationMs));
            free = leaveMs ?? Infinity;
          }
        }
      }),
      run,
    );
  });

  it("the same seed brings the same crowd, another one another", () => {
    for (const model of names) {
      assert.deepEqual(arrivals({ ...plain, model }), arrivals({ ...plain, model }));
      assert.notDeepEqual(arrivals({ ...plain, model }), arrivals({ ...plain, model, seed: 8 }));
    }
  });

  it("who comes first does not hang on a viewer's number", () => {
    for (const model of names) {
      const firsts = arrivals({ ...plain, model }).map(([visit]) => visit?.joinMs ?? 0);
      const mean = (some: number[]): number => some.reduce((sum, at) => sum + at, 0) / some.length;
      const [early, late] = [mean(firsts.slice(0, 500)), mean(firsts.slice(500))];
      assert.ok(Math.abs(early - late) < 0.15 * mean(firsts), `${model}: ${early} and ${late}`);
    }
  });
});

describe("each model", () => {
  it("steady: each tenth of the time brings a tenth of the viewers", () => {
    const joins = joinsOf({ ...plain, model: "steady" });
    for (let tenth = 0; tenth < 10; tenth += 1) {
      const came = joins.filter((at) => at >= tenth * 200 && at < (tenth + 1) * 200).length;
      assert.equal(came, 100);
    }
  });

  it("kick-off: an S, half at its middle, its steepest tenth 2 to 3 times the even one", () => {
    const joins = joinsOf({ ...plain, model: "kickoff" });
    const by = (at: number): number => joins.filter((join) => join <= at).length;
    assert.equal(by(1_000), 500);
    assert.ok(by(400) < 60, `${by(400)} in the first fifth`);
    const middle = by(1_100) - by(900);
    assert.ok(middle > 200 && middle < 300, `${middle} in the middle tenth`);
    assert.equal(by(2_000), 1_000);
    for (let at = 0; at <= 1_000; at += 50)
      assert.ok(Math.abs(by(1_000 - at) + by(1_000 + at) - 1_000) <= 2, "it is the same both ways");
  });

  it("goal: six in ten before it, all soon after, and 120 of those 600 reload", () => {
    const visits = arrivals({ ...plain, model: "goal" });
    assert.equal(presentAt(visits, 29_999), 600);
    assert.equal(presentAt(visits, 33_000), 1_000);
    assert.equal(visits.filter((list) => list.length === 2).length, 120);
    const rush = joinsOf({ ...plain, model: "goal" }).filter((at) => at > 30_000);
    const half = rush[Math.floor(rush.length / 2)] as number;
    assert.ok(half < 30_700, `half of the rush is there after ${half - 30_000} ms`);
  });

  it("half-time: half of them go, and all are back for the second half", () => {
    const visits = arrivals({ ...plain, model: "halftime" });
    assert.equal(presentAt(visits, 29_999), 1_000);
    assert.equal(presentAt(visits, 40_000), 500);
    assert.equal(presentAt(visits, 47_001), 1_000);
  });

  it("reconnect: nobody in the instant of the failure, everybody after the rush", () => {
    const visits = arrivals({ ...plain, model: "reconnect" });
    assert.equal(presentAt(visits, 29_999), 1_000);
    assert.equal(presentAt(visits, 30_000), 0);
    assert.ok(presentAt(visits, 30_300) > 450);
    assert.equal(presentAt(visits, 32_001), 1_000);
  });

  it("those that have an event tell when it is", () => {
    assert.equal(eventOf({ ...plain, model: "steady" }), null);
    assert.deepEqual(eventOf({ ...plain, model: "goal", atMs: null }), {
      atMs: 20_000,
      says: "goal",
    });
  });
});
