import assert from "node:assert/strict";
import test from "node:test";
import fc from "fast-check";
import { type DeviceProfile, deviceProfiles } from "./deviceProfile.ts";
import type { Action, Reading } from "./reading.ts";
import { SyncController } from "./syncController.ts";
import { randomOf, SimulatedMachine, SimulatedPlayer, SimulatedViewer } from "./viewerFixture.ts";

const START = 1_795_301_664_000;
const TARGET_MS = 1_500;
const instant = { thereMs: 0, backMs: 0, jitterMs: 0, outliers: 0, outlierMs: 0 };

interface Play {
  profile: DeviceProfile;
  startErrorMs: number;
  fps: number;
  actuationMs: number;
  seed: number;
  tickMs: number;
  supplyAt?: (passedMs: number) => { any: number; lower: number };
  seconds: number;
}

interface Look {
  passedMs: number;
  errorMs: number;
  rate: number;
  seeks: number;
  sentence: string;
}

/** A viewer with a true clock, and what was seen of it at each step. */
function play({ profile, startErrorMs, fps, actuationMs, seed, tickMs, seconds, supplyAt }: Play) {
  const random = randomOf(seed);
  const machine = new SimulatedMachine({
    random,
    path: instant,
    local: { startMs: -START, ppm: 0 },
  });
  const player = new SimulatedPlayer(
    { fps, actuationMs, noiseMs: 8, chainMs: 700, partMs: 320 },
    { trueMs: START, latencyMs: TARGET_MS + startErrorMs, random },
  );
  const plan = { latencyMs: TARGET_MS, version: 1, fromLatencyMs: TARGET_MS, fromUtcMs: 0 };
  const viewer = new SimulatedViewer({ profile, machine, player, plan });
  viewer.clock.take(machine.exchange(START));
  const looks: Look[] = [];
  for (let passedMs = 0; passedMs < seconds * 1_000; passedMs += tickMs) {
    const now = START + passedMs;
    viewer.step(now, { tickMs, supply: supplyAt?.(passedMs) ?? { any: 4, lower: 4 } });
    const { sentence, counters } = viewer.controller.state;
    const errorMs = viewer.latencyMs(now) - TARGET_MS;
    looks.push({ passedMs, errorMs, rate: viewer.rate, seeks: counters.seeks, sentence });
  }
  return { looks, state: viewer.controller.state };
}

/** A steady stream of readings without a player behind it. */
class Desk {
  readonly controller: SyncController;
  at = 0;
  #reading: Reading = {
    at: 0,
    targetMs: TARGET_MS,
    latencyMs: TARGET_MS,
    bufferMs: 900,
    state: "playing",
    reachable: false,
    lowestRung: false,
  };

  constructor(profile: DeviceProfile = deviceProfiles.desktop) {
    this.controller = new SyncController(profile);
  }

  /** The same reading for so long; `change` holds from now on. Returns the actions. */
  hold(forMs: number, change: Partial<Reading> | ((passedMs: number) => Partial<Reading>)) {
    const actions: Action[] = [];
    for (let passed = 0; passed < forMs; passed += 50) {
      this.at += 50;
      const now = typeof change === "function" ? change(passed) : change;
      this.#reading = { ...this.#reading, ...now, at: this.at };
      actions.push(this.controller.step(this.#reading));
    }
    return actions;
  }

  get sentence(): string {
    return this.controller.state.sentence;
  }
}

const anyPlay = {
  startErrorMs: fc.integer({ min: -10_000, max: 10_000 }),
  fps: fc.constantFrom(25, 50),
  actuationMs: fc.integer({ min: 100, max: 300 }),
  seed: fc.integer({ min: 1, max: 1e9 }),
  tickMs: fc.constantFrom(50, 100),
};

for (const [name, within, changes] of [
  ["desktop", 25, 30],
  ["television", 40, 20],
] as const)
  test(`${name}: from any error within 10 s a viewer comes to its place in 30 s and stays, without a swing`, () => {
    fc.assert(
      fc.property(fc.record(anyPlay), (parts) => {
        const profile = deviceProfiles[name];
        const { looks, state } = play({ ...parts, profile, seconds: 60 });
        const calm = looks.filter((look) => look.passedMs >= 30_000);
        const worst = Math.max(...calm.map((look) => Math.abs(look.errorMs - 8)));
        assert.ok(worst <= within, `${worst} ms`);
        assert.equal(calm.at(-1)?.sentence, "in sync");
        assert.ok(state.counters.seeks <= 2, `${state.counters.seeks} seeks`);
        const turns = calm.filter((look, at) => at > 0 && look.rate !== calm[at - 1]?.rate);
        assert.ok(turns.length <= changes, `${turns.length} changes in 30 s`);
      }),
      { numRuns: 80, seed: 1 },
    );
  });

test("a player that knows only double speed does not swing about its place", () => {
  const profile: DeviceProfile = { kind: "steps", rates: [0.5, 1, 2] };
  for (let seed = 1; seed < 30; seed += 1) {
    const parts = { profile, startErrorMs: 600, fps: 25, actuationMs: 300, tickMs: 50 };
    const { looks, state } = play({ ...parts, seed, seconds: 60 });
    assert.ok(Math.abs(looks.at(-1)?.errorMs ?? 9e9) < 430);
    assert.ok(state.counters.rateChanges <= 6, `${state.counters.rateChanges}`);
  }
});

test("a player of fixed speed is put right by a seek and then left alone", () => {
  fc.assert(
    fc.property(fc.record(anyPlay), (parts) => {
      const { looks } = play({ ...parts, profile: deviceProfiles.fixed, seconds: 90 });
      assert.ok(looks.every((look) => look.rate === 1));
      assert.ok(Math.abs(looks.at(-1)?.errorMs ?? 9e9) <= 1_000);
      assert.ok((looks.at(-1)?.seeks ?? 9) <= 2);
    }),
    { numRuns: 60, seed: 2 },
  );
});

test("after a stall the viewer jumps over what it missed, and says how late it was", () => {
  const stall = (passedMs: number) =>
    passedMs > 20_000 && passedMs < 21_800 ? { any: 0, lower: 0 } : { any: 4, lower: 4 };
  const { looks, state } = play({
    profile: deviceProfiles.desktop,
    startErrorMs: 0,
    fps: 50,
    actuationMs: 200,
    seed: 3,
    tickMs: 50,
    seconds: 60,
    supplyAt: stall,
  });
  assert.ok(Math.max(...looks.map((look) => look.errorMs)) > 700);
  assert.ok(looks.some((look) => /^late by \d/.test(look.sentence)));
  const late = looks.filter((look) => look.errorMs > 300).length;
  assert.ok(late < looks.length / 10, `late in ${late} of ${looks.length} looks`);
  assert.ok(Math.abs(looks.at(-1)?.errorMs ?? 99) < 25);
  assert.equal(state.counters.seeks, 1);
  assert.ok(state.counters.waits >= 1);
  assert.equal(state.counters.rungsDown, 1);
});

test("at half the rate that its rung needs, a viewer goes a rung down and holds its target", () => {
  const { looks, state } = play({
    profile: deviceProfiles.desktop,
    startErrorMs: 0,
    fps: 25,
    actuationMs: 200,
    seed: 4,
    tickMs: 50,
    seconds: 70,
    supplyAt: (passedMs) =>
      passedMs > 15_000 && passedMs < 35_000 ? { any: 0.5, lower: 1.2 } : { any: 4, lower: 4 },
  });
  assert.ok(state.counters.rungsDown >= 1);
  assert.ok(Math.abs(looks.at(-1)?.errorMs ?? 99) < 25);
});

test("the rate stays within the profile and on its list, whatever is read", () => {
  const profiles: [DeviceProfile, (rate: number) => boolean][] = [
    [deviceProfiles.desktop, (rate) => rate >= 0.92 && rate <= 1.08],
    [{ kind: "continuous", slowest: 1, fastest: 1.04 }, (rate) => rate >= 1 && rate <= 1.04],
    [deviceProfiles.television, (rate) => [0.92, 0.95, 1, 1.05, 1.08].includes(rate)],
    [{ kind: "steps", rates: [1, 2] }, (rate) => rate === 1 || rate === 2],
    [deviceProfiles.fixed, (rate) => rate === 1],
    [{ kind: "continuous", slowest: Number.NaN, fastest: 9 }, (rate) => rate === 1],
    [{ kind: "steps", rates: [0, Number.NaN, 7] }, (rate) => rate === 1],
  ];
  const random = randomOf(7);
  for (const [profile, fits] of profiles) {
    const desk = new Desk(profile);
    for (let turn = 0; turn < 300; turn += 1)
      for (const { rate } of desk.hold(300, {
        latencyMs: random() * 6_000 - 1_000,
        targetMs: 500 + random() * 2_000,
        bufferMs: random() * 2_000,
        reachable: random() < 0.2,
      }))
        assert.ok(fits(rate), `${JSON.stringify(profile)} ${rate}`);
  }
});

test("nobody goes faster into a dry buffer: a rung down comes first, then the rate, then a seek", () => {
  const desk = new Desk();
  desk.hold(4_000, {});
  const dry = desk.hold(3_000, { latencyMs: 1_900, bufferMs: 60 });
  assert.ok(dry.every(({ rate, seekByMs }) => rate <= 1 && seekByMs === null));
  assert.equal(dry.at(-1)?.rung, "lower");
  const fed = desk.hold(1_500, { bufferMs: 500 });
  assert.equal(fed.at(-1)?.rate, 1.08);
  const far = desk.hold(1_500, { latencyMs: 3_500 });
  assert.ok(
    far.every(({ seekByMs }) => seekByMs === null),
    "its place is not buffered",
  );
  const reachable = desk.hold(1_000, { reachable: true });
  assert.equal(reachable.filter(({ seekByMs }) => seekByMs !== null).length, 1);
  assert.ok((reachable.find(({ seekByMs }) => seekByMs !== null)?.seekByMs ?? 0) >= 2_000);
});

test("on its lowest rung nobody is asked to go lower", () => {
  const desk = new Desk();
  const actions = desk.hold(5_000, { latencyMs: 1_900, bufferMs: 60, lowestRung: true });
  assert.ok(actions.every(({ rung }) => rung === "any"));
});

test("a lower rung is given back after ten seconds in sync, and after a relapse later", () => {
  const desk = new Desk();
  const relapse = (): number => {
    desk.hold(1_000, { state: "waiting", bufferMs: 0 });
    const after = desk.hold(60_000, { state: "playing", bufferMs: 900, latencyMs: TARGET_MS });
    return after.findIndex(({ rung }) => rung === "any") * 50;
  };
  desk.hold(5_000, {});
  const first = relapse();
  assert.ok(first > 9_000 && first < 13_000, `${first}`);
  const second = relapse();
  assert.ok(second > 9_000 && second < 13_000, "a minute later it is no relapse");
  const soon = (): number => {
    desk.hold(1_000, { state: "waiting", bufferMs: 0 });
    let waited = 0;
    const ready = { state: "playing", bufferMs: 900, latencyMs: TARGET_MS } as const;
    while (desk.hold(50, ready)[0]?.rung === "lower") waited += 50;
    return waited;
  };
  assert.ok(soon() < 13_000);
  assert.ok(soon() > 19_000);
});

test("a player whose seeks do not help is asked more and more rarely", () => {
  const desk = new Desk();
  const seeks: number[] = [];
  for (let second = 0; second < 400; second += 1)
    for (const { seekByMs } of desk.hold(1_000, { latencyMs: 9_000, reachable: true }))
      if (seekByMs !== null) seeks.push(desk.at);
  assert.ok(seeks.length >= 5 && seeks.length <= 12, `${seeks.length}`);
  const gaps = seeks.slice(1).map((at, index) => at - (seeks[index] ?? 0));
  assert.ok(Math.min(...gaps) >= 5_000 - 1_000);
  assert.ok(Math.max(...gaps) >= 39_000);
});

test("what a viewer is told: measuring, in sync, late and by how much, catching up, slowing down, early", () => {
  const desk = new Desk();
  assert.equal(desk.sentence, "measuring");
  desk.hold(3_000, { state: "starting", latencyMs: null });
  assert.equal(desk.sentence, "measuring");
  desk.hold(4_000, { state: "playing", latencyMs: TARGET_MS + 20 });
  assert.equal(desk.sentence, "in sync");
  desk.hold(4_000, { latencyMs: TARGET_MS + 1_300, bufferMs: 40 });
  assert.equal(desk.sentence, "late by 1.3 s");
  assert.deepEqual(desk.controller.state.kind, "late");
  desk.hold(4_000, (passed) => ({ latencyMs: TARGET_MS + 1_300 - passed * 0.08, bufferMs: 900 }));
  assert.equal(desk.sentence, "catching up");
  desk.hold(4_000, (passed) => ({ latencyMs: TARGET_MS - 900 + passed * 0.08 }));
  assert.equal(desk.sentence, "slowing down");
  desk.hold(4_000, { latencyMs: TARGET_MS - 900 });
  assert.match(desk.sentence, /^early by 0\.[89] s$/);
  desk.hold(200, { state: "paused" });
  assert.equal(desk.sentence, "measuring");
});

test("while the picture stands, what is told grows with the time that passes", () => {
  const desk = new Desk();
  desk.hold(4_000, {});
  desk.hold(2_000, { state: "waiting" });
  assert.equal(desk.sentence, "late by 2.0 s");
  assert.equal(desk.controller.state.counters.waits, 1);
});

test("without a frame that tells where it is, a player goes at its own speed and is being measured", () => {
  const desk = new Desk();
  const late = desk.hold(2_000, { latencyMs: TARGET_MS + 500 });
  assert.equal(late.at(-1)?.rate, 1.08);
  const blind = desk.hold(2_000, { latencyMs: null });
  assert.equal(blind.at(-1)?.rate, 1);
  assert.equal(desk.sentence, "measuring");
});

test("a target that slides takes the player along at once", () => {
  const desk = new Desk();
  desk.hold(3_000, {});
  const actions = desk.hold(3_000, (passed) => ({
    targetMs: TARGET_MS + passed * 0.05,
    latencyMs: TARGET_MS + Math.max(0, passed - 500) * 0.05,
  }));
  assert.ok(actions.findIndex(({ rate }) => rate <= 0.96) * 50 <= 500);
});

test("another player begins anew: one seek of its first seconds, no rung held, nothing known", () => {
  const desk = new Desk();
  desk.hold(10_000, {});
  desk.hold(1_000, { state: "waiting" });
  desk.controller.restart();
  assert.equal(desk.sentence, "measuring");
  const actions = desk.hold(1_000, { state: "playing", latencyMs: 2_000, reachable: true });
  assert.equal(actions.filter(({ seekByMs }) => seekByMs !== null).length, 1);
  assert.ok(actions.every(({ rung }) => rung === "any"));
});

test("10,000 fuzzed readings: no throw, no action that is no number, and what cannot be is counted", () => {
  const random = randomOf(11);
  const wild = [Number.NaN, Number.POSITIVE_INFINITY, -1e300, 1e300, -1, 0, null];
  const controller = new SyncController(deviceProfiles.desktop);
  let at = 0;
  for (let turn = 0; turn < 10_000; turn += 1) {
    at += random() * 100;
    const reading = {
      at,
      targetMs: 500 + random() * 3_000,
      latencyMs: random() * 4_000,
      bufferMs: random() * 3_000,
      state: (["starting", "playing", "playing", "waiting", "paused"] as const)[
        Math.floor(random() * 5)
      ],
      reachable: random() < 0.5,
      lowestRung: random() < 0.5,
    } as Reading;
    const key = (["at", "targetMs", "latencyMs", "bufferMs"] as const)[Math.floor(random() * 4)];
    if (random() < 0.5 && key)
      Object.assign(reading, { [key]: wild[Math.floor(random() * wild.length)] });
    if (reading.at > 1e15) reading.at = Number.NaN;
    const { rate, seekByMs, rung } = controller.step(reading);
    assert.ok(rate >= 0.92 && rate <= 1.08);
    assert.ok(seekByMs === null || Number.isFinite(seekByMs));
    assert.ok(rung === "any" || rung === "lower");
    assert.ok(!controller.state.sentence.includes("NaN"));
  }
  assert.ok(controller.state.counters.refused > 1_000);
});
