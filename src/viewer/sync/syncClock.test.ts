import assert from "node:assert/strict";
import test from "node:test";
import fc from "fast-check";
import { type Exchange, exchangeRefusals } from "./exchange.ts";
import { CONTRARY_EXCHANGES, SMALL_SLEW } from "./limits.ts";
import { SyncClock } from "./syncClock.ts";
import { type PathPlan, randomOf, SimulatedMachine } from "./viewerFixture.ts";

const START = 1_795_301_664_000;
const asymmetric: PathPlan = {
  thereMs: 10,
  backMs: 50,
  jitterMs: 30,
  outliers: 0.1,
  outlierMs: 300,
};
const machineOf = (seed: number, { path = asymmetric, startMs = -7.2e6, ppm = 50 } = {}) =>
  new SimulatedMachine({ random: randomOf(seed), path, local: { startMs, ppm } });
/** An exchange without delay of its own making. */
const plain = (sentAt: number, offsetMs: number, tripMs = 10): Exchange => ({
  sentAt,
  receivedAt: sentAt + tripMs,
  serverReceivedUtcMs: sentAt + tripMs / 2 + offsetMs,
  serverSentUtcMs: sentAt + tripMs / 2 + offsetMs,
});

test("nothing is told before the first exchange, and all of it after", () => {
  const clock = new SyncClock();
  assert.deepEqual([clock.utcAt(5), clock.monotonicAt(5), clock.errorAt(5)], [null, null, null]);
  assert.equal(clock.take(plain(100, 5_000)), "taken");
  assert.equal(clock.utcAt(110), 5_110);
  assert.equal(clock.monotonicAt(5_110), 110);
  assert.ok((clock.errorAt(110) ?? 0) >= 5 && (clock.errorAt(110) ?? 9) < 6.1);
  assert.equal(clock.driftPpm, 0);
});

test("the server's own time is no part of the error", () => {
  const clock = new SyncClock();
  clock.take({ sentAt: 0, receivedAt: 904, serverReceivedUtcMs: 1_002, serverSentUtcMs: 1_902 });
  assert.equal(clock.utcAt(0), 1_000);
  assert.ok((clock.errorAt(904) ?? 9) < 3.2);
});

test("two hours of an asymmetric path with outliers and drift: UTC stays within its bound, continuous and monotone", () => {
  const errors: number[] = [];
  for (const seed of [1, 2, 3, 4, 5]) {
    const machine = machineOf(seed, { ppm: [50, -50, 0, 90, -20][seed - 1] });
    const clock = new SyncClock();
    let last = Number.NEGATIVE_INFINITY;
    for (let passed = 0; passed < 7_200_000; passed += 1_000) {
      const now = START + passed;
      if (passed < 8_000 || passed % 10_000 === 0) clock.take(machine.exchange(now));
      const at = machine.reading(now + 400);
      const utc = clock.utcAt(at) ?? 0;
      const off = Math.abs(utc - (now + 400));
      const bound = clock.errorAt(at) ?? 0;
      assert.ok(off <= bound, `seed ${seed}, ${passed} ms: off ${off}, bound ${bound}`);
      assert.ok(utc > last, "ran back");
      if (passed > 10_000) {
        assert.ok(Math.abs(utc - last - 1_000) <= 1_000 * (SMALL_SLEW + 0.000_2), `${passed}`);
        errors.push(off);
      }
      last = utc;
    }
    const ppm = [50, -50, 0, 90, -20][seed - 1] ?? 0;
    assert.ok(Math.abs(clock.driftPpm + ppm) < 8, `seed ${seed}: ${clock.driftPpm}`);
    assert.equal(clock.counters.steps <= 1, true);
  }
  errors.sort((a, b) => a - b);
  assert.ok((errors[Math.floor(errors.length * 0.99)] ?? 99) < 32);
});

test("no clock of 150 leaves its bound in its first ten minutes, while its drift is being learnt", () => {
  for (let seed = 1; seed <= 150; seed += 1) {
    const random = randomOf(seed * 31);
    const path: PathPlan = {
      thereMs: 3 + random() * 15,
      backMs: 3 + random() * 47,
      jitterMs: random() * 40,
      outliers: 0.05,
      outlierMs: 300,
    };
    const machine = machineOf(seed, { path, ppm: (random() - 0.5) * 140 });
    const clock = new SyncClock();
    for (let passed = 0; passed < 600_000; passed += 1_000) {
      const now = START + passed;
      if (passed < 8_000 || passed % 5_000 === 0) clock.take(machine.exchange(now));
      const at = machine.reading(now + 500);
      const off = Math.abs((clock.utcAt(at) ?? 0) - now - 500);
      assert.ok(off <= (clock.errorAt(at) ?? 0), `seed ${seed}, ${passed} ms: ${off} ms`);
    }
  }
});

test("what a reading was told to be stays so when the clock is corrected, and the inverse agrees", () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 1e9 }), (seed) => {
      const machine = machineOf(seed);
      const clock = new SyncClock();
      clock.take(machine.exchange(START));
      clock.take(machine.exchange(START + 2_000));
      let known: [number, number][] = [];
      for (let passed = 4_000; passed < 60_000; passed += 2_000) {
        const at = machine.reading(START + passed + 250);
        const utc = clock.utcAt(at) ?? 0;
        known = [...known, [at, utc] as [number, number]].slice(-4);
        clock.take(machine.exchange(START + passed));
        for (const [reading, told] of known) {
          assert.ok(Math.abs((clock.utcAt(reading) ?? 0) - told) < 0.01);
          assert.ok(Math.abs((clock.monotonicAt(told) ?? 0) - reading) < 0.01);
        }
      }
    }),
    { numRuns: 100, seed: 4 },
  );
});

test("an exchange that cannot be is refused with its row, and changes nothing", () => {
  const good = plain(1_000, 50_000);
  const rows: [Partial<Exchange>, keyof typeof exchangeRefusals][] = [
    [{ sentAt: Number.NaN }, "not-a-time"],
    [{ serverSentUtcMs: Number.POSITIVE_INFINITY }, "not-a-time"],
    [{ serverReceivedUtcMs: -1 }, "not-a-time"],
    [{ receivedAt: 999 }, "before-the-question"],
    [{ receivedAt: 6_001 }, "too-slow"],
    [{ serverSentUtcMs: good.serverReceivedUtcMs - 1 }, "sent-before-received"],
    [{ serverSentUtcMs: good.serverReceivedUtcMs + 1_001 }, "held-too-long"],
    [{ serverSentUtcMs: good.serverReceivedUtcMs + 12 }, "longer-than-the-trip"],
    [plain(-400_000, 900_000), "too-old"],
    [plain(2_000, 50_100), "contrary"],
  ];
  const clock = new SyncClock();
  clock.take(good);
  const before = [clock.utcAt(1_500), clock.errorAt(1_500)];
  for (const [change, row] of rows) {
    assert.equal(clock.take({ ...good, ...change }), row);
    assert.equal(clock.counters.refused[row] >= 1, true);
  }
  assert.deepEqual([clock.utcAt(1_500), clock.errorAt(1_500)], before);
  assert.deepEqual(
    Object.keys(clock.counters.refused).sort(),
    [...new Set(rows.map(([, row]) => row))].sort(),
  );
});

test("one liar among the exchanges moves nothing; a source that moved is followed without a jump", () => {
  const clock = new SyncClock();
  for (let at = 0; at < 30_000; at += 3_000) clock.take(plain(at, 50_000));
  assert.equal(clock.take(plain(31_000, 51_000)), "contrary");
  assert.equal(clock.take(plain(32_000, 49_000)), "contrary");
  assert.equal(clock.take(plain(33_000, 50_000)), "taken");
  const outcomes = [];
  for (let at = 34_000; at <= 44_000; at += 2_500) outcomes.push(clock.take(plain(at, 51_000)));
  assert.ok(outcomes.length > CONTRARY_EXCHANGES);
  assert.deepEqual(outcomes, [...Array<string>(outcomes.length - 1).fill("contrary"), "taken"]);
  assert.equal(clock.counters.steps, 0);
  let last = clock.utcAt(44_010) ?? 0;
  assert.ok(last < 44_010 + 50_400, "still on its way");
  assert.ok((clock.errorAt(44_010) ?? 0) > 600, "and says so");
  for (let at = 44_020; at < 80_000; at += 10) {
    const utc = clock.utcAt(at) ?? 0;
    assert.ok(utc - last > 9.4 && utc - last < 10.6);
    last = utc;
  }
  assert.ok(Math.abs(last - 79_990 - 51_000) < 1);
});

test("contrary exchanges that come at once are not believed: a move must last", () => {
  const clock = new SyncClock();
  clock.take(plain(0, 50_000));
  for (let turn = 0; turn < 100; turn += 1)
    assert.equal(clock.take(plain(1_000 + turn * 20, 51_000)), "contrary");
});

test("a machine that slept is put right by one step, which is counted", () => {
  const clock = new SyncClock();
  for (let at = 0; at < 60_000; at += 5_000) clock.take(plain(at, 50_000));
  for (let at = 61_000; at < 73_000; at += 1_000) clock.take(plain(at, 3_650_000));
  assert.equal(clock.counters.steps, 1);
  assert.ok(Math.abs((clock.utcAt(80_000) ?? 0) - 3_730_000) < 1);
});

test("silence only widens the bound", () => {
  const clock = new SyncClock();
  for (let at = 0; at < 8_000; at += 1_000) clock.take(plain(at, 50_000));
  const bounds = [10_000, 100_000, 1_000_000, 7_200_000].map((at) => clock.errorAt(at) ?? 0);
  assert.deepEqual(
    bounds,
    [...bounds].sort((a, b) => a - b),
  );
  assert.ok((bounds[3] ?? 0) > 500 && (bounds[3] ?? 9e9) < 1_000);
  assert.equal(clock.utcAt(7_200_000), 7_250_000);
});

test("another source takes over by a slope; one that is far off must insist", () => {
  const clock = new SyncClock();
  for (let at = 0; at < 60_000; at += 5_000) clock.take(plain(at, 50_000));
  clock.anotherSource();
  assert.equal(clock.take(plain(61_000, 50_015)), "taken");
  assert.ok(Math.abs((clock.utcAt(61_010) ?? 0) - 111_010) < 0.2);
  assert.ok(Math.abs((clock.utcAt(66_000) ?? 0) - 116_015) < 0.2);
  clock.anotherSource();
  assert.equal(clock.take(plain(70_000, 9_000_000)), "contrary");
});

test("the start is put right at once, when the first exchange was a bad one", () => {
  const clock = new SyncClock();
  clock.take({ sentAt: 0, receivedAt: 300, serverReceivedUtcMs: 50_295, serverSentUtcMs: 50_295 });
  assert.ok((clock.utcAt(300) ?? 0) > 50_440);
  clock.take(plain(310, 50_000));
  assert.ok(Math.abs((clock.utcAt(320) ?? 0) - 50_320) < 0.1);
  assert.equal(clock.counters.steps, 1);
});

test("10,000 fuzzed exchanges between honest ones: no throw, no reading that is no number, nothing grows", () => {
  const random = randomOf(99);
  const wild = [Number.NaN, Number.POSITIVE_INFINITY, -1, 0, 1e300, -1e300, 2 ** 53, 0.1];
  const clock = new SyncClock();
  const machine = machineOf(98);
  for (let turn = 0; turn < 10_000; turn += 1) {
    const honest = machine.exchange(START + turn * 700);
    const keys = Object.keys(honest) as (keyof Exchange)[];
    const broken = { ...honest };
    const key = keys[Math.floor(random() * keys.length)] ?? "sentAt";
    const pick = random();
    if (pick < 0.5) broken[key] = wild[Math.floor(random() * wild.length)] ?? 0;
    else if (pick < 0.9) broken[key] += (random() - 0.5) * 10 ** Math.floor(random() * 12);
    const outcome = clock.take(broken);
    assert.ok(outcome === "taken" || outcome in exchangeRefusals);
    const at = machine.reading(START + turn * 700);
    for (const value of [clock.utcAt(at), clock.errorAt(at), clock.monotonicAt(START + turn)])
      assert.ok(value === null || Number.isFinite(value));
  }
  const { taken, refused } = clock.counters;
  assert.equal(taken + Object.values(refused).reduce((sum, count) => sum + count, 0), 10_000);
});
