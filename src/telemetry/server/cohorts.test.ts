import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { ms, utcMs } from "#base";
import { manualClock } from "#base/clock";
import { type Cohorts, COHORTS_LIMIT, cohortsSchema } from "#protocol";
import { cmcdKeys, type CmcdRecord, type CmcdValue, decodeCmcdLines } from "#telemetry/cmcd";
import { Collector } from "./collector.ts";
import { quantilesOf } from "./distribution.ts";
import {
  SORTED_VALUES_LIMIT,
  SUMMARY_WINDOW_MS,
  VIEWER_FRESH_MS,
  VIEWER_MEMORY_MS,
} from "./limits.ts";
import { valueDropReasons } from "./words.ts";

type Row = Cohorts["cohorts"][number];

const says = (
  sid: string,
  over: Partial<Record<keyof typeof cmcdKeys, CmcdValue>> = {},
): CmcdRecord => ({
  e: "t",
  sid,
  cid: "match",
  v: 2,
  ...Object.fromEntries(
    Object.entries({
      cohort: "it/roma",
      glassToGlass: 1_500,
      need: 1_300,
      sync: 4,
      stalls: 0,
      ...over,
    }).map(([name, value]) => [cmcdKeys[name as keyof typeof cmcdKeys], value]),
  ),
});

function stage() {
  const clock = manualClock(utcMs(1_795_301_664_000));
  const collector = new Collector("match", clock);
  return {
    clock,
    collector,
    take: (...events: CmcdRecord[]) => collector.takeEvents(events),
    roma: () => collector.cohorts().cohorts.find(({ id }) => id === "it/roma") as Row,
  };
}

/** Viewers of Roma with latencies and needs a millisecond apart, at 1,500 and at 1,300. */
const many = (count: number): CmcdRecord[] =>
  Array.from({ length: count }, (_, n) =>
    says(`s${n}`, { glassToGlass: 1_500 + n, need: 1_300 + n, sync: n - 20 }),
  );

describe("the cohorts", () => {
  it("tell of each place how its viewers fare", () => {
    const { take, collector, roma } = stage();
    take(...many(41), says("far", { cohort: "it/milano", glassToGlass: 1_700 }));
    const said = collector.cohorts();
    assert.deepEqual(cohortsSchema.parse(said), said);
    assert.deepEqual(roma(), {
      id: "it/roma",
      viewers: 41,
      late: 0,
      latency: { p50: 1_520, p95: 1_538, p99: 1_540, n: 41 },
      spreadMs: 38,
      need: { p50: 1_320, p95: 1_338, p99: 1_339, n: 41 },
      sync: { p50: 10, p95: 19, p99: 20, n: 41 },
      stalling: 0,
      cuesLate: 0,
      cuesLost: 0,
    });
    assert.deepEqual(collector.summary().cohorts, said.cohorts);
  });

  it("count a viewer once, however often it speaks, and by its latest word", () => {
    const { take, roma, clock } = stage();
    take(...many(3));
    for (let n = 0; n < 100; n++)
      take(says("s0", { glassToGlass: 9_000, need: 9_000, sync: 7_500 }));
    assert.deepEqual([roma().viewers, roma().latency?.p50, roma().late], [3, 1_502, 1]);
    assert.equal(roma().need?.p95, 1_302, "the single worst of three does not decide");
    clock.advance(ms(VIEWER_FRESH_MS + 1));
    take(says("s1"));
    assert.equal(roma().viewers, 1, "who fell silent is not counted");
  });

  it("leave the worst of three needs out, and neither of two", () => {
    const needs = (...values: number[]) => quantilesOf(Float64Array.from(values), true).spread?.p95;
    assert.deepEqual([needs(5), needs(5, 9), needs(5, 9, 60_000)], [5, 9, 9]);
  });

  it("tell the share that stalls within the window, and not what a viewer brought with it", () => {
    const { take, roma, clock } = stage();
    take(says("a", { stalls: 7 }), says("b"), says("c"), says("d"));
    assert.equal(roma().stalling, 0);
    for (let stalls = 1; stalls < 9; stalls++) take(says("b", { stalls }));
    assert.equal(roma().stalling, 0.25);
    for (let second = 0; second <= SUMMARY_WINDOW_MS; second += 1_000) {
      clock.advance(ms(1_000));
      take(says("a", { stalls: 7 }), says("b", { stalls: 8 }), says("c"), says("d"));
    }
    assert.equal(roma().stalling, 0);
  });

  it("sum late and lost cues since the first viewer came, also of those who went and of one who returns", () => {
    const { take, roma, clock, collector } = stage();
    take(says("a", { cuesLate: 2, cuesLost: 1 }), says("b", { cuesLate: 1 }), says("here"));
    take(says("a", { cuesLate: 3, cuesLost: 1 }));
    clock.advance(ms(VIEWER_MEMORY_MS - 1_000));
    collector.expire();
    take(says("a", { cuesLate: 3, cuesLost: 1 }), says("here"));
    assert.deepEqual([roma().cuesLate, roma().cuesLost], [4, 1]);
    clock.advance(ms(VIEWER_MEMORY_MS));
    collector.expire();
    assert.equal(collector.size.cohortViewers, 2);
    clock.advance(ms(1));
    collector.expire();
    assert.deepEqual(
      [collector.size.cohortViewers, collector.size.cohorts, roma()],
      [0, 0, undefined],
    );
  });

  it("refuse what cannot be, with the reason, and keep nothing older in its place", () => {
    const { take, roma, collector } = stage();
    take(says("a"), says("b"));
    const cases: [
      Partial<Record<keyof typeof cmcdKeys, CmcdValue>>,
      keyof typeof valueDropReasons,
    ][] = [
      [{ glassToGlass: -1 }, "latency"],
      [{ glassToGlass: 60_001 }, "latency"],
      [{ glassToGlass: Number.NaN }, "latency"],
      [{ need: -0.001 }, "need"],
      [{ need: Number.POSITIVE_INFINITY }, "need"],
      [{ sync: -60_001 }, "sync"],
      [{ stalls: -1 }, "counter"],
      [{ cuesLate: 1e9 }, "counter"],
      [{ cuesLost: Number.NaN }, "counter"],
    ];
    for (const [value, reason] of cases) {
      const before = collector.counters.valuesDropped[reason];
      take(says("a", value));
      assert.equal(collector.counters.valuesDropped[reason], before + 1, JSON.stringify(value));
    }
    take(says("a", { glassToGlass: 1e9, need: -5, sync: 1e7 }));
    assert.deepEqual(
      [roma().viewers, roma().latency?.n, roma().need?.n, roma().sync?.n],
      [2, 1, 1, 1],
    );
    assert.deepEqual([roma().cuesLate, roma().cuesLost], [0, 0]);
    assert.ok((collector.summary().glassToGlass?.p99 ?? 0) < 1_510, "nor elsewhere");
  });

  it("follow a viewer who moves to another city, and one whose events do not repeat the name", () => {
    const { take, roma, collector } = stage();
    take(says("a"), says("b"));
    const { [cmcdKeys.cohort]: _cohort, ...nameless } = says("a", { glassToGlass: 1_600 });
    take(nameless, { ...nameless, sid: "nobody" });
    assert.deepEqual([roma().viewers, roma().latency?.p95], [2, 1_600]);
    take(says("a", { cohort: "it/milano" }));
    assert.deepEqual(
      collector.cohorts().cohorts.map(({ id, viewers }) => [id, viewers]),
      [
        ["it/milano", 1],
        ["it/roma", 1],
      ],
    );
  });

  it("cannot be pushed out by names that somebody makes up", () => {
    const { take, collector } = stage();
    take(...many(2));
    for (let n = 0; n < COHORTS_LIMIT + 50; n++) take(says(`liar${n}`, { cohort: `zz/${n}` }));
    const { cohorts } = collector.cohorts();
    assert.deepEqual([cohorts.length, cohorts[0]?.id], [COHORTS_LIMIT, "it/roma"]);
  });

  it("are moved by one liar in twenty by no more than a rank", () => {
    const honest = stage();
    honest.take(...many(20));
    const lied = stage();
    lied.take(
      ...many(19),
      says("liar", { glassToGlass: 59_999, need: 59_999, sync: 59_999, stalls: 3 }),
    );
    assert.ok(Math.abs((lied.roma().need?.p95 ?? 0) - (honest.roma().need?.p95 ?? 0)) <= 1);
    assert.equal(lied.roma().latency?.p50, honest.roma().latency?.p50);
  });

  it("give the same quantiles by counting as by sorting, to the millisecond", () => {
    const size = fc.integer({ min: SORTED_VALUES_LIMIT + 1, max: 400 });
    const value = fc.double({ min: 0, max: 60_000, noNaN: true });
    fc.assert(
      fc.property(size, fc.infiniteStream(value), fc.boolean(), (count, stream, worst) => {
        const values = Float64Array.from({ length: count }, () => stream.next().value as number);
        const sorted = values.toSorted();
        const rank = (share: number): number =>
          sorted[Math.min(count - (worst ? 2 : 1), Math.ceil(share * count) - 1)] as number;
        const { spread } = quantilesOf(values, worst);
        for (const [found, exact] of [
          [spread?.p50, rank(0.5)],
          [spread?.p95, rank(0.95)],
          [spread?.p99, rank(0.99)],
        ] as const)
          assert.ok(Math.abs((found ?? -1) - exact) <= 0.5, `${found} is not ${exact}`);
      }),
      { seed: 12, numRuns: 300 },
    );
  });

  it("stay whole under ten thousand mutated events", () => {
    const { collector } = stage();
    const text = `${cmcdKeys.cohort}="it/roma",${cmcdKeys.glassToGlass}=1500.5,${cmcdKeys.need}=1300,${cmcdKeys.sync}=-4.2,${cmcdKeys.cuesLate}=1,cid="match",e=t,sid="s",v=2`;
    const mutation = fc.array(
      fc.tuple(fc.nat(text.length - 1), fc.constantFrom(...'0123456789-.,="eE;()?x'.split(""))),
      { maxLength: 6 },
    );
    for (const changes of fc.sample(mutation, { seed: 13, numRuns: 10_000 })) {
      const line = changes.reduce(
        (all, [at, char]) => all.slice(0, at) + char + all.slice(at + 1),
        text,
      );
      const { records, refused } = decodeCmcdLines(line);
      collector.takeEvents(records, refused);
    }
    const said = collector.cohorts();
    assert.deepEqual(cohortsSchema.parse(said), said);
    assert.ok(collector.counters.events > 1_000 && collector.counters.valuesDropped.latency > 0);
  });
});
