import assert from "node:assert/strict";
import test, { type TestContext } from "node:test";
import { type MonoMs, ms, utcMs } from "#base";
import { manualClock } from "#base/clock";
import { silentLog } from "#base/log";
import { parseAddress } from "#network";
import type { Network } from "#protocol";
import { type LoggedContract, type LoggedMeasure, noSink } from "../log/sink.ts";
import type { AcceptedContract } from "./accepted.ts";
import {
  documentOf,
  FASTWEB,
  fastwebWord,
  footprint,
  limited,
  served,
  topologyOf,
} from "./contractFixture.ts";
import { ContractIntake, type FetchContract } from "./intake.ts";

const SOURCE = "http://fastweb";
const own = footprint("ipv4cidr", "10.1.0.0/16");
const document = (hard: number): string =>
  documentOf(served(own), limited({ id: "roma", "maximum-hard": hard }, own));

type Answer = Awaited<ReturnType<FetchContract>>;
const answer = (text: string, etag: string | null = null, status = 200): Answer => ({
  status,
  etag,
  body: new TextEncoder().encode(text),
});

function stage(t: TestContext, fetch: FetchContract) {
  const clock = manualClock(utcMs(0));
  const topology = topologyOf();
  const learned: { contract: AcceptedContract; at: MonoMs }[] = [];
  const learn = topology.learnContract.bind(topology);
  topology.learnContract = (source, contract, at) => {
    learned.push({ contract, at });
    learn(source, contract, at);
  };
  const logged: LoggedContract[] = [];
  const measured: LoggedMeasure[] = [];
  const sink = {
    ...noSink,
    contract: (record: LoggedContract) => void logged.push(record),
    measure: (record: LoggedMeasure) => void measured.push(record),
  };
  const warned: string[] = [];
  const log = Object.create(silentLog, {
    warn: { value: (_facts: unknown, text: string) => warned.push(text) },
  }) as typeof silentLog;
  const intake = new ContractIntake({ networks: [SOURCE], topology, sink, fetch }, { clock, log });
  t.after(() => intake.close());
  const second = async (): Promise<void> => {
    clock.advance(ms(1_000));
    await intake.round();
  };
  return { clock, topology, intake, learned, logged, measured, warned, second };
}

test("a contract is asked for with the version that is held, and reaches topology and log", async (t) => {
  const asked: (string | null)[] = [];
  const { intake, learned, logged, topology, second } = stage(t, async (url, etag) => {
    assert.equal(url, `${SOURCE}/cdni`);
    asked.push(etag);
    return etag === '"1"' ? answer("", '"1"', 304) : answer(document(8e8), '"1"');
  });
  await intake.round();
  await second();
  assert.deepEqual(asked.slice(0, 2), [null, '"1"']);
  assert.equal(learned.at(-1)?.contract.limits[0]?.mbps, 800);
  const home = topology.homeOf(parseAddress("10.1.2.3") ?? assert.fail());
  assert.deepEqual(home.home.footprints, ["12874/1"]);
  assert.equal(logged.length, 1);
  assert.deepEqual(logged[0]?.limits, [
    { id: "limit/12874/roma", mbps: 800, softMbps: null, footprints: ["12874/1"], binds: "caches" },
  ]);
  assert.deepEqual(logged[0]?.footprints, [
    { id: "12874/1", prefixes: ["10.1.0.0/16"], asns: [], serves: true },
  ]);
});

test("a new limit is known within a second", async (t) => {
  let hard = 8e8;
  const { intake, learned, logged, second } = stage(t, async () => answer(document(hard)));
  await intake.round();
  hard = 3e8;
  await second();
  assert.equal(learned.at(-1)?.contract.limits[0]?.mbps, 300);
  assert.deepEqual(
    logged.map(({ limits }) => limits[0]?.mbps),
    [800, 300],
  );
});

test("a contract that is malformed, silent or refused leaves the last one, and is told once", async (t) => {
  let say: () => Answer = () => answer(document(8e8), '"1"');
  const { intake, learned, warned, second } = stage(t, async () => say());
  await intake.round();
  const wrong: (() => Answer)[] = [
    () => answer('{"cdni-advertisement":[]}'),
    () => answer("", null, 500),
    () => {
      throw new Error("connection refused");
    },
    () => answer("x".repeat(100)),
  ];
  for (const [index, each] of wrong.entries()) {
    say = each;
    await second();
    await second();
    assert.equal(learned.at(-1)?.contract.limits[0]?.mbps, 800);
    assert.equal(warned.length, index + 1);
  }
  assert.match(warned[0] ?? "", /\/cdni-advertisement/);
  assert.ok((intake.counters["contractFailures"] ?? 0) >= 8);
  say = () => answer(document(7e8));
  await second();
  assert.equal([...intake.state()][0]?.problem, null);
  assert.equal(learned.at(-1)?.contract.limits[0]?.mbps, 700);
});

test("a door that is gone ends the contract; one that never was, is none", async (t) => {
  let status = 404;
  const { intake, learned, logged, second } = stage(t, async () =>
    answer(document(8e8), null, status),
  );
  await intake.round();
  assert.deepEqual([learned.length, logged.length], [0, 1]);
  assert.deepEqual(logged[0]?.limits, []);
  status = 200;
  await second();
  status = 410;
  await second();
  assert.deepEqual(learned.at(-1)?.contract.limits, []);
  assert.deepEqual(logged.at(-1)?.limits, []);
});

test("the limit that comes with a network's load is logged as part of what has to be obeyed", async (t) => {
  const { intake, topology, clock, logged, second } = stage(t, async () => answer("", null, 404));
  const tell = (limitMbps: number | null): void => {
    const word: Network = { ...fastwebWord, limitMbps };
    topology.learnNetwork(SOURCE, word, clock.monotonic());
  };
  await intake.round();
  tell(500);
  await second();
  await second();
  tell(null);
  await second();
  assert.deepEqual(
    logged.map(({ limits }) => limits.map(({ id, mbps, binds }) => `${id} ${mbps} ${binds}`)),
    [[], ["limit/12874/network 500 network"], []],
  );
});

test("what a network measures of a limit is logged once for each time it is told", async (t) => {
  const part = footprint("ipv4cidr", "10.1.4.0/24");
  const text = documentOf(
    limited({ id: "part", current: 7e7 }, part),
    limited({ id: "quiet" }, footprint("ipv4cidr", "10.1.5.0/24")),
    limited({ id: "all" }),
  );
  const { topology, clock, measured, second } = stage(t, async () => answer(text));
  const tell = (): void =>
    topology.learnNetwork(SOURCE, { ...fastwebWord, limitMbps: 500 }, clock.monotonic());
  tell();
  await second();
  await second();
  const once = measured.map(({ limit, measuredMbps, by }) => `${limit} ${measuredMbps} ${by}`);
  // What its caches deliver the network measures only where it says so.
  assert.deepEqual(once, ["limit/12874/network 120 network", "limit/12874/part 70 network"]);
  tell();
  await second();
  assert.equal(measured.length, 4);
});

test("what was refused is taken when it becomes known whose it is, without asking anew", async (t) => {
  const six = footprint("ipv4cidr", "10.1.9.0/24", "192.0.2.0/24");
  const { intake, topology, learned, second } = stage(t, async (_url, etag) =>
    etag === null ? answer(documentOf(served(six)), '"1"') : answer("", null, 304),
  );
  await intake.round();
  const prefixes = () => learned.at(-1)?.contract.footprints[0]?.prefixes.map(({ text }) => text);
  assert.deepEqual(prefixes(), ["10.1.9.0/24"]);
  const of = (text: string) => parseAddress(text) ?? assert.fail();
  const first = of("192.0.2.0");
  topology.takeRange({ first, last: of("192.0.2.255"), asn: FASTWEB, name: "Fastweb" });
  topology.tablesLoaded();
  await second();
  assert.deepEqual(prefixes(), ["10.1.9.0/24", "192.0.2.0/24"]);
  assert.deepEqual(learned.at(-1)?.contract.reports, []);
});

test("nothing is asked or learned once it is closed, and closing twice is closing", async (t) => {
  let asked = 0;
  const { intake, clock, learned } = stage(t, async () => {
    asked += 1;
    return answer(document(8e8));
  });
  const under = intake.round();
  await Promise.all([intake.close(), intake.close()]);
  await under;
  clock.advance(ms(10_000));
  await intake.round();
  assert.deepEqual([asked, learned.length], [1, 0]);
});
