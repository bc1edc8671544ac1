import assert from "node:assert/strict";
import { mkdtempSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import test, { type TestContext } from "node:test";
import { ms, RegistaError, utcMs } from "#base";
import { manualClock, systemClock } from "#base/clock";
import { silentLog } from "#base/log";
import { type Capability, readAdvertisement } from "#network/cdni";
import { NetworkContract } from "./contract.ts";
import { ContractFile } from "./contractFile.ts";
import { type IspOptions, startIsp } from "./index.ts";
import { CONTRACT_BODY_LIMIT } from "./limits.ts";

const options: IspOptions = {
  port: 0,
  asn: 12_874,
  name: "Fastweb",
  place: "it/roma",
  prefixes: ["127.0.1.0/24"],
  limitMbps: null,
  link: { delayMs: 0, mbps: null },
  routes: [],
};
const told = (contract: NetworkContract): readonly Capability[] =>
  readAdvertisement(contract.advertised.text).capabilities;
const typesOf = (contract: NetworkContract): string[] =>
  told(contract).map((each) => (each.type === "unknown" ? each.name : each.type));
const limitTo = (bits: number, id?: string): string =>
  JSON.stringify({
    "cdni-advertisement": {
      "capabilities-with-footprints": [
        {
          "capability-type": "FCI.CapacityLimits",
          "capability-value": { limits: [{ id, "limit-type": "egress", "maximum-hard": bits }] },
          footprints: [{ "footprint-type": "asn", "footprint-value": ["as12874"] }],
        },
      ],
    },
  });

function folder(t: TestContext): string {
  const path = mkdtempSync(join(tmpdir(), "regista-contract-"));
  t.after(() => rmSync(path, { recursive: true }));
  return path;
}

test("without a file a network advertises that it serves its own prefixes, and the limit of its caches in bits a second", () => {
  const contract = new NetworkContract({
    prefixes: ["127.0.1.0/24", "2001:db8::/32"],
    limitMbps: null,
  });
  assert.deepEqual(typesOf(contract), ["FCI.DeliveryProtocol"]);
  const [union] = told(contract)[0]?.footprints ?? [];
  assert.ok(union?.type === "footprintunion" && union.footprints.length === 2);
  contract.limit({ cachesMbps: 812.5 });
  assert.deepEqual(typesOf(contract), ["FCI.DeliveryProtocol", "FCI.CapacityLimits"]);
  const limits = told(contract)[1];
  assert.ok(limits?.type === "FCI.CapacityLimits");
  assert.deepEqual(limits.limits, [
    { id: "caches", limitType: "egress", maximumHard: 812_500_000 },
  ]);
  assert.deepEqual(limits.footprints, []);
});

test("what a network wants in all is no capacity of its caches, and is not advertised as one", () => {
  const contract = new NetworkContract({ prefixes: ["127.0.1.0/24"], limitMbps: 800 });
  contract.limit({ limitMbps: 700 });
  assert.deepEqual(contract.limits, { limitMbps: 700, cachesMbps: null });
  assert.deepEqual(typesOf(contract), ["FCI.DeliveryProtocol"]);
});

test("the version is the same for the same advertisement and another for every other", () => {
  const contract = new NetworkContract({ prefixes: ["127.0.1.0/24"], limitMbps: null });
  const first = contract.advertised.etag;
  contract.limit({ cachesMbps: 700 });
  assert.notEqual(contract.advertised.etag, first);
  contract.limit({ cachesMbps: null });
  assert.equal(contract.advertised.etag, first);
});

test("what an operator gives replaces the footprints, and PUT /limit stands beside it", () => {
  const contract = new NetworkContract({ prefixes: ["127.0.1.0/24"], limitMbps: null });
  contract.limit({ cachesMbps: 800 });
  contract.put(limitTo(5e8, "roma"), "PUT");
  assert.deepEqual(typesOf(contract), ["FCI.CapacityLimits", "FCI.CapacityLimits"]);
  const before = contract.advertised;
  for (const wrong of ["{}", limitTo(5e8, "caches"), limitTo(-1)])
    assert.throws(() => contract.put(wrong, "PUT"), RegistaError);
  assert.equal(contract.advertised, before);
});

test("GET /cdni answers with its version, 304 to who has it, and the new one as soon as it changes", async (t) => {
  const isp = await startIsp(options, { clock: systemClock, log: silentLog });
  t.after(() => isp.close());
  const ask = (etag?: string) =>
    fetch(`${isp.url}/cdni`, { headers: etag === undefined ? {} : { "if-none-match": etag } });
  const first = await ask();
  assert.match(String(first.headers.get("content-type")), /^application\/alto-cdni\+json/);
  assert.equal(first.headers.get("cache-control"), "no-cache");
  const etag = String(first.headers.get("etag"));
  assert.equal(readAdvertisement(await first.text()).vtag?.tag, etag.slice(1, -1));
  assert.equal((await ask(etag)).status, 304);

  const limit = JSON.stringify({ v: 1, cachesMbps: 800 });
  assert.equal((await fetch(`${isp.url}/limit`, { method: "PUT", body: limit })).status, 204);
  const limited = await ask(etag);
  assert.equal(limited.status, 200);
  assert.match(await limited.text(), /"maximum-hard":800000000/);

  const put = (body: string) => fetch(`${isp.url}/cdni`, { method: "PUT", body });
  assert.equal((await put(limitTo(4e8))).status, 204);
  assert.match(await (await ask()).text(), /"maximum-hard":400000000/);
  const refused = await put('{"cdni-advertisement":[]}');
  assert.equal(refused.status, 400);
  const said = (await refused.json()) as { code: string; error: string };
  assert.equal(said.code, "cdni/wrong-shape");
  assert.match(said.error, /\/cdni-advertisement/);
  assert.equal((await put("x".repeat(CONTRACT_BODY_LIMIT + 1))).status, 413);
  const status = (await (await fetch(`${isp.url}/status`)).json()) as { contract: object };
  assert.deepEqual(status.contract, { from: "PUT", problem: null, cachesMbps: 800 });
  const preflight = await fetch(`${isp.url}/cdni`, { method: "OPTIONS" });
  assert.doesNotMatch(preflight.headers.get("access-control-allow-methods") ?? "", /PUT/);
});

test("the contract file is read again when it changes, and a broken one leaves the last good one", async (t) => {
  const file = join(folder(t), "contract.json");
  let stamp = 1_000;
  const write = (text: string): void => {
    writeFileSync(file, text);
    // File systems with coarse stamps would hide a second change of the same size.
    utimesSync(file, ++stamp, stamp);
  };
  write(limitTo(5e8));
  const contract = new NetworkContract({ prefixes: ["127.0.1.0/24"], limitMbps: null });
  const clock = manualClock(utcMs(0));
  const warned: string[] = [];
  const log = Object.create(silentLog, {
    warn: { value: (_facts: unknown, text: string) => warned.push(text) },
  }) as typeof silentLog;
  const kept = await ContractFile.open(file, contract, { clock, log });
  t.after(() => kept.close());
  const hard = () => /"maximum-hard":(\d+)/.exec(contract.advertised.text)?.[1];
  assert.equal(hard(), "500000000");
  write(limitTo(3e8));
  await kept.check();
  assert.equal(hard(), "300000000");
  write("{");
  await kept.check();
  await kept.check();
  assert.equal(hard(), "300000000");
  assert.match(kept.problem ?? "", /not JSON/);
  rmSync(file);
  await kept.check();
  assert.match(kept.problem ?? "", /ENOENT/);
  assert.equal(warned.length, 2);
  write(limitTo(2e8));
  await kept.check();
  assert.deepEqual([hard(), kept.problem], ["200000000", null]);
  await Promise.all([kept.close(), kept.close()]);
  write(limitTo(1e8));
  clock.advance(ms(5_000));
  await kept.check();
  assert.equal(hard(), "200000000");
});

test("a network does not start on a contract file that is lost, wrong or too large", async (t) => {
  const file = join(folder(t), "contract.json");
  const start = () =>
    startIsp({ ...options, contractFile: file }, { clock: systemClock, log: silentLog });
  const refused = (error: unknown): boolean =>
    error instanceof RegistaError && error.code === "isp/contract-file";
  await assert.rejects(start(), refused);
  writeFileSync(file, '{"cdni-advertisement":{}}');
  await assert.rejects(start(), refused);
  writeFileSync(file, " ".repeat(CONTRACT_BODY_LIMIT + 1));
  await assert.rejects(start(), refused);
});
