// What the director tells of targets, at its doors.
import assert from "node:assert/strict";
import test from "node:test";
import { ms } from "#base";
import {
  type Cohorts,
  dashSteeringSchema,
  directorStateSchema,
  heartbeatAnswerSchema,
  hlsSteeringSchema,
  sessionSchema,
  type Target,
  TARGET_KEY,
} from "#protocol";
import { heartbeat, type Stage, stage } from "../directorFixture.ts";
import { STALE_AFTER_MS } from "../limits.ts";
import { ADOPT_MS, RELEASE_MARGIN_MS, TARGET_LEAD_MS } from "./limits.ts";

const at = (latencyMs: number) => ({ p50: latencyMs, p95: latencyMs, p99: latencyMs, n: 40 });
/** Forty viewers of Roma, as telemetry tells of them. */
const roma = (needMs: number, latencyMs = 1_500): Cohorts => ({
  v: 1,
  at: 0,
  cohorts: [
    {
      id: "it/roma",
      viewers: 40,
      late: 0,
      latency: at(latencyMs),
      spreadMs: 12,
      need: at(needMs),
      sync: at(3),
      stalling: 0,
      cuesLate: 0,
      cuesLost: 0,
    },
  ],
});

/** Seconds in which telemetry says the same again and again. */
function listen({ director, clock }: Stage, seconds: number, word: Cohorts | null): void {
  for (let n = 0; n < seconds; n++) {
    clock.advance(ms(1_000));
    if (word) director.hearCohorts(word);
    director.govern();
  }
}

test("session and both steering manifests tell a viewer its own city's target, by its address", async (t) => {
  const all = stage(t);
  listen(all, ADOPT_MS / 1_000 + 2, roma(1_300));
  listen(all, 1, roma(2_400));
  const { json, clock } = all;
  const { target } = sessionSchema.parse(await json("/session?channel=match"));
  assert.deepEqual(
    [target.latencyMs, target.fromLatencyMs, target.fromUtcMs],
    [2_500, 1_500, clock.utc() + TARGET_LEAD_MS],
  );
  const hls = hlsSteeringSchema.parse(await json("/steer/hls"));
  const dash = dashSteeringSchema.parse(await json("/steer/dash?session=abc"));
  assert.deepEqual([hls[TARGET_KEY], dash[TARGET_KEY]], [target, target]);
  const stranger = hlsSteeringSchema.parse(await json("/steer/hls", "203.0.113.9"));
  assert.equal((stranger[TARGET_KEY] as Target).latencyMs, 1_500);
});

test("until telemetry has spoken steering tells no target, and edges keep the releases that they have", async (t) => {
  const all = stage(t);
  const { app, json } = all;
  listen(all, 20, null);
  assert.equal(TARGET_KEY in ((await json("/steer/hls")) as object), false);
  const request = { method: "POST", url: "/heartbeat", payload: heartbeat("isp-roma") } as const;
  const silent = await app.inject(request);
  assert.deepEqual([silent.statusCode, silent.body], [204, ""]);
  listen(all, 1, roma(1_300, 1_740));
  const { releases } = heartbeatAnswerSchema.parse((await app.inject(request)).json());
  assert.deepEqual(
    releases.find(({ cohort }) => cohort === "it/roma"),
    { cohort: "it/roma", afterMs: 1_740 + RELEASE_MARGIN_MS },
  );
});

test("when telemetry falls silent targets and releases hold; the state and an explanation say so", async (t) => {
  const all = stage(t);
  listen(all, ADOPT_MS / 1_000 + 2, roma(1_900, 1_600));
  const { json, app } = all;
  const before = directorStateSchema.parse(await json("/state")).cohorts[0];
  assert.deepEqual([before?.name, before?.viewers, before?.target.latencyMs], ["Roma", 40, 2_000]);
  listen(all, STALE_AFTER_MS / 1_000 + 60, null);
  const after = directorStateSchema.parse(await json("/state")).cohorts[0];
  assert.deepEqual([after?.target.latencyMs, after?.nowMs], [2_000, 2_000]);
  assert.equal(after?.why, "holds 2.00 s: telemetry is silent");
  assert.ok((after?.releaseAfterMs ?? 0) >= (before?.releaseAfterMs ?? Infinity));
  const { steps } = (await json("/explain?ip=127.0.1.77")) as {
    steps: { step: string; says: string }[];
  };
  assert.equal(
    steps.find(({ step }) => step === "target")?.says,
    "the cohort holds 2.00 s: telemetry is silent",
  );
  const metrics = await app.inject({ url: "/metrics" });
  assert.equal(metrics.statusCode, 200);
});

test("a surge of sessions and a lost edge raise the cities that they concern", async (t) => {
  const all = stage(t);
  const { director, beat, json } = all;
  const cohort = async () =>
    directorStateSchema.parse(await json("/state")).cohorts.find(({ id }) => id === "it/roma");
  listen(all, 30, roma(1_300));
  for (let second = 0; second < 2; second++) {
    for (let n = 0; n < 300; n++) director.session("match", "127.0.1.10", "http://d");
    listen(all, 1, roma(1_300));
  }
  assert.deepEqual((await cohort())?.target.latencyMs, 1_900);
  assert.match((await cohort())?.why ?? "", /^raised to 1\.90 s: \d+ sessions a second begin$/);
  listen(all, 120, roma(1_300));
  assert.equal((await cohort())?.nowMs, 1_400);
  await beat("isp-roma");
  await beat("ixp-roma", { draining: true });
  listen(all, 3, roma(1_300));
  assert.equal((await cohort())?.why, "raised to 1.90 s: isp-roma was lost");
});
