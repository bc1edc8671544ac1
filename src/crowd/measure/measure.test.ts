import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import {
  AGREEMENT_OBJECTS_LIMIT,
  EDGES_TOLD_LIMIT,
  LEDGER_EXAMPLE_LENGTH_LIMIT,
  LEDGER_EXAMPLES_LIMIT,
  LEDGER_KINDS_LIMIT,
  TIMELINE_OPEN_LIMIT,
  TIMELINE_STEPS_LIMIT,
} from "../limits.ts";
import { Agreement } from "./agreement.ts";
import { Distribution } from "./distribution.ts";
import { Ledger, OTHER_KINDS } from "./ledger.ts";
import { type PlainTally, Tally } from "./tally.ts";
import { stepOf, Timeline } from "./timeline.ts";
import { type EdgeCount, OTHER_EDGES } from "./whereabouts.ts";

const tallyWith = (joins: readonly number[], bytes = 0): Tally => {
  const tally = new Tally();
  for (const joinMs of joins) {
    tally.counters.joins += 1;
    tally.distributions.joinMs.add(joinMs);
  }
  tally.counters.bytes = bytes;
  return tally;
};

describe("a distribution", () => {
  it("told in pieces through JSON is the distribution of the whole", () => {
    const values = fc.array(fc.double({ min: 0, max: 20_000, noNaN: true }), { minLength: 1 });
    fc.assert(
      fc.property(values, values, (some, others) => {
        const of = (numbers: readonly number[]): Distribution => {
          const distribution = new Distribution();
          for (const number of numbers) distribution.add(number);
          return distribution;
        };
        const whole = Distribution.from(JSON.parse(JSON.stringify(of(some).toJSON())));
        whole.merge(of(others));
        const figures = whole.figures();
        assert.deepEqual(figures, of([...some, ...others]).figures());
        assert.equal(figures?.max, Math.max(...some, ...others));
        assert.ok((figures?.p99 ?? 0) <= (figures?.max ?? 0));
      }),
      { seed: 5, numRuns: 300 },
    );
  });

  it("says nothing of nothing, also through JSON", () => {
    assert.equal(Distribution.from(new Distribution().toJSON()).figures(), null);
  });
});

describe("a tally", () => {
  it("told as plain numbers adds up to the same", () => {
    const told = JSON.parse(JSON.stringify(tallyWith([100, 300], 5_000))) as PlainTally;
    const sum = Tally.from(told);
    sum.merge(tallyWith([200]));
    assert.equal(sum.counters.joins, 3);
    assert.equal(sum.counters.bytes, 5_000);
    assert.equal(sum.distributions.joinMs.figures()?.n, 3);
    assert.deepEqual(new Tally().toJSON(), { counters: {}, distributions: {} });
  });
});

describe("the ledger", () => {
  it("keeps the first examples, short, and counts all", () => {
    const ledger = new Ledger();
    for (let index = 0; index < 1_000; index += 1)
      ledger.add("reset", index % 2, `example ${index} ${"x".repeat(1_000)}`);
    const [entry] = ledger.entries();
    assert.equal(entry?.count, 1_000);
    assert.deepEqual(
      entry?.byNetwork,
      new Map([
        [0, 500],
        [1, 500],
      ]),
    );
    assert.equal(entry?.first.length, LEDGER_EXAMPLES_LIMIT);
    assert.equal(entry?.first[0]?.length, LEDGER_EXAMPLE_LENGTH_LIMIT);
  });

  it("counts kinds beyond its limit together", () => {
    const ledger = new Ledger();
    for (let index = 0; index < LEDGER_KINDS_LIMIT + 10; index += 1)
      ledger.add(`kind ${index}`, 0, "example");
    assert.equal(ledger.entries().length, LEDGER_KINDS_LIMIT + 1);
    assert.equal(ledger.entries()[0]?.kind, OTHER_KINDS);
    assert.equal(ledger.entries()[0]?.count, 10);
  });

  it("told and taken elsewhere loses nothing, and is told once", () => {
    const [here, there] = [new Ledger(), new Ledger()];
    here.add("reset", 0, "first");
    here.add("reset", 1, "second");
    for (const line of here.take()) there.merge(line);
    assert.deepEqual(here.take(), []);
    assert.equal(there.entries()[0]?.count, 2);
    assert.deepEqual(there.entries()[0]?.first, ["first", "second"]);
  });
});

describe("agreement", () => {
  it("names an object that comes with another hash than before", () => {
    const agreement = new Agreement();
    assert.equal(agreement.heard("a", "1"), null);
    assert.equal(agreement.heard("a", "1"), null);
    assert.match(agreement.heard("a", "2") ?? "", /a: 2 here, 1/);
    assert.equal(agreement.objects, 1);
    assert.equal(agreement.comparisons, 2);
  });

  it("forgets the oldest objects beyond its limit", () => {
    const agreement = new Agreement();
    for (let index = 0; index <= AGREEMENT_OBJECTS_LIMIT; index += 1)
      agreement.heard(String(index), "1");
    assert.equal(agreement.heard("0", "2"), null);
    assert.notEqual(agreement.heard(String(AGREEMENT_OBJECTS_LIMIT), "2"), null);
  });
});

describe("the timeline", () => {
  const told = (joins: number[], playing: number, bytes = 0) => ({
    tallies: [tallyWith(joins, bytes)],
    playing: [playing],
    edges: [],
  });

  it("adds up what all processes tell of a second, and closes it when all have gone on", () => {
    const timeline = new Timeline({ networks: 1, durationMs: 10_000 });
    timeline.expect(0);
    timeline.expect(1);
    timeline.add(0, 0, told([100], 10, 1_000_000));
    timeline.add(0, 1, told([], 11));
    timeline.add(0, 2, told([], 11));
    assert.deepEqual(timeline.all.playing, []);
    timeline.add(1, 0, told([300], 5, 1_000_000));
    timeline.add(1, 1, told([], 5));
    assert.deepEqual(timeline.all.playing, [15]);
    assert.deepEqual(timeline.all.joins, [2]);
    assert.deepEqual(timeline.all.mbps, [16]);
    timeline.end();
    assert.deepEqual(timeline.all.playing, [15, 16, 16]);
    assert.deepEqual(timeline.all.joinP50, [timeline.all.joinP50[0], null, null]);
    assert.deepEqual(timeline.byNetwork[0], timeline.all);
  });

  it("says where viewers are, an edge that was empty before with zeros, and edges beyond the limit together", () => {
    const timeline = new Timeline({ networks: 2, durationMs: 10_000 });
    const at = (second: number, edges: EdgeCount[]): void =>
      timeline.add(0, second, { tallies: [], playing: [], edges });
    timeline.expect(0);
    at(0, [
      { network: 0, edge: "roma", playing: 3 },
      { network: 1, edge: "roma", playing: 2 },
    ]);
    at(1, [
      { network: 0, edge: "milano", playing: 3 },
      { network: 1, edge: "roma", playing: 2 },
    ]);
    const many = Array.from({ length: EDGES_TOLD_LIMIT + 5 }, (_, index) => ({
      ...{ network: 0, edge: `edge ${index}`, playing: 1 },
    }));
    at(2, many);
    timeline.end();
    const edges = timeline.edges.toJSON();
    assert.deepEqual(edges["roma"], [5, 2, 0]);
    assert.deepEqual(edges["milano"], [0, 3, 0]);
    assert.deepEqual(timeline.edgesByNetwork[1]?.toJSON()["roma"], [2, 2, 0]);
    assert.equal(Object.keys(edges).length, EDGES_TOLD_LIMIT + 1);
    assert.equal(edges[OTHER_EDGES]?.at(-1), 7);
    assert.equal(
      Object.values(timeline.edges.now).reduce((sum, playing) => sum + playing),
      EDGES_TOLD_LIMIT + 5,
    );
  });

  it("what comes with the last goodbye belongs to the last second", () => {
    const timeline = new Timeline({ networks: 1, durationMs: 2_000 });
    timeline.expect(0);
    timeline.add(0, 0, told([100], 3));
    timeline.add(0, 1, told([100], 3));
    timeline.add(0, 1, told([100], 3));
    timeline.end();
    assert.deepEqual(timeline.all.joins, [1, 2]);
  });

  it("waits neither for a process that died nor long for one that hangs", () => {
    const timeline = new Timeline({ networks: 1, durationMs: 60_000 });
    for (const process of [0, 1, 2]) timeline.expect(process);
    timeline.left(2);
    for (let second = 0; second <= TIMELINE_OPEN_LIMIT + 1; second += 1)
      timeline.add(0, second, told([], 1));
    assert.equal(timeline.all.playing.length, 2);
    timeline.add(1, 0, told([100], 1));
    timeline.end();
    assert.equal(
      timeline.all.joins.reduce((sum, joins) => sum + joins),
      1,
      "late, and not lost",
    );
  });

  it("a process that says nothing of a second, but goes on, still plays in it; one that died does not", () => {
    const timeline = new Timeline({ networks: 1, durationMs: 60_000 });
    for (const process of [0, 1]) timeline.expect(process);
    for (const second of [0, 1, 3, 4]) timeline.add(0, second, told([], 7));
    for (const second of [0, 1]) timeline.add(1, second, told([], 5));
    timeline.left(1);
    timeline.end();
    assert.deepEqual(timeline.all.playing, [12, 12, 7, 7, 7]);
  });

  it("takes longer steps for a longer run, and never more than its limit", () => {
    assert.equal(stepOf(60_000), 1_000);
    assert.equal(stepOf(TIMELINE_STEPS_LIMIT * 1_000), 1_000);
    assert.equal(stepOf(86_400_000), 72_000);
    const timeline = new Timeline({ networks: 1, durationMs: 2 * TIMELINE_STEPS_LIMIT * 1_000 });
    timeline.expect(0);
    for (let second = 0; second < 8; second += 1) timeline.add(0, second, told([100], second));
    timeline.end();
    assert.deepEqual(timeline.all.playing, [1, 3, 5, 7]);
    assert.deepEqual(timeline.all.joins, [1, 1, 1, 1]);
  });
});
