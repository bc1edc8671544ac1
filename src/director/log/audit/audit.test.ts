import assert from "node:assert/strict";
import test from "node:test";
import { audit, judged, Play, START_S, WHOLE } from "./auditFixture.ts";
import type { AuditReport } from "./verdict.ts";

test("a limit that is held is kept, and the report says for how long it was measured", async (t) => {
  const play = await new Play(t).start();
  play.limit(800);
  play.seconds(60, 780);
  play.send();
  const { verdict, rows, totals } = await judged(play);
  assert.equal(verdict, "kept");
  const [row] = rows;
  assert.deepEqual(
    [row?.clause, row?.limitMbps, row?.inForceS, row?.measuredS],
    [WHOLE, 800, 45, 45],
  );
  assert.deepEqual([totals.decisions, totals.measures, totals.contracts], [1, 60, 1]);
});

test("traffic above a hard limit breaks it, with when, how long, how much and who was sent there", async (t) => {
  const play = await new Play(t).start();
  play.limit(800);
  play.seconds(30, 700);
  play.seconds(10, 900);
  play.send();
  play.seconds(10, 900);
  play.seconds(20, 700);
  const { verdict, places, rows } = await judged(play);
  assert.deepEqual([verdict, places], ["broken", 1]);
  const [breach] = rows[0]?.breaches ?? [];
  assert.ok(breach);
  assert.ok(breach.from > START_S + 30 && breach.from < START_S + 34, `${breach.from - START_S}`);
  assert.ok(breach.to - breach.from >= 18 && breach.to - breach.from <= 24);
  assert.deepEqual([breach.limitMbps, breach.worstMbps, breach.decisions], [800, 900, 1]);
  assert.equal(breach.witnesses[0]?.edge, "isp");
});

test("a lowered limit counts when viewers had the time to leave, and not a second later", async (t) => {
  const held = await new Play(t).start();
  held.limit(800);
  held.seconds(30, 780);
  held.limit(400);
  held.seconds(14, 780);
  held.seconds(30, 390);
  assert.equal((await judged(held)).verdict, "kept");

  const late = await new Play(t).start();
  late.limit(800);
  late.seconds(30, 780);
  late.limit(400);
  late.seconds(19, 780);
  late.seconds(30, 390);
  const report = await judged(late);
  assert.equal(report.verdict, "broken");
  assert.equal(report.rows[0]?.breaches[0]?.limitMbps, 400);
  assert.equal((await audit([late], { drainS: 20 })).verdict, "kept");
});

test("a limit that goes up holds at once, and one that ends is none", async (t) => {
  const play = await new Play(t).start();
  play.limit(400);
  play.seconds(30, 390);
  play.limit(800);
  play.seconds(30, 780);
  play.limit(null);
  play.seconds(30, 5_000);
  assert.equal((await judged(play)).verdict, "kept");
});

test("a burst within the window is no breach; with a window of a second it is", async (t) => {
  const play = await new Play(t).start();
  play.limit(800);
  play.seconds(30, 600);
  play.seconds(1, 1_000);
  play.seconds(30, 600);
  assert.equal((await judged(play)).verdict, "kept");
  assert.equal((await audit([play], { windowS: 1 })).verdict, "broken");
});

test("a time without measurement is never called kept", async (t) => {
  const none = await new Play(t).start();
  none.limit(800);
  none.seconds(60, null);
  none.send();
  const silent = await judged(none);
  assert.equal(silent.verdict, "cannot say");
  assert.match(silent.missing.join(), /no measurement for limit\/12874\/network from .* for 45 s/);

  const gap = await new Play(t).start();
  gap.limit(800);
  gap.seconds(30, 700);
  gap.seconds(10, null);
  gap.seconds(30, 700);
  const report = await judged(gap);
  assert.equal(report.verdict, "cannot say");
  assert.match(report.missing.join(), /2026-.*Z for 10 s/);
});

test("what one director did not measure another may have", async (t) => {
  const first = await new Play(t).start();
  const second = await new Play(t).start();
  for (const play of [first, second]) play.limit(800);
  first.seconds(30, 700);
  first.seconds(30, null);
  second.seconds(28, null);
  second.seconds(32, 700);
  for (const play of [first, second]) {
    play.send();
    await play.end();
  }
  assert.equal((await audit([first])).verdict, "cannot say");
  assert.equal((await audit([second])).verdict, "cannot say");
  const both = await audit([first, second]);
  assert.equal(both.verdict, "kept");
  assert.equal(both.totals.directors, 2);
});

test("one overload that several directors saw is one place, with the decisions of all", async (t) => {
  const plays = [await new Play(t).start(), await new Play(t).start()];
  for (const play of plays) {
    play.limit(800);
    play.seconds(30, 700);
    play.seconds(10, 900);
    play.send();
    play.seconds(5, 900);
    await play.end();
  }
  const { places, rows } = await audit(plays);
  assert.equal(places, 1);
  assert.equal(rows[0]?.breaches[0]?.decisions, 2);
});

test("a limit on a part is judged by its own measurements alone", async (t) => {
  const part = {
    footprints: [{ id: "12874/1", prefixes: ["10.1.0.0/17"], serves: false }],
    limits: [{ id: "limit/12874/part", mbps: 100, footprints: ["12874/1"] }],
  };
  const whole = await new Play(t).start();
  whole.limit(null, part);
  whole.seconds(60, 900);
  assert.equal((await judged(whole)).verdict, "cannot say");

  const own = await new Play(t).start();
  own.limit(null, part);
  for (let second = 0; second < 60; second += 1) {
    own.seconds(1, 900);
    const measuredMbps = second < 40 ? 90 : 110;
    own.log.measure({
      ...{ asn: 12_874, limit: "limit/12874/part", measuredMbps },
      ...{ assignedMbps: null, viewers: null },
    });
    if (second > 50) own.send("ixp", second % 2 === 0 ? "10.1.2.0/24" : "10.1.200.0/24");
  }
  const report = await judged(own);
  assert.equal(report.verdict, "broken");
  assert.equal(report.rows[0]?.breaches[0]?.decisions, 4);
});

test("a limit on caches is judged by what these send, and not by what comes to the network in all", async (t) => {
  const CACHES = "limit/12874/caches";
  const of = async (cachesMbps: number | null) => {
    const play = await new Play(t).start();
    const limit = { id: CACHES, mbps: 100, footprints: [], binds: "caches" as const };
    const total = { id: WHOLE, mbps: 1_000, footprints: [], binds: "network" as const };
    play.limit(null, { limits: [limit, total] });
    for (let second = 0; second < 60; second += 1) {
      play.seconds(1, 900);
      const known = { asn: 12_874, limit: CACHES, assignedMbps: null, viewers: null } as const;
      if (cachesMbps !== null)
        play.log.measure({ ...known, by: "heartbeats", measuredMbps: cachesMbps });
      if (second > 50) play.send(second % 2 === 0 ? "isp" : "ixp");
    }
    return judged(play);
  };
  assert.equal((await of(90)).verdict, "kept");
  const silent = await of(null);
  assert.equal(silent.verdict, "cannot say");
  assert.match(silent.missing.join(), /no measurement for limit\/12874\/caches/);
  const broken = await of(110);
  assert.deepEqual([broken.verdict, broken.places], ["broken", 1]);
  const row = broken.rows.find(({ clause }) => clause === CACHES);
  // Those who were sent to the exchange meanwhile have nothing to do with it.
  assert.deepEqual(
    row?.breaches[0]?.witnesses.map(({ edge }) => edge),
    row?.breaches[0]?.witnesses.map(() => "isp"),
  );
});

test("viewers inside the footprints are kept; one outside, sent to the network's own cache, breaks them", async (t) => {
  const play = await new Play(t).start();
  play.serve("10.1.0.0/16");
  play.seconds(6, null);
  play.send("isp", "10.1.2.0/24");
  play.send("ixp", "10.9.0.0/24");
  await play.end();
  const kept = await audit([play]);
  assert.equal(kept.verdict, "kept");
  assert.equal(kept.rows[0]?.decisions, 1);

  const broken = await new Play(t).start();
  broken.serve("10.1.0.0/16");
  broken.seconds(6, null);
  broken.send("isp", "10.9.0.0/24");
  broken.send("isp", "10.9.0.0/24", 3_269);
  const report = await judged(broken);
  assert.deepEqual([report.verdict, report.places], ["broken", 2]);
  assert.deepEqual(
    report.rows[0]?.against.map(({ edge, prefix }) => `${edge} ${prefix}`),
    ["isp 10.9.0.0/24", "isp 10.9.0.0/24"],
  );
});

test("a new footprint has five seconds in which the one before may still be followed, and nothing else", async (t) => {
  const cases: [number, string, AuditReport["verdict"]][] = [
    [4, "10.1.2.0/24", "kept"],
    [6, "10.1.2.0/24", "broken"],
    [4, "10.3.0.0/24", "broken"],
    [4, "10.2.0.0/24", "kept"],
  ];
  for (const [after, prefix, verdict] of cases) {
    const play = await new Play(t).start();
    play.serve("10.1.0.0/16");
    play.seconds(20, null);
    play.serve("10.2.0.0/16");
    play.seconds(after, null);
    play.send("isp", prefix);
    assert.equal((await judged(play)).verdict, verdict, `${after} ${prefix}`);
  }
});

test("where only part of a neighbourhood is served, or nobody knows it, it cannot be said", async (t) => {
  for (const prefix of ["10.1.2.0/24", null]) {
    const play = await new Play(t).start();
    play.serve("10.1.2.0/26");
    play.seconds(6, null);
    play.send("isp", prefix);
    const report = await judged(play);
    assert.equal(report.verdict, "cannot say");
    assert.match(report.missing.join(), /of 1 decisions only part/);
  }
  const asns = await new Play(t).start();
  asns.limit(null, { footprints: [{ id: "12874/1", prefixes: [], asns: [12_874] }] });
  asns.seconds(6, null);
  asns.send("isp", null);
  assert.equal((await judged(asns)).verdict, "kept");
});

test("a director that was started again has the same time to learn what it has to obey", async (t) => {
  const play = await new Play(t).start();
  play.limit(800);
  play.seconds(30, 700);
  await play.end();
  await play.start();
  play.seconds(14, 900);
  play.limit(800);
  play.seconds(30, 700);
  await play.end();
  const report = await audit([play]);
  assert.match(report.notes.join(), /started 2 times/);
  assert.equal(report.verdict, "kept");
});

test("one network alone can be asked about", async (t) => {
  const play = await new Play(t).start();
  play.limit(800);
  play.log.contract({
    ...{ asn: 3_269, version: "1", footprints: [] },
    limits: [{ id: "limit/3269/network", mbps: 10, footprints: [] }],
  });
  play.seconds(40, 900);
  await play.end();
  assert.deepEqual(
    (await audit([play])).rows.map(({ asn }) => asn),
    [3_269, 12_874],
  );
  const one = await audit([play], { asn: 3_269 });
  assert.deepEqual([one.verdict, one.rows.length], ["cannot say", 1]);
});
