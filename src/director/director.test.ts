import assert from "node:assert/strict";
import test from "node:test";
import { ms, monoMs, utcMs } from "#base";
import { type ManualClock, manualClock } from "#base/clock";
import { parseAddress } from "#network";
import {
  defaultSyncBounds,
  explanationSchema,
  type NetworkModel,
  networkMapSchema,
  networkModelSchema,
} from "#protocol";
import { Director } from "./director.ts";
import { heartbeat } from "./directorFixture.ts";
import { GOVERN_PERIOD_MS } from "./governor/limits.ts";
import { MEASURE_PERIOD_MS, STEERING_TTL_S } from "./limits.ts";
import type { DecisionSink, LoggedDecision, LoggedMeasure } from "./log/sink.ts";
import { Topology } from "./topology.ts";

const CDN = 51_185;
const FASTWEB = 12_874;
const exchange = { id: "namex", name: "Namex", asn: 24_796, place: "it/roma" };
const written = {
  v: 1,
  title: "a test",
  places: [{ id: "it/roma", name: "Roma" }],
  exchanges: [
    {
      ...exchange,
      members: [
        { asn: CDN, portMbps: 100_000, bilateral: "all" },
        { asn: FASTWEB, portMbps: 10_000, bilateral: "all" },
      ],
    },
  ],
  networks: [
    { asn: FASTWEB, name: "Fastweb", place: "it/roma", prefixes: [{ prefix: "127.0.1.0/24" }] },
  ],
  edges: [
    { id: "near", url: "http://127.0.0.1:1", asn: FASTWEB, in: FASTWEB, capacityMbps: 100 },
    { id: "ours", url: "http://127.0.0.1:2", asn: CDN, at: "namex", capacityMbps: 1_000 },
    {
      ...{ id: "theirs", url: "http://127.0.0.1:3", asn: CDN, at: "namex", capacityMbps: 1_000 },
      foreign: true,
    },
  ],
};
const model: NetworkModel = networkModelSchema.parse(written);

interface Scene {
  readonly director: Director;
  readonly clock: ManualClock;
  readonly decisions: LoggedDecision[];
  readonly measures: LoggedMeasure[];
  /** A second passes: edges that are named send, probes find the foreign edge as it is said. */
  readonly second: (told: {
    near?: number;
    ours?: number;
    theirs?: number | null;
    directors?: number;
  }) => void;
}

function scene(clock: ManualClock = manualClock(utcMs(1_795_301_664_000))): Scene {
  const decisions: LoggedDecision[] = [];
  const measures: LoggedMeasure[] = [];
  const sink: DecisionSink = {
    decision: (record) => void decisions.push(record),
    contract: () => undefined,
    measure: (record) => void measures.push(record),
  };
  const topology = new Topology(model);
  let sessions = 0;
  const director = new Director({
    ...{ channel: "match", sync: defaultSyncBounds, listens: false, topology, clock, sink },
    places: new Map(),
    newSession: () => `session-${++sessions}`,
  });
  clock.every(GOVERN_PERIOD_MS, () => director.govern());
  clock.every(MEASURE_PERIOD_MS, () => director.measure());
  const foreign = topology.edges.find(({ id }) => id === "theirs");
  assert.ok(foreign);
  const second: Scene["second"] = ({ theirs, directors, ...told }) => {
    clock.advance(ms(1_000));
    for (const [edge, mbps] of Object.entries(told))
      director.hear(
        heartbeat(edge, { at: clock.utc() / 1_000, mbps, viewers: mbps / 5, directors }),
      );
    if (theirs === null) director.probed(foreign, { ok: false, why: "no answer" });
    else if (theirs !== undefined)
      director.probed(foreign, { ok: true, firstByteMs: theirs, mbps: null });
  };
  return { director, clock, decisions, measures, second };
}

const viewer = (name: string) => ({ address: parseAddress("127.0.1.9"), viewer: name });
const arrivals = (director: Director, names: readonly string[]): string[] =>
  names.map((name) => director.arrive(viewer(name)).choice.path.edge.id);
const names = (count: number, from = 0): string[] =>
  Array.from({ length: count }, (_, n) => `viewer-${from + n}`);

test("a foreign edge takes part by probes alone, its load by the director's own viewers", () => {
  const { director, second } = scene();
  for (let n = 0; n < 8; n++) second({ near: 95, ours: 300, theirs: 4 });
  const first = arrivals(director, names(40));
  const theirs = first.filter((edge) => edge === "theirs").length;
  assert.ok(theirs > 20, `${theirs}`);
  second({ near: 95, ours: 300, theirs: 4 });
  const edge = director.map().edges.find(({ id }) => id === "theirs");
  assert.deepEqual(
    [edge?.viewers, edge?.foreign, edge?.standing, edge?.probeMs],
    [theirs, true, "up", 4],
  );
  assert.ok(Math.abs((edge?.load ?? 0) - (theirs * 5) / 1_000) < 0.001, `${edge?.load}`);
});

test("a foreign edge that is dead, or slow without dying, is left, and taken back when it is well", () => {
  const { director, second } = scene();
  const usual = { near: 95, ours: 300 };
  const told = (theirs: number | null, seconds: number): string => {
    for (let n = 0; n < seconds; n++) second({ ...usual, theirs });
    return director.map().edges.find(({ id }) => id === "theirs")?.standing ?? "";
  };
  const goesThere = (): boolean => arrivals(director, names(30)).includes("theirs");
  assert.equal(told(4, 10), "up");
  assert.equal(goesThere(), true);
  assert.equal(told(700, 4), "slow");
  assert.equal(goesThere(), false);
  assert.equal(told(4, 6), "up");
  assert.equal(goesThere(), true);
  assert.equal(told(null, 2), "silent");
  assert.equal(goesThere(), false);
  assert.equal(told(4, 2), "silent");
  assert.equal(told(4, 1), "up");
  assert.equal(goesThere(), true);
});

test("a player that names no pathway stays where it was told, and is one viewer with its session", () => {
  const { director, second, decisions } = scene();
  second({ near: 0, ours: 0, theirs: 4 });
  const session = director.session("match", "127.0.1.9", "http://director");
  const { choice } = director.poll(viewer(session.session));
  assert.equal(choice.path.edge.id, session.edge.id);
  assert.equal(choice.stays, true);
  assert.equal(decisions.length, 1);
  assert.equal(director.audience.viewers, 1);
});

test("what is decided is written down with the viewer's /24, and a move with where from and why", () => {
  const { director, second, decisions } = scene();
  for (let n = 0; n < 3; n++) second({ near: 0, ours: 0, theirs: 4 });
  director.arrive(viewer("a"));
  for (let n = 0; n < 3; n++) second({ ours: 0, theirs: 4 });
  director.poll({ ...viewer("a"), current: "near" });
  const [came, moved] = decisions;
  assert.deepEqual(
    [came?.session, came?.prefix, came?.asn, came?.edge, came?.class, came?.from, came?.mbps],
    ["a", "127.0.1.0/24", FASTWEB, "near", "on-net", null, 5],
  );
  assert.deepEqual([moved?.from, moved?.leastBad], ["near", false]);
  assert.equal(moved?.why[0], "away from near: its edge is down");
  assert.equal(director.moves.silent, 1);
});

test("the map splits what edges measured by where viewers are, and says what is local", () => {
  const { director, second } = scene();
  for (let n = 0; n < 3; n++) second({ near: 50, ours: 200, theirs: 4 });
  arrivals(director, names(30));
  const stranger = { address: parseAddress("203.0.113.9"), viewer: "stranger" };
  director.arrive(stranger);
  second({ near: 50, ours: 200, theirs: 4 });
  const map = networkMapSchema.parse(director.map());
  assert.equal(map.total.viewers, 31);
  const [fastweb, unknown] = map.networks;
  assert.deepEqual([fastweb?.name, fastweb?.viewers], ["Fastweb", 30]);
  assert.deepEqual([unknown?.asn, unknown?.viewers], [null, 1]);
  assert.ok(Math.abs((map.local.viewers ?? 0) - 30 / 31) < 1e-9);
  const summed = map.networks.reduce((sum, { mbps }) => sum + mbps, 0);
  assert.ok(Math.abs(summed - map.total.mbps) < 1e-6);
  assert.equal(map.title, "a test");
});

test("an explanation names every path with its class, cost, load and what refused it", () => {
  const { director, second } = scene();
  for (let n = 0; n < 3; n++) second({ near: 98, ours: 300, theirs: 4 });
  const said = explanationSchema.parse(director.explain("127.0.1.9"));
  assert.deepEqual(said.network, { asn: FASTWEB, name: "Fastweb" });
  assert.equal(said.prefix, "127.0.1.0/24");
  assert.equal(said.chosen, said.paths[0]?.edge);
  const near = said.paths.find(({ edge }) => edge === "near");
  assert.deepEqual(
    [near?.class, near?.cost, near?.standing, near?.load, near?.tightest],
    ["on-net", 0, "full", 0.98, "near"],
  );
  assert.equal(near?.refused, "near is full: load 0.98");
  assert.equal(said.paths.length, 3);
  assert.throws(() => director.explain("nonsense"), { code: "director/bad-address" });
  assert.equal(director.counters.sessions, 0);
});

test("directors spend the share that edges tell of, and count the others' viewers like their own", () => {
  const { director, second } = scene();
  second({ near: 0, ours: 0, theirs: 4, directors: 4 });
  assert.equal(director.map().directors, 4);
  // A quarter of 95 Mb/s, 5 a viewer.
  assert.equal(arrivals(director, names(20)).filter((edge) => edge === "near").length, 4);
  for (let n = 0; n < 4; n++) second({ near: 0, ours: 0, theirs: 4, directors: 1 });
  assert.equal(director.map().directors, 1);
});

test("each second what a network measured is written beside what was believed", () => {
  const { director, second, measures } = scene();
  const access = { link: { delayMs: 1, mbps: null }, downMbps: 77, upMbps: 0, connections: 0 };
  director.topology.learnNetwork(
    "http://isp",
    {
      ...{ v: 1, asn: FASTWEB, name: "Fastweb", place: "it/roma", prefixes: ["127.0.1.0/24"] },
      ...{ gateway: "127.0.1.1", limitMbps: 500, access },
    },
    monoMs(0),
  );
  second({ near: 40, ours: 0 });
  arrivals(director, names(8));
  second({ near: 40, ours: 0 });
  assert.deepEqual(measures.at(-1), {
    ...{ asn: FASTWEB, measuredMbps: 77, assignedMbps: 40, viewers: 8 },
  });
});

test("a limit on the caches counts what they send, binds nobody else, and is written down as theirs", () => {
  const { director, second, measures } = scene();
  const limit = { id: "limit/12874/caches", mbps: 50, footprints: [] };
  const contract = { asn: FASTWEB, version: "1", footprints: [], limits: [limit], reports: [] };
  second({ near: 20, ours: 0, theirs: 4 });
  director.topology.learnContract("http://isp", contract, monoMs(1_000));
  for (let n = 0; n < 2; n++) second({ near: 20, ours: 0, theirs: 4 });
  // Full at 47.5 Mb/s, 5 a viewer.
  const sent = arrivals(director, names(20));
  assert.equal(sent.filter((edge) => edge === "near").length, 5);
  assert.ok(sent.includes("ours"));
  assert.equal(director.arrive(viewer("late")).choice.leastBad, false);
  for (let n = 0; n < 2; n++) second({ near: 45, ours: 40, theirs: 4 });
  const ofCaches = measures.filter((one) => one.limit === limit.id);
  assert.deepEqual(
    ofCaches.map(({ measuredMbps, by }) => `${measuredMbps} ${by}`),
    ["20 heartbeats", "20 heartbeats", "20 heartbeats", "45 heartbeats"].slice(4 - ofCaches.length),
  );
  assert.deepEqual(
    [ofCaches.at(-1)?.asn, ofCaches.at(-1)?.assignedMbps, ofCaches.at(-1)?.viewers],
    [FASTWEB, 45, 5],
  );
  // Who is above a limit that is lowered goes to the next class, and no more of them than that.
  const lower = { ...contract, version: "2", limits: [{ ...limit, mbps: 25 }] };
  director.topology.learnContract("http://isp", lower, monoMs(9_000));
  const near = names(20).filter((_, n) => sent[n] === "near");
  for (let n = 0; n < 2; n++) second({ near: 45, ours: 40, theirs: 4 });
  const polled = near.map(
    (name) => director.poll({ ...viewer(name), current: "near" }).choice.path.edge.id,
  );
  const left = polled.filter((edge) => edge !== "near").length;
  assert.ok(left > 0 && left < near.length, `${left} of ${near.length} left`);
  assert.equal(director.counters.leastBad, 0);
});

test("a director that is restarted answers at once, and is right again within two heartbeats", () => {
  const clock = manualClock(utcMs(1_795_301_664_000));
  let seconds = 0;
  // What the edges really carry, whoever directs.
  const on = new Map<string, string>();
  const carried = (edge: string): number => [...on.values()].filter((id) => id === edge).length * 5;
  const live = ({ director, second }: Scene, count: number, arriving: number): void => {
    for (let n = 0; n < count; n++) {
      seconds += 1;
      for (let come = 0; come < arriving; come++) {
        const name = `viewer-${on.size}`;
        on.set(name, director.arrive(viewer(name)).choice.path.edge.id);
      }
      for (const [index, [name, current]] of [...on].entries())
        if ((index + seconds) % STEERING_TTL_S === 0)
          on.set(name, director.poll({ ...viewer(name), current }).choice.path.edge.id);
      second({ near: carried("near"), ours: carried("ours"), theirs: 4 });
    }
  };
  const first = scene(clock);
  live(first, 20, 10);
  assert.ok(carried("near") > 80 && carried("near") <= 95, `${carried("near")}`);
  const places = new Map(on);

  const second = scene(clock);
  const at = second.director.arrive(viewer("early"));
  assert.ok(["near", "ours", "theirs"].includes(at.choice.path.edge.id));
  live(second, 2, 0);
  // From two heartbeats on nothing is sent where there is no room, and nobody was moved.
  const before = carried("near");
  live(second, 5, 10);
  assert.ok(carried("near") <= Math.max(95, before), `${carried("near")}`);
  for (const [name, edge] of places) assert.equal(on.get(name), edge);
  const { edges } = second.director.map();
  for (const { id, load } of edges.filter(({ foreign }) => !foreign))
    assert.ok(Math.abs((load ?? 0) * (id === "near" ? 100 : 1_000) - carried(id)) <= 30, id);
  live(second, 10, 0);
  assert.equal(second.director.map().total.viewers, on.size);
});
