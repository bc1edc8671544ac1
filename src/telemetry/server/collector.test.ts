import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { ms, utcMs } from "#base";
import { type ManualClock, manualClock } from "#base/clock";
import { type Hop, hopNames, segmentPath, type Summary, summarySchema } from "#protocol";
import { SKETCH_RELATIVE_ERROR } from "#telemetry";
import { cmcdKeys, type CmcdRecord } from "#telemetry/cmcd";
import { Collector } from "./collector.ts";
import {
  JOIN_AGE_LIMIT_MS,
  JOIN_PARTS_LIMIT,
  SUMMARY_WINDOW_MS,
  VIEWER_SILENCE_MS,
  VIEWERS_LIMIT,
} from "./limits.ts";

const segment = 935_053;
const capture = segment * 1_920 + 3 * 320;
const place = { channel: "match", rendition: "v720", segment, part: 3 };

/** When the first frame of the part passed, in ms after its capture; `gap` lies where nobody stamps. */
interface Way {
  encode: number;
  gap: number;
  fill: number;
  answerable: number;
  edge: number;
  player: number;
  holds: number;
  screen: number;
}
const usual: Way = {
  encode: 38,
  gap: 6,
  fill: 320,
  answerable: 2,
  edge: 9,
  player: 14,
  holds: 700,
  screen: 31,
};

const media = (hop: Hop["hop"], node: string, first: number, last: number): Hop => ({
  ...place,
  hop,
  node,
  firstByteMs: capture + first,
  lastByteMs: capture + last,
});

function stampsOf(way: Way, edge = "isp-roma", session = "s1"): Hop[] {
  const fillFirst = way.encode + way.gap;
  const fillLast = fillFirst + way.fill;
  const answerable = fillLast + way.answerable;
  const edgeLast = answerable + way.edge;
  const player = edgeLast + way.player;
  const due = player + way.holds;
  return [
    media("encode", "broadcaster", way.encode, way.encode + 310),
    media("fill", "origin", fillFirst, fillLast),
    media("answerable", "origin", fillLast, answerable),
    {
      object: segmentPath("match", "v720", segment),
      chunk: 3,
      hop: "edge",
      node: edge,
      firstByteMs: capture + answerable + 1,
      lastByteMs: capture + edgeLast,
    },
    media("player", session, edgeLast + 1, player),
    media("due", session, due, due),
    media("screen", session, due + way.screen, due + way.screen),
  ];
}

const event = (over: CmcdRecord = {}): CmcdRecord => ({
  e: "t",
  sid: "s1",
  cid: "match",
  v: 2,
  sf: "d",
  bl: [{ value: 900, params: { v: true } }],
  [cmcdKeys.edge]: "isp-roma",
  [cmcdKeys.network]: "Fastweb",
  [cmcdKeys.rendition]: "v720",
  [cmcdKeys.stalls]: 1,
  ...over,
});

function collector(): { clock: ManualClock; collector: Collector } {
  const clock = manualClock(utcMs(capture + 2_000));
  return { clock, collector: new Collector("match", clock) };
}

const median = (summary: Summary, hop: string): number | undefined =>
  summary.hops.find((row) => row.hop === hop)?.ms.p50;

const near = (found: number | undefined, expected: number): void =>
  assert.ok(
    found !== undefined &&
      Math.abs(found - expected) <= Math.abs(expected) * SKETCH_RELATIVE_ERROR + 0.02,
    `${found} is not near ${expected}`,
  );

describe("the collector", () => {
  it("tells how long the first frame of a part spent in each hop", () => {
    const { collector: all } = collector();
    all.takeEvents([event()]);
    all.takeHops(stampsOf(usual));
    const summary = all.summary();
    assert.deepEqual(summarySchema.parse(summary), summary);
    assert.deepEqual(
      summary.hops.map((row) => [row.hop, row.node]),
      [
        ["encode", "broadcaster"],
        ["fill", "origin"],
        ["answerable", "origin"],
        ["edge", "isp-roma"],
        ["player", "isp-roma"],
        ["due", "dash"],
        ["screen", "dash"],
      ],
    );
    near(median(summary, "encode"), usual.encode);
    near(median(summary, "fill"), usual.fill);
    near(median(summary, "answerable"), usual.answerable);
    near(median(summary, "edge"), usual.edge);
    near(median(summary, "player"), usual.player);
    near(median(summary, "due"), usual.holds);
    near(median(summary, "screen"), usual.screen);
    near(summary.glassToGlass?.p50, 38 + 6 + 320 + 2 + 9 + 14 + 700 + 31);
    near(summary.unexplained?.p50, usual.gap);
  });

  it("adds up: the hops and the unexplained rest are glass to glass, in whatever order stamps come", () => {
    const length = fc.integer({ min: 0, max: 400 });
    const way = fc.record({
      encode: length,
      gap: length,
      fill: length,
      answerable: length,
      edge: length,
      player: length,
      holds: length,
      screen: length,
    });
    fc.assert(
      fc.property(way, fc.infiniteStream(fc.nat(1_000)), (some, order) => {
        const { collector: all } = collector();
        all.takeEvents([event()]);
        for (const [stamp] of stampsOf(some)
          .map((stamp) => [stamp, order.next().value] as const)
          .sort((a, b) => a[1] - b[1]))
          all.takeHops([stamp]);
        const summary = all.summary();
        assert.equal(summary.hops.length, hopNames.length);
        near(summary.unexplained?.p50, some.gap);
        const told = summary.hops.reduce(
          (total, row) => total + row.ms.p50,
          summary.unexplained?.p50 ?? 0,
        );
        near(
          summary.glassToGlass?.p50,
          Object.values(some).reduce((total, each) => total + each, 0),
        );
        assert.ok(
          Math.abs(told - (summary.glassToGlass?.p50 ?? 0)) <
            0.2 + 2 * SKETCH_RELATIVE_ERROR * told,
        );
      }),
      { seed: 7, numRuns: 200 },
    );
  });

  it("takes a viewer's own figure of capture to screen for the unexplained rest", () => {
    const { collector: all } = collector();
    all.takeEvents([event({ [cmcdKeys.glassToGlass]: 1_150 })]);
    all.takeHops(stampsOf(usual));
    const summary = all.summary();
    near(summary.glassToGlass?.p50, 1_150);
    assert.equal(summary.glassToGlass?.n, 1);
    near(summary.unexplained?.p50, 1_150 - (1_120 - usual.gap));
  });

  it("tells each hop once, though stamps come again", () => {
    const { collector: all } = collector();
    all.takeEvents([event()]);
    all.takeHops([...stampsOf(usual), ...stampsOf(usual), ...stampsOf({ ...usual, edge: 300 })]);
    assert.deepEqual(new Set(all.summary().hops.map((row) => row.ms.n)), new Set([1]));
    near(median(all.summary(), "edge"), usual.edge);
  });

  it("measures a viewer from the edge that it plays from", () => {
    const { collector: all } = collector();
    all.takeEvents([event({ [cmcdKeys.edge]: "ixp-roma" })]);
    const stamps = stampsOf(usual, "ixp-roma");
    const nearer = stampsOf({ ...usual, edge: 2 }, "isp-roma").filter((hop) => hop.hop === "edge");
    all.takeHops([...nearer, ...stamps]);
    const row = all.summary().hops.find((row) => row.hop === "player");
    assert.equal(row?.node, "ixp-roma");
    near(row?.ms.p50, usual.player);
  });

  it("finds the edge of a part that came before the viewer moved", () => {
    const { collector: all } = collector();
    all.takeEvents([event({ [cmcdKeys.edge]: "ixp-roma" })]);
    const late = stampsOf({ ...usual, edge: 900 }, "ixp-roma").filter((hop) => hop.hop === "edge");
    all.takeHops([...late, ...stampsOf(usual, "isp-roma")]);
    assert.equal(all.summary().hops.find((row) => row.hop === "player")?.node, "isp-roma");
  });

  it("maps the parts of a whole part's path and of a growing segment to the same part", () => {
    const { collector: all } = collector();
    const [, , answerable, edge] = stampsOf(usual) as [Hop, Hop, Hop, Hop];
    const { firstByteMs, lastByteMs } = edge;
    const fill = stampsOf(usual)[1] as Hop;
    all.takeHops([
      fill,
      answerable,
      {
        object: `/match/v720/${segment}.3.m4s`,
        chunk: 0,
        hop: "edge",
        node: "a",
        firstByteMs,
        lastByteMs,
      },
      {
        object: `/match/v720/${segment}.m4s`,
        chunk: 3,
        hop: "edge",
        node: "b",
        firstByteMs,
        lastByteMs,
      },
    ]);
    const rows = all.summary().hops.filter((row) => row.hop === "edge");
    assert.deepEqual(
      rows.map((row) => row.node),
      ["a", "b"],
    );
    assert.equal(rows[0]?.ms.p50, rows[1]?.ms.p50);
  });

  it("drops and counts what it cannot join, under its reason", () => {
    const { clock, collector: all } = collector();
    const hop = { ...media("encode", "broadcaster", 38, 310), ...place };
    all.takeHops([
      { ...hop, channel: "other" },
      {
        object: "/match/main.m3u8",
        chunk: 0,
        hop: "edge",
        node: "a",
        firstByteMs: capture,
        lastByteMs: capture,
      },
      { ...hop, part: 6 },
      { ...hop, segment: segment + 10 },
      { ...hop, rendition: "a128" },
    ]);
    clock.advance(ms(JOIN_AGE_LIMIT_MS));
    all.takeHops([hop]);
    assert.deepEqual(all.counters.hopsDropped, {
      otherChannel: 1,
      notMedia: 1,
      noSuchPart: 1,
      tooOld: 1,
      tooEarly: 1,
      overload: 0,
    });
    assert.equal(all.counters.hopsWithoutPicture, 1);
    assert.equal(all.summary().dropped.hops, 5);
    assert.deepEqual(all.summary().hops, []);
  });

  it("holds a bounded number of parts, and forgets them by age", () => {
    const { clock, collector: all } = collector();
    for (let n = 0; n < JOIN_PARTS_LIMIT + 50; n += 1)
      all.takeHops([{ ...media("encode", "broadcaster", 38, 310), rendition: `v${n}` }]);
    assert.equal(all.size.parts, JOIN_PARTS_LIMIT);
    clock.advance(ms(JOIN_AGE_LIMIT_MS));
    all.expire();
    assert.deepEqual(all.size, {
      viewers: 0,
      cohortViewers: 0,
      cohorts: 0,
      parts: 0,
      stamps: 0,
    });
  });

  it("forgets durations after ten seconds", () => {
    const { clock, collector: all } = collector();
    all.takeHops(stampsOf(usual));
    clock.advance(ms(SUMMARY_WINDOW_MS + 1_000));
    all.expire();
    const summary = all.summary();
    assert.deepEqual([summary.hops, summary.glassToGlass, summary.unexplained], [[], null, null]);
  });
});

describe("the table of viewers", () => {
  it("shows what a viewer says of itself, and keeps what it does not repeat", () => {
    const { clock, collector: all } = collector();
    all.takeEvents([event({ [cmcdKeys.glassToGlass]: 1_400 })]);
    clock.advance(ms(400));
    all.takeEvents([{ e: "ps", sid: "s1", sta: "r", [cmcdKeys.stalls]: 2 }]);
    clock.advance(ms(100));
    assert.deepEqual(all.summary().viewers, [
      {
        session: "s1",
        protocol: "dash",
        edge: "isp-roma",
        network: "Fastweb",
        rendition: "v720",
        latencyMs: 1_400,
        latencyFrom: "camera",
        bufferMs: 900,
        stalls: 2,
        seenMsAgo: 100,
      },
    ]);
  });

  it("says when a latency begins at the origin only, and leaves it out of glass to glass", () => {
    const { collector: all } = collector();
    all.takeEvents([event({ ltc: 1_100 })]);
    const summary = all.summary();
    assert.equal(summary.viewers[0]?.latencyFrom, "origin");
    assert.equal(summary.glassToGlass, null);
  });

  it("forgets a viewer after five seconds of silence", () => {
    const { clock, collector: all } = collector();
    all.takeEvents([event({ ltc: 1_000 })]);
    clock.advance(ms(VIEWER_SILENCE_MS));
    all.expire();
    assert.equal(all.summary().viewers.length, 1);
    clock.advance(ms(1));
    all.expire();
    assert.equal(all.summary().viewers.length, 0);
  });

  it("is full at its limit, and counts whom it turned away", () => {
    const { collector: all } = collector();
    all.takeEvents(
      Array.from({ length: VIEWERS_LIMIT + 2 }, (_, n) => event({ sid: `s${n}`, ltc: 1 })),
      3,
    );
    all.takeEvents([{ e: "t" }, event({ cid: "other" })]);
    assert.equal(all.summary().viewers.length, VIEWERS_LIMIT);
    assert.deepEqual(all.counters.eventsDropped, {
      noSession: 1,
      otherChannel: 1,
      tooManyViewers: 2,
    });
    assert.equal(all.summary().dropped.events, 7);
  });
});
