// What a viewer decides: which edge, when again, how fast the network is, which rung.
import assert from "node:assert/strict";
import { test } from "node:test";
import { edgeAddress } from "./edgeAddress.ts";
import {
  RATE_SAMPLES,
  RETRY_FIRST_MS,
  RETRY_LONGEST_MS,
  RUNG_HOLD_MS,
  RUNG_TRIAL_MS,
  STATUS_TRIES,
} from "./limits.ts";
import { RateEstimate } from "./rates.ts";
import { Retries } from "./retries.ts";
import { RungChoice } from "./rungChoice.ts";

const edges = ["http://127.0.0.1:1/", "http://127.0.0.1:2", "http://127.0.0.1:3"].map(edgeAddress);

test("an edge's address is read with its prefix, and only plain HTTP", () => {
  const { host, port, authority, prefix } = edgeAddress("http://[::1]:8091/cdn/");
  assert.deepEqual([host, port, authority, prefix], ["::1", 8_091, "[::1]:8091", "/cdn"]);
  assert.equal(edgeAddress("http://edge.example").port, 80);
  assert.throws(() => edgeAddress("https://edge.example"), TypeError);
  assert.throws(() => edgeAddress("edge"), TypeError);
});

test("a failed edge is left at once for the next, and waiting begins when all have failed", () => {
  const retries = new Retries(edges, 1);
  const fail = () => retries.failed({ kind: "reset", edge: retries.edge, tries: 0 }, 0);
  assert.deepEqual(fail(), { moved: true, delayMs: 0 });
  assert.deepEqual(fail(), { moved: true, delayMs: 0 });
  const third = fail();
  assert.equal(retries.edge, edges[0]);
  assert.ok(third.moved && third.delayMs >= RETRY_FIRST_MS / 2);
  for (let failures = 0; failures < 40; failures += 1) {
    const { delayMs } = fail();
    assert.ok(delayMs <= RETRY_LONGEST_MS && delayMs >= RETRY_FIRST_MS / 2);
  }
  retries.mended();
  assert.equal(fail().delayMs, 0);
});

test("an error is asked for again at the same edge first; this machine's own want moves nobody", () => {
  const retries = new Retries(edges, 2);
  for (let tries = 1; tries < STATUS_TRIES; tries += 1)
    assert.equal(retries.failed({ kind: "status", edge: retries.edge, tries }, 0).moved, false);
  const last = { kind: "status", edge: retries.edge, tries: STATUS_TRIES } as const;
  assert.equal(retries.failed(last, 0).moved, true);
  const { moved, delayMs } = retries.failed({ kind: "resources", edge: retries.edge, tries: 0 }, 0);
  assert.equal(moved, false);
  assert.ok(delayMs > 0);
});

test("what failed at an edge that was left already counts no more", () => {
  const retries = new Retries(edges, 3);
  const [first] = edges;
  assert.ok(first);
  retries.failed({ kind: "reset", edge: first, tries: 0 }, 0);
  assert.deepEqual(retries.failed({ kind: "idle", edge: first, tries: 0 }, 0), {
    moved: false,
    delayMs: 0,
  });
  assert.equal(retries.edge, edges[1]);
});

test("viewers of one failure come back at moments of their own, the same for the same seed", () => {
  const delay = (seed: number): number =>
    new Retries(edges.slice(0, 1), seed).failed({ kind: "reset", edge: edges[0]!, tries: 0 }, 0)
      .delayMs;
  const delays = Array.from({ length: 100 }, (_, seed) => delay(seed));
  assert.ok(new Set(delays).size > 95);
  assert.equal(delay(7), delays[7]);
});

test("only what arrives over time is measured, from its second piece on", () => {
  const rates = new RateEstimate();
  rates.begin(0);
  rates.more(1_000_000, 0);
  rates.end();
  assert.equal(rates.bps, null, "all at once says nothing");
  rates.begin(100);
  rates.more(50_000, 200);
  rates.more(75_000, 300);
  rates.end();
  assert.equal(rates.bps, (125_000 * 8_000) / 200);
  rates.begin(400);
  rates.more(100, 500);
  rates.end();
  assert.equal(rates.bps, 5_000_000, "a few bytes say nothing");
  rates.forget();
  assert.equal(rates.bps, null);
});

test("slow parts weigh as long as they last, and old ones are forgotten", () => {
  const rates = new RateEstimate();
  const measure = (bps: number): void => {
    rates.begin(0);
    rates.more(10_000, 80_000_000 / bps);
    rates.end();
  };
  measure(1_000_000);
  measure(9_000_000);
  assert.equal(Math.round(rates.bps ?? 0), 1_800_000);
  for (let count = 0; count < RATE_SAMPLES; count += 1) measure(4_000_000);
  assert.equal(Math.round(rates.bps ?? 0), 4_000_000);
});

const rungs = [300_000, 900_000, 1_800_000, 3_500_000].map((bandwidth) => ({
  id: `v${bandwidth}`,
  bandwidth,
}));
const calm = { now: 0, bufferMs: 1_000, targetMs: 1_500, bps: null };

test("the lowest rung and a named rung are kept, whatever is measured", () => {
  const situation = { ...calm, bps: 50_000_000 };
  assert.equal(new RungChoice("lowest").choose(rungs, situation), rungs[0]);
  assert.equal(new RungChoice("v1800000").choose(rungs, situation), rungs[2]);
  assert.equal(new RungChoice("v1").choose(rungs, situation), null);
});

test("the rung follows the rate: down at once, up one by one and after a while", () => {
  const choice = new RungChoice("abr");
  assert.equal(choice.choose(rungs, calm), rungs[2], "the highest below the first guess");
  const at = (now: number, bps: number | null, bufferMs = 1_000) =>
    rungs.indexOf(choice.choose(rungs, { ...calm, now, bps, bufferMs }) as (typeof rungs)[number]);
  assert.equal(at(1_920, 1_000_000), 0);
  assert.equal(at(3_840, 8_000_000), 0, "too soon");
  assert.equal(at(1_920 + RUNG_HOLD_MS, 8_000_000), 1);
  assert.equal(at(1_920 + 2 * RUNG_HOLD_MS, 8_000_000), 2);
  assert.equal(at(1_920 + 2 * RUNG_HOLD_MS + 10, 8_000_000, 100), 1, "the buffer says no");
});

test("without a measurement a rung is tried, and later again when the trial failed", () => {
  const choice = new RungChoice("abr");
  choice.choose(rungs, calm);
  const at = (now: number, bufferMs = 1_000) =>
    rungs.indexOf(choice.choose(rungs, { ...calm, now, bufferMs }) as (typeof rungs)[number]);
  assert.equal(at(RUNG_TRIAL_MS - 1), 2);
  assert.equal(at(RUNG_TRIAL_MS), 3);
  assert.equal(at(RUNG_TRIAL_MS + 100, 100), 2, "it failed");
  assert.equal(at(2 * RUNG_TRIAL_MS + 200), 2);
  assert.equal(at(3 * RUNG_TRIAL_MS + 200), 3);
});
