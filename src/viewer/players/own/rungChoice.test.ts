import assert from "node:assert/strict";
import { test } from "node:test";
import { Lateness } from "./lateness.ts";
import { CALM_MS, LOWER_AGAIN_MS, PROBE_PERIOD_MS } from "./limits.ts";
import { RungChoice } from "./rungChoice.ts";

const rungs = [
  { kbps: 600, height: 360 },
  { kbps: 1_400, height: 480 },
  { kbps: 3_000, height: 720 },
];
const PART_MS = 320;
const bytesOf = (kbps: number): number => (kbps * PART_MS) / 8;

/** A viewer at 1.5 s whose parts come over a line of `lineKbps(at)`, one after the other; returns the rung after each part. */
function watch(choice: RungChoice, lineKbps: (part: number) => number, parts: number): number[] {
  let lineFreeMs = 0;
  const seen: number[] = [];
  for (let part = 0; part < parts; part += 1) {
    const endMs = (part + 1) * PART_MS;
    const bytes = bytesOf(rungs[choice.rung]?.kbps ?? 0);
    const begins = Math.max(lineFreeMs, endMs + 60);
    lineFreeMs = begins + (bytes * 8) / lineKbps(part);
    const aheadMs = Math.max(0, 1_500 - (lineFreeMs - endMs));
    // A change at once leaves what the line still holds of the old rung.
    if (choice.part({ bytes, endMs, cameMs: lineFreeMs, aheadMs }, lineFreeMs)) lineFreeMs = 0;
    seen.push(choice.rung);
  }
  return seen;
}
const fresh = (kbps = 3_500): RungChoice => new RungChoice(rungs, { kbps, now: 0 });

test("it begins with the best rung that the first figure carries, the least at the worst", () => {
  assert.equal(fresh(2_000).rung, 1);
  assert.equal(fresh(100).rung, 0);
});

test("on a line with room it stays, however slowly the encoder's parts come", () => {
  assert.ok(watch(fresh(), () => 20_000, 200).every((rung) => rung === 2));
});

test("a line at half the rung's rate is left for a rung that it carries before the buffer is empty", () => {
  const seen = watch(fresh(), (part) => (part < 20 ? 20_000 : 1_500), 60);
  const left = seen.findIndex((rung) => rung < 2);
  assert.ok(left >= 20 && left <= 22, `left at part ${left}`);
  assert.ok(seen.slice(left).every((rung) => rung === 0));
});

test("a line that stood still for a second and goes on changes nothing", () => {
  const lateness = new Lateness();
  for (let part = 0; part < 60; part += 1) {
    const endMs = (part + 1) * PART_MS;
    const cameMs =
      part >= 30 && part < 34 ? Math.max(endMs + 60, 31 * PART_MS + 1_060) : endMs + 60;
    assert.equal(lateness.part({ bytes: 100_000, endMs, cameMs }), null, `part ${part}`);
  }
});

test("a buffer that is nearly empty twice running costs a rung", () => {
  const choice = fresh();
  const part = (aheadMs: number, at: number): boolean =>
    choice.part({ bytes: 9_000, endMs: at, cameMs: at + 60, aheadMs }, at);
  assert.equal(part(100, 320), false);
  assert.equal(part(900, 640), false);
  assert.equal(part(100, 960), false);
  assert.equal(part(100, 1_280), true);
  assert.equal(choice.rung, 1);
});

test("it goes up one rung after calm and two good probes, and not on one", () => {
  const choice = fresh(2_000);
  assert.equal(choice.probe(CALM_MS - 1), null);
  assert.equal(choice.probe(CALM_MS), 2);
  assert.equal(choice.probe(CALM_MS + 1), null, "one probe at a time");
  choice.probed({ bytes: 120_000, tookMs: 80 }, CALM_MS + 80);
  assert.equal(choice.rung, 1);
  assert.equal(choice.probe(CALM_MS + 100), null, "a probe fills a tenth of the time at most");
  assert.equal(choice.probe(CALM_MS + 80 + PROBE_PERIOD_MS), 2);
  choice.probed({ bytes: 120_000, tookMs: 80 }, CALM_MS + PROBE_PERIOD_MS + 160);
  assert.equal(choice.rung, 2);
});

test("a probe that shows no room begins the calm anew", () => {
  const choice = fresh(2_000);
  for (const delivery of [{ bytes: 120_000, tookMs: 400 }, null]) {
    const choiceAt = delivery ? CALM_MS : 2 * CALM_MS + 8_000;
    assert.equal(choice.probe(choiceAt), 2);
    choice.probed(delivery, choiceAt + 400);
    assert.equal(choice.rung, 1);
    assert.equal(choice.probe(choiceAt + CALM_MS), null);
  }
});

test("who went up and had to come down waits twice as long before trying again", () => {
  const choice = fresh(2_000);
  let now = CALM_MS;
  for (const _ of [1, 2]) {
    assert.equal(choice.probe(now), 2);
    choice.probed({ bytes: 120_000, tookMs: 80 }, now);
    now += PROBE_PERIOD_MS;
  }
  assert.equal(choice.rung, 2);
  const part = (at: number): boolean =>
    choice.part({ bytes: 9_000, endMs: at, cameMs: at + 60, aheadMs: 10 }, at);
  part(now);
  assert.ok(part(now + 320));
  assert.equal(choice.rung, 1);
  assert.equal(choice.probe(now + 320 + CALM_MS), null);
  assert.equal(choice.probe(now + 320 + 2 * CALM_MS), 2);
});

test("only rungs below the present one while the page wants lower, one more when it wants it for long", () => {
  const choice = fresh();
  assert.equal(choice.limit("lower", 1_000), true);
  assert.equal(choice.limit("lower", 1_100), false);
  assert.equal(choice.rung, 1);
  assert.equal(choice.limit("lower", 1_000 + LOWER_AGAIN_MS), true);
  assert.equal(choice.rung, 0);
  assert.equal(choice.probe(60_000), null);
  choice.limit("any", 61_000);
  assert.equal(choice.rung, 0, "what was too much is not taken again without proof");
  assert.equal(choice.probe(61_000 + CALM_MS), 1);
});

test("a small picture needs no large rung", () => {
  const choice = fresh();
  choice.showing(400);
  assert.equal(choice.rung, 1);
  choice.showing(2_000);
  assert.equal(choice.rung, 2);
});

test("a join that came quickly is proof for the rungs that the line carries twice", () => {
  const choice = fresh(2_000);
  choice.joined({ bytes: 150_000, tookMs: 100 }, 100);
  assert.equal(choice.rung, 2);
  const slow = fresh(2_000);
  slow.joined({ bytes: 150_000, tookMs: 400 }, 400);
  assert.equal(slow.rung, 1);
  assert.equal(slow.throughput.kbps, 3_000);
});
