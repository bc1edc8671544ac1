import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { ms, utcMs } from "#base";
import { manualClock } from "#base/clock";
import { settingsOf } from "../crowdFixture.ts";
import { Distribution } from "../measure/distribution.ts";
import { Tally } from "../measure/tally.ts";
import { planViewers } from "../plan/plan.ts";
import type { Told } from "../processes/messages.ts";
import type { CrowdSettings } from "../settings.ts";
import { composeReport } from "./compose.ts";
import { pageOf } from "./page/page.ts";
import { niceTop, ticks, timeLabel, timeTicks } from "./page/scale.ts";
import { arrivalPicture, progressLine } from "./progress.ts";
import { CrowdRecord } from "./record.ts";
import type { CrowdReport } from "./report.ts";
import { textOf } from "./text.ts";
import { failures } from "./verdict.ts";
import { bitRate, byteSize } from "./words.ts";

const networks = [
  { name: "Fastweb", asn: 12_874, prefix: null, share: 1, edges: ["http://127.0.0.1:8091"] },
  { name: "<b>TIM</b>", asn: null, prefix: null, share: 1, edges: ["http://127.0.0.1:8092"] },
];
const noLimits = { errors: 0, stalls: null, joinP99Ms: null, latencyP95Ms: null };

/** A run of two seconds of one process, with `change` made to what it told. */
function reportOf(
  change: Partial<CrowdSettings> = {},
  trouble: { stalls?: number; errors?: number; steered?: number } = {},
): CrowdReport {
  const clock = manualClock(utcMs(1_795_301_700_000));
  const settings = settingsOf({ networks, durationMs: 2_000, ...change });
  const record = new CrowdRecord({ settings, viewers: planViewers(settings) }, { clock });
  record.expect(0, { pid: 77, share: { from: 0, to: settings.viewers } });
  record.begins(clock.utc());
  for (const second of [0, 1]) {
    clock.advance(ms(1_000));
    record.take(0, toldOf(second, second === 1 ? trouble : {}));
  }
  record.left(0, null);
  return composeReport(record, "over");
}

function toldOf(
  second: number,
  { stalls = 0, errors = 0, steered = 0 }: { stalls?: number; errors?: number; steered?: number },
): Told {
  const tally = new Tally();
  tally.counters.came = tally.counters.joins = second === 0 ? 5 : 0;
  if (second === 0) tally.distributions.joinMs.add(200);
  tally.distributions.latencyMs.add(1_500);
  tally.counters.bytes = 1_250_000;
  tally.counters.stalls = tally.counters.stalledViewers = stalls;
  tally.counters.errors = errors;
  tally.counters.moves = tally.counters.movesSteered = tally.counters.steeringAnswered = steered;
  if (steered > 0) tally.distributions.steeringMs.add(4);
  const lag = new Distribution();
  lag.add(2);
  return {
    second,
    last: false,
    groups: [0, 1].map((network) => ({ network, protocol: 0, playing: 5, tally: tally.toJSON() })),
    edges: [
      { network: 0, edge: "roma", playing: 5 },
      { network: 1, edge: steered > 0 ? "<i>milano</i>" : "roma", playing: 5 },
    ],
    errors:
      errors > 0 ? [{ kind: "reset", network: 1, count: 2 * errors, first: ["<i>edge</i>"] }] : [],
    faults: [],
    hashes: [],
    hashesDropped: 0,
    lag: lag.toJSON(),
    usage: { cpuS: 0.5 * (second + 1), residentBytes: 2 ** 20 },
  };
}

describe("the report", () => {
  it("adds up by network and in all, and tells its processes' cores", () => {
    const report = reportOf();
    assert.equal(report.clean, true);
    assert.equal(report.all.joins, 10);
    assert.deepEqual(
      report.networks.map(({ joins, viewers }) => [joins, viewers]),
      [
        [5, 5],
        [5, 5],
      ],
    );
    assert.equal(report.all.mbps, 20);
    assert.deepEqual(report.timeline.all.mbps, [20, 20]);
    assert.equal(report.processes[0]?.cores, 0.5);
    assert.equal(
      report.says,
      "10 viewers from 2 networks for 2 s: no stall, no error, no fault. They joined in 200 ms (p99 200 ms) and were 1.50 s behind the camera (p95 1.50 s).",
    );
  });

  it("says on every form whether payloads are true or scaled", () => {
    for (const [payload, says] of [
      [1, "true size: every byte of every object was asked for"],
      [0.125, "scaled: of each media object the first 12.5 % of its bytes were asked for"],
    ] as const) {
      const report = reportOf({ payload });
      for (const form of [textOf(report), JSON.stringify(report), pageOf(report)])
        assert.ok(form.includes(says), says);
    }
  });

  it("says where viewers were, why they moved, and how often the director was asked", () => {
    const report = reportOf({}, { steered: 1 });
    assert.deepEqual(report.edges, [
      { edge: "roma", playing: 5, most: 10, byNetwork: { Fastweb: 5 } },
      { edge: "<i>milano</i>", playing: 5, most: 5, byNetwork: { "<b>TIM</b>": 5 } },
    ]);
    assert.deepEqual(report.timeline.edges, { roma: [10, 5], "<i>milano</i>": [0, 5] });
    assert.deepEqual(report.timeline.networkEdges[0], { roma: [5, 5] });
    assert.deepEqual(report.all.moves, { count: 2, steered: 2, edgeFailed: 0, afterMs: null });
    assert.equal(report.all.steering?.polls, 2);
    assert.equal(report.all.steering?.answerMs?.max, 4);
    assert.equal(reportOf().all.steering, null);
    assert.match(textOf(report), /Edge roma: 5 viewers at the end \(Fastweb 5\), 10 at most/);
    assert.match(textOf(report), /2: 2 steered, 0 failed/);
    const page = pageOf(report);
    assert.equal(page.match(/<figure class="plot edge small"/g)?.length, 2);
    assert.ok(!page.includes("<i>milano"));
  });

  it("lists errors by kind with where they were and their first examples", () => {
    const report = reportOf({}, { errors: 3 });
    assert.equal(report.clean, false);
    assert.match(
      textOf(report),
      /6 errors reset: the connection was reset \(<b>TIM<\/b> 6\)\n {4}<i>edge/,
    );
  });

  it("does not pass with errors, and with stalls or slow joins only where a limit says so", () => {
    assert.deepEqual(failures(reportOf(), noLimits), []);
    assert.deepEqual(failures(reportOf({}, { errors: 1 }), noLimits), ["2 errors, the limit is 0"]);
    assert.deepEqual(failures(reportOf({}, { errors: 1 }), { ...noLimits, errors: 2 }), []);
    assert.deepEqual(failures(reportOf({}, { stalls: 1 }), noLimits), []);
    assert.deepEqual(failures(reportOf({}, { stalls: 1 }), { ...noLimits, stalls: 1 }), [
      "2 stalls, the limit is 1",
    ]);
    assert.deepEqual(failures(reportOf(), { ...noLimits, joinP99Ms: 100 }), [
      "p99 of joins 200 ms, the limit is 100",
    ]);
  });

  it("while it runs, one line tells how it is, and a picture how many are still to come", () => {
    const now = {
      elapsedMs: 30_000,
      playing: 1_234,
      joins: 1_300,
      joinsPerSecond: 0,
      joinP95Ms: null,
      latencyMs: 1_520,
      mbps: 2_310,
      stalls: 0,
      errors: 2,
      faults: 0,
      lost: 0,
      edges: {},
    };
    const options = { now, viewers: 5_000, durationMs: 60_000, planned: [0, 10, 80, 10] };
    assert.equal(
      progressLine(options),
      "30 s of 60 s · 1,234 of 5,000 playing · 1,300 joined · 1.52 s behind · 2.31 Gb/s · stalls 0 · errors 2",
    );
    assert.equal(arrivalPicture(options), "arrivals  ▂│█▂");
  });
});

describe("the page", () => {
  it("needs nothing beside itself", () => {
    const page = pageOf(reportOf());
    assert.doesNotMatch(page, /\b(src|href)=|url\(|@import|\bfetch\(|\bimport\b\s*[("]/);
  });

  it("shows names and examples as text, whatever is in them", () => {
    const page = pageOf(reportOf({}, { errors: 1 }));
    assert.ok(!page.includes("<b>TIM") && !page.includes("<i>edge"));
    assert.ok(page.includes("&lt;b&gt;TIM&lt;/b&gt;") && page.includes("&lt;i&gt;edge&lt;/i&gt;"));
  });

  it("plots each panel for all and for each network, and says where there is nothing to plot", () => {
    const page = pageOf(reportOf());
    assert.equal(page.match(/<figure class="plot viewer"/g)?.length, 6);
    assert.equal(page.match(/<figure class="plot isp small"/g)?.length, 12);
    assert.equal(page.match(/No stall and no error\./g)?.length, 3);
    assert.ok(!/NaN|Infinity|undefined/.test(page));
  });

  it("is there also of a run in which nobody came", () => {
    const clock = manualClock(utcMs(0));
    const settings = settingsOf();
    const record = new CrowdRecord({ settings, viewers: planViewers(settings) }, { clock });
    const page = pageOf(composeReport(record, "stopped"));
    assert.match(page, /Nobody joined/);
    assert.ok(!/NaN|Infinity|undefined/.test(page));
  });

  it("has axes that a reader can count by", () => {
    assert.deepEqual([0, 0.7, 7, 99, 101, 1_600].map(niceTop), [1, 0.8, 8, 100, 150, 2_000]);
    assert.deepEqual(ticks(300, 4), [0, 100, 200, 300]);
    assert.deepEqual(timeTicks(300, 8), [0, 60, 120, 180, 240, 300]);
    assert.deepEqual([12, 90, 3_720].map(timeLabel), ["12 s", "1:30", "1:02:00"]);
  });
});

describe("figures in words", () => {
  it("keep their units and their magnitude", () => {
    assert.deepEqual([0.84, 12.34, 162.4, 2_310].map(bitRate), [
      "840 kb/s",
      "12.3 Mb/s",
      "162 Mb/s",
      "2.31 Gb/s",
    ]);
    assert.deepEqual([512, 1_500, 344e6].map(byteSize), ["512 B", "1.50 kB", "344.0 MB"]);
  });
});
