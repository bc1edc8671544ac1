import assert from "node:assert/strict";
import test from "node:test";
import { ms, utcMs } from "#base";
import { manualClock } from "#base/clock";
import { silentLog } from "#base/log";
import type { Cohorts } from "#protocol";
import fc from "fast-check";
import { fastweb } from "./directorFixture.ts";
import { type Fetch, Poller, type Source } from "./poller.ts";
import { parseAddress } from "#network";
import { emptyModel, isStale, Topology } from "./topology.ts";

const link = { delayMs: 1, mbps: null };
const network = fastweb;
const exchange = {
  v: 1,
  id: "namex",
  asn: 24_796,
  place: "it/roma",
  members: [{ asn: 12_874, name: "Fastweb", port: { mbps: 10_000, inMbps: 1, outMbps: 2, link } }],
};
const body = (value: unknown): Uint8Array => new TextEncoder().encode(JSON.stringify(value));
const carriers: Source[] = [
  { kind: "exchange", url: "http://ixp" },
  { kind: "network", url: "http://isp" },
];

function stage(fetch: Fetch, sources = carriers) {
  const clock = manualClock(utcMs(0));
  const topology = new Topology(emptyModel);
  const heard: Cohorts[] = [];
  const parts = { sources, topology, hear: (word: Cohorts) => heard.push(word), fetch };
  const poller = new Poller(parts, { clock, log: silentLog });
  const homeOf = (text: string) => {
    const address = parseAddress(text);
    return address && topology.homeOf(address);
  };
  return { clock, topology, poller, homeOf, heard };
}

test("what carriers tell is known after one round", async () => {
  const asked: string[] = [];
  const { poller, topology, homeOf } = stage(async (url) => {
    asked.push(url);
    return { status: 200, body: body(url.startsWith("http://ixp") ? exchange : network) };
  });
  await poller.round();
  await poller.close();
  assert.deepEqual(asked, ["http://ixp/exchange", "http://isp/network"]);
  assert.equal(homeOf("127.0.1.10")?.home.name, "Fastweb");
  const [namex] = topology.exchanges;
  assert.equal(namex?.members.get(12_874)?.outMbps, 2);
  assert.deepEqual(topology.exchangesOf(12_874), ["namex"]);
  assert.deepEqual(topology.exchangesOf(3_269), []);
});

test("a lost network leaves what it told last, marked stale, until it answers again", async () => {
  let lost = false;
  const { poller, topology, clock, homeOf } = stage(async (url) => {
    if (lost) throw new Error("connection refused");
    return { status: 200, body: body(url.startsWith("http://ixp") ? exchange : network) };
  });
  await poller.round();
  lost = true;
  for (let second = 0; second < 5; second++) {
    clock.advance(ms(1_000));
    await poller.round();
  }
  assert.equal(homeOf("127.0.1.10")?.home.asn, 12_874);
  const told = topology.toldBy(12_874);
  assert.equal(told && isStale(told, clock.monotonic()), true);
  assert.ok([...poller.state()].every(({ problem }) => problem === "connection refused"));
  lost = false;
  await poller.round();
  assert.ok([...poller.state()].every(({ problem }) => problem === null));
  const again = topology.toldBy(12_874);
  assert.equal(again && isStale(again, clock.monotonic()), false);
  await poller.close();
});

test("of several exchanges and networks each is known for itself, and one that is silent takes nobody along", async () => {
  const words: Record<string, object> = {
    "http://a/exchange": exchange,
    "http://b/exchange": { ...exchange, id: "mix", members: [] },
    "http://c/network": network,
    "http://d/network": { ...network, asn: 3_269, name: "TIM", prefixes: ["127.0.2.0/24"] },
  };
  const { poller, topology, homeOf } = stage(
    async (url) => ({ status: words[url] ? 200 : 503, body: body(words[url] ?? {}) }),
    [
      { kind: "exchange", url: "http://a" },
      { kind: "exchange", url: "http://b" },
      { kind: "network", url: "http://c" },
      { kind: "network", url: "http://d" },
    ],
  );
  await poller.round();
  delete words["http://a/exchange"];
  delete words["http://c/network"];
  await poller.round();
  assert.deepEqual(
    [...topology.exchanges].map(({ id }) => id),
    ["namex", "mix"],
  );
  assert.deepEqual(
    ["127.0.1.1", "127.0.2.1"].map((text) => homeOf(text)?.home.name),
    ["Fastweb", "TIM"],
  );
  assert.deepEqual(
    [...poller.state()].map(({ problem }) => problem),
    ["it answered 503", null, "it answered 503", null],
  );
  await poller.close();
});

test("each second asks once, and a carrier that hangs is not asked again meanwhile", async () => {
  let asked = 0;
  const { poller, clock } = stage((url) => {
    if (url.startsWith("http://ixp")) return new Promise(() => undefined);
    asked += 1;
    return Promise.resolve({ status: 200, body: body(network) });
  });
  for (let second = 0; second < 3; second++) {
    clock.advance(ms(1_000));
    await Promise.resolve();
    await new Promise<void>((resolve) => queueMicrotask(resolve));
    await poller.round();
  }
  assert.ok(asked >= 3);
  assert.equal(poller.counters.polls, asked + 1);
  await poller.close();
  await poller.close();
  clock.advance(ms(10_000));
  assert.equal(poller.counters.polls, asked + 1);
});

test("a footprint that changes is learned anew, and what is no prefix is counted", async () => {
  let prefixes = ["127.0.1.0/24"];
  const { poller, topology, homeOf } = stage(async (url) => ({
    status: url.startsWith("http://ixp") ? 503 : 200,
    body: body({ ...network, prefixes }),
  }));
  await poller.round();
  assert.equal(topology.refusedPrefixes, 0);
  prefixes = ["127.0.7.0/24", "nonsense", "127.0.7.0/24"];
  await poller.round();
  assert.equal(homeOf("127.0.1.10")?.home.asn, null);
  assert.equal(homeOf("127.0.7.10")?.prefix(), "127.0.7.0/24");
  assert.equal(topology.refusedPrefixes, 2);
  assert.deepEqual([...poller.state()][0]?.problem, "it answered 503");
  await poller.close();
});

test("ten thousand mutated answers of carriers are learned or counted as failures", async () => {
  let answer: Uint8Array = new Uint8Array();
  const { poller, homeOf } = stage(async () => ({ status: 200, body: answer }));
  const mutated = fc
    .tuple(
      fc.constantFrom(JSON.stringify(network), JSON.stringify(exchange)),
      fc.array(fc.tuple(fc.nat(2_000), fc.nat(255)), { maxLength: 3 }),
      fc.option(fc.nat(400)),
    )
    .map(([text, changes, cut]) => {
      const bytes = new TextEncoder().encode(text);
      for (const [at, byte] of changes) bytes[at % bytes.length] = byte;
      return cut === null ? bytes : bytes.subarray(0, cut);
    });
  const strange = fc.jsonValue().map((value) => body({ ...network, prefixes: value }));
  for (const one of fc.sample(fc.oneof(mutated, strange), { seed: 8, numRuns: 10_000 })) {
    answer = one;
    await poller.round();
    homeOf("127.0.1.10");
  }
  const { polls, failures } = poller.counters;
  assert.equal(polls, 20_000);
  assert.ok(failures > 10_000 && failures < polls, `${failures}`);
  await poller.close();
});

const telemetry: Source[] = [{ kind: "cohorts", url: "http://telemetry" }];
const spread = { p50: 1_500, p95: 1_520, p99: 1_530, n: 400 };
const cohort = {
  id: "it/roma",
  viewers: 400,
  late: 0,
  latency: spread,
  spreadMs: 20,
  need: null,
  sync: { p50: 4, p95: 9, p99: 12, n: 400 },
  stalling: 0,
  cuesLate: 0,
  cuesLost: 0,
};

test("what telemetry tells of the cohorts is heard, and its silence is told from a carrier's", async () => {
  let lost = false;
  const { poller, heard } = stage(async (url) => {
    assert.equal(url, "http://telemetry/cohorts");
    return { status: lost ? 503 : 200, body: body({ v: 1, at: 0, cohorts: [cohort] }) };
  }, telemetry);
  await poller.round();
  assert.deepEqual(heard[0]?.cohorts, [cohort]);
  lost = true;
  await poller.round();
  const [state] = [...poller.state()];
  assert.deepEqual([state?.problem, state?.toldAt, heard.length], ["it answered 503", 0, 1]);
  await poller.close();
});

test("ten thousand mutated words of telemetry are heard whole or not at all", async () => {
  let answer: Uint8Array = new Uint8Array();
  const { poller, heard } = stage(async () => ({ status: 200, body: answer }), telemetry);
  const mutated = fc
    .tuple(fc.array(fc.tuple(fc.nat(400), fc.nat(255)), { maxLength: 3 }), fc.option(fc.nat(300)))
    .map(([changes, cut]) => {
      const bytes = body({ v: 1, at: 0, cohorts: [cohort] });
      for (const [at, byte] of changes) bytes[at % bytes.length] = byte;
      return cut === null ? bytes : bytes.subarray(0, cut);
    });
  const key = fc.constantFrom(...Object.keys(cohort));
  const strange = fc
    .tuple(key, fc.jsonValue())
    .map(([name, value]) => body({ v: 1, at: 0, cohorts: [{ ...cohort, [name]: value }] }));
  for (const one of fc.sample(fc.oneof(mutated, strange), { seed: 9, numRuns: 10_000 })) {
    answer = one;
    await poller.round();
  }
  for (const { cohorts } of heard)
    for (const each of cohorts)
      assert.ok(each.stalling >= 0 && each.stalling <= 1 && each.viewers >= 0, each.id);
  assert.equal(heard.length + poller.counters.failures, 10_000);
  assert.ok(heard.length > 100 && poller.counters.failures > 5_000, `${heard.length}`);
  await poller.close();
});
