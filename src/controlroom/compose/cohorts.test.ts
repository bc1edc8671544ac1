import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { DirectorState } from "#protocol";
import { COHORT_LINES_LIMIT, COHORT_ROWS_LIMIT } from "../limits.ts";
import type { Inputs } from "../inputs.ts";
import {
  after,
  codes,
  cohort,
  director,
  down,
  governed,
  start,
  summary,
  up,
} from "./matchFixture.ts";

/** Roma with 400 viewers and Milano with 40, as both tell of them. */
function places(
  roma: Parameters<typeof cohort>[1] = {},
  target: Parameters<typeof governed>[1] = {},
): Partial<Inputs> {
  return {
    telemetry: up(
      summary({
        cohorts: [
          cohort("it/milano", { spreadMs: 31 }),
          cohort("it/roma", { viewers: 400, ...roma }),
        ],
      }),
    ),
    director: up({
      ...director(),
      cohorts: [
        governed("it/roma", target),
        governed("it/milano"),
        governed("unknown", { viewers: 0 }),
      ],
    }),
  };
}

describe("the places", () => {
  it("stand in a table, the largest first, with what is held and what is wanted", () => {
    const { picture } = after(places());
    assert.deepEqual(
      picture.cohorts.map(({ name, viewers, spreadMs, targetMs, word }) => [
        name,
        viewers,
        spreadMs,
        targetMs,
        word,
      ]),
      [
        ["Roma", 400, 24, 1_500, "in sync"],
        ["Milano", 40, 31, 1_500, "in sync"],
      ],
    );
    assert.equal(picture.cohorts[0]?.why, "Holds 1.50 s: need p95 1.32 s.");
    assert.deepEqual(codes(picture), []);
  });

  it("give the headline its spread: the worst place's, and the largest's beside it", () => {
    const { picture } = after(places());
    assert.deepEqual(picture.headline.spread, {
      worst: { place: "Milano", viewers: 40, ms: 31 },
      largest: { place: "Roma", viewers: 400, ms: 24 },
    });
    assert.deepEqual(picture.point.places, {
      Roma: { p50: 1_500, spread: 24 },
      Milano: { p50: 1_500, spread: 31 },
    });
    assert.equal(picture.point.spread, 31);
  });

  it("say who cannot keep up, and that the city is not slowed for a few", () => {
    const few = after(places({ late: 3 })).picture;
    assert.deepEqual(codes(few), ["viewers-late"]);
    assert.equal(
      few.verdict.text,
      "3 of 400 viewers in Roma are late by more than 1 s; the city stays at 1.50 s.",
    );
    assert.equal(few.verdict.state, "good", "it is theirs alone");
    assert.equal(few.headline.viewers, 440);
    assert.equal(few.findings[0]?.about, "cohort it/roma");
    const many = after(places({ late: 300 })).picture;
    assert.equal(many.verdict.text, "300 of 400 viewers in Roma are late by more than 1 s.");
    assert.equal(many.verdict.state, "watch");
  });

  it("call a spread over the budget by its place, and a target that moves by where it leads", () => {
    const apart = after(places({ spreadMs: 180 })).picture;
    assert.deepEqual(codes(apart), ["spread-over-budget"]);
    assert.equal(apart.cohorts[0]?.word, "apart");
    const target = { latencyMs: 2_000, version: 8, fromLatencyMs: 1_500, fromUtcMs: start };
    const moving = after(places({}, { nowMs: 1_650, target })).picture;
    assert.deepEqual(
      [moving.cohorts[0]?.word, moving.cohorts[0]?.targetMs, moving.cohorts[0]?.headsMs],
      ["changing", 1_650, 2_000],
    );
    assert.equal(after(places({ stalling: 0.08 })).picture.cohorts[0]?.word, "32 stalled");
    assert.equal(after(places({ sync: null })).picture.cohorts[0]?.word, "following nobody");
  });

  it("keep what one party tells while the other is silent", () => {
    const alone = after({ ...places(), director: down<DirectorState>(null, start) }).picture;
    assert.deepEqual(
      alone.cohorts.map(({ name, targetMs, why }) => [name, targetMs, why]),
      [
        ["it/roma", null, null],
        ["it/milano", null, null],
      ],
    );
    const silent = after({ ...places(), telemetry: down(summary(), start) }).picture;
    assert.deepEqual(silent.cohorts, [], "nobody says who watches");
  });

  it("are as many as can be read", () => {
    const cohorts = Array.from({ length: COHORT_ROWS_LIMIT + 5 }, (_, n) => cohort(`it/p${n}`));
    const { picture } = after({ telemetry: up(summary({ cohorts })) });
    assert.equal(picture.cohorts.length, COHORT_ROWS_LIMIT);
    assert.equal(Object.keys(picture.point.places).length, COHORT_LINES_LIMIT);
  });
});
