import assert from "node:assert/strict";
import test from "node:test";
import fc from "fast-check";
import {
  defaultSyncBounds,
  type SyncBounds,
  type Target,
  TARGET_SLEW_MS_PER_S,
  targetSchema,
} from "#protocol";
import { Governor } from "./governor.ts";
import { STEERING_TTL_S } from "../limits.ts";
import {
  ADOPT_MS,
  CALM_MS,
  LOWER_STEP_MS,
  PRESSURE_MOST_MS,
  PRESSURE_STEP_MS,
  RELEASE_MARGIN_MS,
  RENEW_VERSION_MS,
  STEP_AGAIN_MS,
  TARGET_LEAD_MS,
} from "./limits.ts";
import { distanceAt } from "./slope.ts";
import { type CohortWord, floorOf, type Pressure } from "./wish.ts";

const start = 1_795_301_664_000;
const ROMA = "it/roma";
const flat = (p: number, n = 400) => ({ p50: p, p95: p, p99: p, n });

/** Roma's 400 viewers, each at 1.5 s, who could hold `needMs`. */
const word = (needMs: number | null, over: Partial<CohortWord> = {}): CohortWord => ({
  id: ROMA,
  viewers: 400,
  late: 0,
  latency: flat(1_500),
  spreadMs: 20,
  need: needMs === null ? null : flat(needMs),
  sync: flat(4),
  stalling: 0,
  cuesLate: 0,
  cuesLost: 0,
  ...over,
});

interface Second {
  /** Null: telemetry is silent. */
  word: CohortWord | null;
  pressing?: Pressure[];
}

/** A governor of Roma, told each second what `words` say; the time goes on where it was. */
class Play {
  readonly governor: Governor;
  utcMs = start;

  constructor(bounds: Partial<SyncBounds> = {}, utcMs = start) {
    this.utcMs = utcMs;
    this.governor = new Governor({
      bounds: { ...defaultSyncBounds, ...bounds },
      listens: true,
      utcMs,
    });
  }

  tell({ word: told, pressing = [] }: Second): void {
    this.governor.step({
      utcMs: this.utcMs,
      words: told && new Map([[told.id, told]]),
      places: [ROMA, "it/milano"],
      pressing: (place) => (place === ROMA ? pressing : []),
    });
  }

  for(seconds: number, second: Second): this {
    for (let n = 0; n < seconds; n++) {
      this.utcMs += 1_000;
      this.tell(second);
    }
    return this;
  }

  get target(): Target {
    return this.governor.target(ROMA) as Target;
  }

  get now(): number {
    return distanceAt(this.target, this.utcMs);
  }
}

test("viewers who can hold less than the start come down to what they need and a little room", () => {
  const play = new Play().for(300, { word: word(1_180) });
  assert.equal(play.now, 1_280);
  assert.equal(play.governor.why(ROMA), "holds 1.28 s: need p95 1.18 s");
  assert.equal(new Play().for(300, { word: word(400) }).now, defaultSyncBounds.leastMs);
});

test("viewers who need more are given it at once, told a steering period ahead", () => {
  const play = new Play().for(1, { word: word(1_300) }).for(1, { word: word(1_900) });
  assert.deepEqual(
    [play.target.latencyMs, play.target.fromLatencyMs, play.target.fromUtcMs],
    [2_000, 1_500, play.utcMs + TARGET_LEAD_MS],
  );
  assert.ok(TARGET_LEAD_MS > STEERING_TTL_S * 1_000);
  assert.equal(play.governor.why(ROMA), "raised to 2.00 s: need p95 1.90 s");
});

test("a need within the dead band changes nothing", () => {
  const play = new Play();
  for (let n = 0; n < 200; n++) play.for(1, { word: word(1_320 + 150 * (n % 2)) });
  assert.deepEqual(play.governor.counters, { targetsRaised: 0, targetsLowered: 0 });
});

test("it comes down only after calm, a step at a time, to the most that was needed meanwhile", () => {
  const play = new Play().for(1, { word: word(3_900) }).for(60, { word: word(3_900) });
  assert.equal(play.now, 4_000);
  play.for(CALM_MS / 1_000, { word: word(1_300) });
  assert.equal(play.target.latencyMs, 4_000);
  play.for(2, { word: word(1_300) });
  assert.equal(play.target.latencyMs, 4_000 - LOWER_STEP_MS);
  const uneasy = new Play().for(61, { word: word(1_900) });
  for (let n = 0; n < 10; n++) uneasy.for(15, { word: word(1_300) }).for(1, { word: word(1_890) });
  assert.equal(uneasy.now, 2_000, "every 15 s it was needed");
  const most = new Play().for(61, { word: word(2_900) });
  most
    .for(10, { word: word(1_300) })
    .for(1, { word: word(2_700) })
    .for(12, { word: word(1_300) });
  assert.equal(most.target.latencyMs, 2_800);
});

test("targets stay within the match's bounds, and never ahead of the broadcast", () => {
  const needy = new Play().for(200, { word: word(50_000) });
  assert.equal(needy.now, defaultSyncBounds.mostMs);
  assert.match(needy.governor.why(ROMA), /more than the bounds allow$/);
  const anchored = new Play({ mostMs: 10_000, anchorMs: 8_000 });
  for (const need of [1_000, 7_800, 8_400, 900]) {
    anchored.for(400, { word: word(need) });
    assert.equal(anchored.now, Math.max(8_000, need + 100), `${need}`);
  }
  assert.equal(
    anchored.governor.why(ROMA),
    "holds 8.00 s: need p95 0.90 s, the broadcast anchor holds",
  );
  assert.equal(anchored.governor.start.latencyMs, 8_000);
});

test("pressure raises once when it begins, holds while it lasts, and is over by itself", () => {
  const surge: Pressure = { name: "surge", says: "412 sessions a second begin" };
  const play = new Play().for(8, { word: word(1_400) });
  play.for(1, { word: word(1_400), pressing: [surge] });
  assert.equal(play.target.latencyMs, 1_500 + PRESSURE_STEP_MS);
  assert.equal(play.governor.why(ROMA), "raised to 2.00 s: 412 sessions a second begin");
  play.for(60, { word: word(1_400), pressing: [surge] });
  assert.equal(play.now, 2_000);
  assert.equal(play.governor.why(ROMA), "holds 2.00 s: 412 sessions a second begin");
  assert.equal(play.for(60, { word: word(1_400) }).now, 1_500);
  assert.equal(
    (play.governor.target("it/milano") as Target).latencyMs,
    1_500,
    "Milano was not pressed",
  );
});

test("stalling that lasts raises step by step, and no further than helps", () => {
  const play = new Play().for(8, { word: word(1_400) });
  play.for(1, { word: word(1_400, { stalling: 0.08 }) });
  assert.equal(play.governor.why(ROMA), "raised to 2.00 s: 8 % of viewers stalled");
  play.for(STEP_AGAIN_MS / 1_000 + 3, { word: word(1_400, { stalling: 0.08 }) });
  assert.equal(play.target.latencyMs, 1_500 + 2 * PRESSURE_STEP_MS);
  play.for(200, { word: word(1_400, { stalling: 0.08 }) });
  assert.equal(play.now, 1_500 + PRESSURE_MOST_MS);
  play.for(60, { word: word(1_400) });
  assert.equal(play.now, 2_700);
  assert.match(play.governor.why(ROMA), /; viewers stalled below 2\.70 s$/);
  assert.equal(play.for(400, { word: word(1_400) }).now, 1_500);
});

test("where viewers stalled it does not come back for five minutes, whatever they say that they need", () => {
  let raises = 0;
  const play = new Play().for(8, { word: word(1_400) });
  for (let second = 0; second < 1_200; second++) {
    const stalls = play.now < 1_800;
    const before = play.governor.counters.targetsRaised;
    play.for(1, { word: word(900, { stalling: stalls ? 0.2 : 0 }) });
    raises += play.governor.counters.targetsRaised - before;
  }
  assert.ok(raises <= 8, `${raises} raises in 20 minutes`);
});

test("one who stalls does not slow a city", () => {
  const stalled = (share: number, viewers: number) => ({
    word: word(1_400, { viewers, stalling: share }),
  });
  assert.equal(new Play().for(60, stalled(1 / 3, 3)).now, 1_500);
  assert.equal(new Play().for(60, stalled(1, 1)).now, 1_500);
  assert.ok(new Play().for(60, stalled(2 / 3, 3)).now > 1_500);
});

test("a need that was over soon has raised the target by little", () => {
  const play = new Play().for(8, { word: word(1_400) });
  play.for(20, { word: word(5_400) });
  assert.equal(play.target.latencyMs, 5_500);
  play.for(1, { word: word(1_400) });
  assert.equal(play.target.latencyMs, 1_500 + 20 * TARGET_SLEW_MS_PER_S);
  assert.equal(play.governor.why(ROMA), "climbs no further than it must: need p95 1.40 s");
});

test("while telemetry is silent targets hold, and cues are released no earlier", () => {
  const play = new Play().for(8, { word: word(2_900) });
  play.for(61, { word: word(2_900, { latency: flat(3_050) }) });
  assert.equal(play.now, 3_000);
  const releases = play.governor.releases();
  assert.equal(releases?.find(({ cohort }) => cohort === ROMA)?.afterMs, 3_050 + RELEASE_MARGIN_MS);
  play.for(300, { word: null, pressing: [{ name: "surge", says: "" }] });
  assert.equal(play.now, 3_000);
  assert.equal(play.governor.why(ROMA), "holds 3.00 s: telemetry is silent");
  assert.deepEqual(play.governor.releases(), releases);
});

test("cues are released when the p95 has passed, or the target if that is later, and a margin; never a minute", () => {
  const afterMs = (latency: number): number | undefined =>
    new Play()
      .for(8, { word: word(1_400) })
      .for(1, { word: word(1_400, { latency: flat(latency) }) })
      .governor.releases()
      ?.find(({ cohort }) => cohort === ROMA)?.afterMs;
  assert.equal(afterMs(1_620), 1_620 + RELEASE_MARGIN_MS);
  assert.equal(afterMs(900), 1_500 + RELEASE_MARGIN_MS);
  assert.equal(afterMs(60_000), defaultSyncBounds.mostMs + RELEASE_MARGIN_MS);
});

test("a director that restarts tells nothing until it knows, then takes the city up where it is", () => {
  const before = new Play().for(200, { word: word(2_200) });
  const after = new Play({}, before.utcMs + 500);
  after.for(30, { word: null });
  assert.equal(after.governor.target(ROMA), null);
  assert.equal(after.governor.releases(), null);
  assert.deepEqual(after.governor.firstTarget(ROMA), {
    latencyMs: 1_500,
    version: 0,
    fromLatencyMs: 1_500,
    fromUtcMs: 0,
  });
  after.for(1, { word: word(2_200, { latency: flat(2_304.4) }) });
  assert.equal(after.target.latencyMs, 2_304);
  assert.ok(after.target.version > before.target.version);
});

test("a city whose viewers follow no target, or that comes late, begins at the start", () => {
  const astray = new Play().for(1, {
    word: word(null, { latency: flat(7_000), sync: flat(5_400) }),
  });
  assert.equal(astray.target.latencyMs, 1_500);
  const late = new Play();
  late.governor.step({ utcMs: start, words: new Map(), places: [ROMA], pressing: () => [] });
  assert.equal(late.governor.target(ROMA), null);
  late.utcMs = start + ADOPT_MS + 1_000;
  late.tell({ word: word(null, { latency: flat(4_000) }) });
  assert.equal(late.target.latencyMs, 1_500);
});

test("the unknown cohort, and every one without telemetry, stays at the start", () => {
  const play = new Play().for(200, { word: word(3_000, { id: "unknown" }) });
  assert.equal(play.governor.target("unknown")?.latencyMs, 1_500);
  const deaf = new Governor({ bounds: defaultSyncBounds, listens: false, utcMs: start });
  deaf.step({
    utcMs: start,
    words: null,
    places: [ROMA],
    pressing: () => [{ name: "surge", says: "" }],
  });
  assert.equal(deaf.target(ROMA)?.latencyMs, 1_500);
  assert.equal(deaf.releases()?.[0]?.afterMs, 1_500 + RELEASE_MARGIN_MS);
});

test("a cohort that no network announces is not governed, however many claim it", () => {
  const play = new Play().for(20, { word: word(5_000, { id: "it/atlantis", viewers: 100_000 }) });
  assert.equal(play.governor.target("it/atlantis"), null);
  assert.equal(play.target.latencyMs, 1_500);
});

test("versions are renewed, so that a viewer who comes from another city takes its new one's target", () => {
  const play = new Play().for(8, { word: word(1_400) });
  const roma = play.target.version;
  play.for(RENEW_VERSION_MS / 1_000, { word: word(1_400) });
  assert.ok((play.governor.target("it/milano") as Target).version > roma);
});

/** A second of anything: needs, stalls, pressure, silence. */
const anything: fc.Arbitrary<Second & { seconds: number }> = fc.record({
  seconds: fc.integer({ min: 1, max: 40 }),
  word: fc.option(
    fc
      .record({
        need: fc.option(fc.double({ min: 0, max: 60_000, noNaN: true })),
        latency: fc.option(fc.double({ min: 0, max: 60_000, noNaN: true })),
        stalling: fc.constantFrom(0, 0, 0, 0.04, 0.3, 1),
        viewers: fc.constantFrom(1, 2, 3, 400),
      })
      .map(({ need, latency, stalling, viewers }) =>
        word(need, { latency: latency === null ? null : flat(latency), stalling, viewers }),
      ),
    { freq: 6 },
  ),
  pressing: fc.subarray<Pressure>(
    [
      { name: "surge", says: "surge" },
      { name: "edgeFull", says: "full" },
      { name: "edgeLost", says: "lost" },
    ],
    { maxLength: 2 },
  ),
});
const someBounds: fc.Arbitrary<SyncBounds> = fc.constantFrom(
  defaultSyncBounds,
  { ...defaultSyncBounds, anchorMs: 4_000 },
  { startMs: 1_500, leastMs: 1_500, mostMs: 1_500, anchorMs: null },
  { startMs: 500, leastMs: 500, mostMs: 30_000, anchorMs: null },
);

test("whatever happens, the target is one curve: no jump, no steeper, within bounds, versions rising; all who ask hold it", () => {
  const ttl = STEERING_TTL_S;
  fc.assert(
    fc.property(
      someBounds,
      fc.array(anything, { minLength: 1, maxLength: 15 }),
      (bounds, seconds) => {
        const play = new Play(bounds).for(8, { word: word(null) });
        // Five viewers ask in turn, each once a steering period; the sixth misses every second answer.
        const held: Target[] = Array.from({ length: ttl + 1 }, () => play.target);
        let last = { ...play.target, at: play.now };
        let tick = 0;
        // At the end telemetry is silent, so that all have asked since the last change.
        for (const second of [...seconds, { seconds: ttl, word: null }])
          for (let n = 0; n < second.seconds; n++) {
            play.for(1, second);
            tick += 1;
            const { target } = play;
            targetSchema.parse(target);
            held[tick % ttl] = target;
            if (tick % (2 * ttl) === 0) held[ttl] = target;
            const changed =
              target.latencyMs !== last.latencyMs || target.fromUtcMs !== last.fromUtcMs;
            assert.ok(changed ? target.version > last.version : target.version >= last.version);
            assert.ok(play.now >= floorOf(bounds) && play.now <= bounds.mostMs);
            assert.ok(Math.abs(play.now - last.at) <= TARGET_SLEW_MS_PER_S + 1e-6);
            for (const plan of held.slice(0, ttl))
              assert.ok(Math.abs(distanceAt(plan, play.utcMs) - play.now) < 1e-6);
            if (tick % (2 * ttl) === 0)
              assert.equal(distanceAt(held[ttl] as Target, play.utcMs), play.now);
            last = { ...target, at: play.now };
          }
        // Told nothing more, all come to rest at one place; the slope from end to end takes ten minutes.
        play.utcMs += 700_000;
        for (const plan of held.slice(0, ttl))
          assert.equal(distanceAt(plan, play.utcMs), play.target.latencyMs);
      },
    ),
    { seed: 44, numRuns: 300 },
  );
});
