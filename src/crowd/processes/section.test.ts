import assert from "node:assert/strict";
import { beforeEach, describe, it } from "node:test";
import { type Ms, ms, utcMs } from "#base";
import { type Clock, type ManualClock, manualClock } from "#base/clock";
import { settingsOf } from "../crowdFixture.ts";
import { AGREEMENT_TOLD_LIMIT, LATE_JOIN_MS } from "../limits.ts";
import { Tally } from "../measure/tally.ts";
import type { CrowdSettings } from "../settings.ts";
import type { ViewerOptions, ViewerSink } from "../viewer/types.ts";
import type { Told } from "./messages.ts";
import { Section } from "./section.ts";

/** A viewer that does what a test says. */
class Puppet {
  playing = false;
  where = "e";
  started = 0;
  stopped = 0;
  readonly options: ViewerOptions;
  readonly sink: ViewerSink;

  constructor(options: ViewerOptions, sink: ViewerSink) {
    this.options = options;
    this.sink = sink;
  }
  start(): void {
    this.started += 1;
  }
  stop(): void {
    this.stopped += 1;
    this.sink.left();
  }
  join(afterMs: number): void {
    this.playing = true;
    this.sink.joined(afterMs);
  }
}

const START = utcMs(1_000_000);

describe("a section of the crowd", () => {
  let clock: ManualClock;
  let puppets: Puppet[];
  let told: Told[];
  let taking: boolean;
  beforeEach(() => {
    clock = manualClock(START);
    puppets = [];
    told = [];
    taking = true;
  });

  const section = (
    change: Partial<CrowdSettings>,
    share = { from: 0, to: 10 },
    time: Clock = clock,
  ): Section =>
    new Section(settingsOf(change), share, {
      clock: time,
      makeViewer: (options, sink) => {
        const puppet = new Puppet(options, sink);
        puppets.push(puppet);
        return puppet;
      },
      usage: () => ({ cpuS: 1, residentBytes: 2 }),
      tell: (message) => told.push(JSON.parse(JSON.stringify(message)) as Told),
      canTell: () => taking,
    });
  const sum = (): Tally => {
    const whole = new Tally();
    for (const { groups } of told) for (const { tally } of groups) whole.merge(Tally.from(tally));
    return whole;
  };

  it("brings its own viewers, each at its instant, with the settings of the crowd", () => {
    section(
      { viewers: 10, overMs: 1_000, rendition: "v216", payload: 0.5 },
      { from: 5, to: 8 },
    ).begin(utcMs(START + 200));
    clock.advance(ms(200));
    assert.equal(puppets.length, 0, "nobody before the beginning");
    clock.advance(ms(1_000));
    assert.deepEqual(
      puppets.map(({ options }) => options.id).sort((a, b) => a - b),
      [5, 6, 7],
    );
    assert.ok(puppets.every(({ started }) => started === 1));
    assert.equal(puppets[0]?.options.rendition, "v216");
    assert.equal(puppets[0]?.options.payload, 0.5);
  });

  it("each second it tells of that second, by network and protocol, once", () => {
    section({
      viewers: 10,
      overMs: 0,
      networks: [
        { name: "a", asn: 1, prefix: null, share: 0.5, edges: ["http://e"] },
        { name: "b", asn: 2, prefix: null, share: 0.5, edges: ["http://e"] },
      ],
    }).begin(START);
    clock.advance(ms(500));
    puppets.forEach((puppet, index) => puppet.join(100 * index));
    puppets[0]?.sink.received(1_000, 1);
    clock.advance(ms(500));
    assert.equal(told.length, 1);
    assert.equal(told[0]?.second, 0);
    assert.deepEqual(told[0]?.edges, [
      { network: 0, edge: "e", playing: 5 },
      { network: 1, edge: "e", playing: 5 },
    ]);
    assert.deepEqual(
      told[0]?.groups.map(({ network, protocol, playing }) => [network, protocol, playing]),
      [
        [0, 0, 5],
        [1, 0, 5],
      ],
    );
    clock.advance(ms(1_000));
    assert.equal(told[1]?.second, 1);
    assert.equal(sum().counters.joins, 10);
    assert.equal(sum().counters.bytes, 1_000);
    assert.equal(sum().distributions.joinMs.figures()?.max, 900);
  });

  it("tells of every second of a long run, although its timers are now a little late and now early", () => {
    let early = false;
    const unsteady = {
      ...clock,
      after: (delay: Ms, work: () => void) => {
        early = !early;
        return clock.after(ms(delay + (early ? -1 : 3)), work);
      },
    };
    section({ overMs: 0, durationMs: 600_000 }, { from: 0, to: 1 }, unsteady).begin(START);
    for (let step = 0; step < 400_000; step += 1) clock.advance(ms(1));
    assert.deepEqual(
      told.map(({ second }) => second),
      Array.from({ length: told.length }, (_, second) => second),
    );
    assert.ok(told.length >= 398);
  });

  it("while its parent does not take a message, it tells all of it with the next", () => {
    section({ overMs: 0 }).begin(START);
    clock.advance(ms(100));
    puppets.forEach((puppet) => puppet.join(100));
    taking = false;
    clock.advance(ms(2_000));
    assert.equal(told.length, 0);
    taking = true;
    clock.advance(ms(1_000));
    assert.equal(told.length, 1);
    assert.equal(sum().counters.joins, 10);
  });

  it("counts a visit that does not play in time, once, and a late one also as a join", () => {
    section({ viewers: 1, overMs: 0, durationMs: 20_000 }).begin(START);
    clock.advance(ms(LATE_JOIN_MS + 3_000));
    assert.equal(sum().counters.lateJoins, 1);
    puppets[0]?.join(LATE_JOIN_MS + 3_000);
    clock.advance(ms(1_000));
    assert.equal(sum().counters.lateJoins, 1);
    assert.equal(sum().counters.joins, 1);
  });

  it("counts what it is late itself as time to join", () => {
    section({ viewers: 1, overMs: 0 }).begin(utcMs(START - 700));
    clock.advance(ms(0));
    puppets[0]?.join(50);
    clock.advance(ms(2_000));
    assert.equal(sum().distributions.joinMs.figures()?.max, 750);
  });

  it("counts stalls, and each viewer that had one only once", () => {
    section({ viewers: 2, overMs: 0 }).begin(START);
    clock.advance(ms(100));
    for (const length of [200, 300]) puppets[0]?.sink.stalled(length);
    clock.advance(ms(1_000));
    const { counters, distributions } = sum();
    assert.equal(counters.stalls, 2);
    assert.equal(counters.stalledViewers, 1);
    assert.equal(counters.stallMs, 500);
    assert.equal(distributions.stallLengthMs.figures()?.max, 300);
  });

  it("tells errors, faults and hashes with their examples, within limits", () => {
    section({ viewers: 1, overMs: 0 }).begin(START);
    clock.advance(ms(100));
    const sink = puppets[0]?.sink as ViewerSink;
    sink.failed("reset", "edge 1, segment 5");
    sink.fault("gap", "segment 6");
    for (let index = 0; index < AGREEMENT_TOLD_LIMIT + 3; index += 1)
      sink.hashed(`object ${index}`, "hash");
    clock.advance(ms(1_000));
    assert.deepEqual(told[0]?.errors, [
      { kind: "reset", network: 0, count: 1, first: ["edge 1, segment 5"] },
    ]);
    assert.equal(told[0]?.faults[0]?.kind, "gap");
    assert.equal(told[0]?.hashes.length, AGREEMENT_TOLD_LIMIT);
    assert.equal(told[0]?.hashesDropped, 3);
    assert.equal(sum().counters.errors, 1);
  });

  it("a viewer that reconnects leaves first and comes back as a new one", () => {
    section(
      { viewers: 5, arrival: "reconnect", overMs: 1_000, durationMs: 30_000 },
      { from: 0, to: 5 },
    ).begin(START);
    clock.advance(ms(9_999));
    assert.equal(puppets.length, 5);
    assert.ok(puppets.every(({ stopped }) => stopped === 0));
    clock.advance(ms(1_002));
    assert.equal(puppets.length, 10);
    assert.ok(puppets.slice(0, 5).every(({ stopped }) => stopped === 1));
    assert.ok(puppets.slice(5).every(({ stopped }) => stopped === 0));
  });

  it("stops every viewer at its end, once, and its last message holds what they told then", async () => {
    const ending = section({ viewers: 10, overMs: 0 });
    ending.begin(START);
    clock.advance(ms(1_500));
    puppets.forEach((puppet) => puppet.join(100));
    puppets[0]!.stop = () => {
      puppets[0]!.stopped += 1;
      puppets[0]!.sink.stalled(400);
      puppets[0]!.sink.left();
    };
    await Promise.all([ending.end(1_000), ending.end(1_000)]);
    assert.ok(puppets.every(({ stopped }) => stopped === 1));
    assert.equal(sum().counters.stalls, 1);
    assert.equal(told.at(-1)?.groups[0]?.playing, 10, "as they played to the end");
    const messages = told.length;
    clock.advance(ms(5_000));
    assert.equal(told.length, messages);
  });
});
