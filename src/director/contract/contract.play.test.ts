import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import test from "node:test";
import { ms } from "#base";
import { systemClock } from "#base/clock";
import { silentLog } from "#base/log";
import { startIsp } from "#isp";
import { startDirector } from "../index.ts";
import { auditLogs } from "../log/audit/audit.ts";
import { type LogRecord, noCounts, readLog } from "../log/audit/readLog.ts";

test("a network lowers both its limits by one PUT; within five seconds the director has taken them and written them down", async (t) => {
  const context = { clock: systemClock, log: silentLog };
  const folder = mkdtempSync(join(tmpdir(), "regista-contract-"));
  t.after(() => rmSync(folder, { recursive: true }));
  const isp = await startIsp(
    {
      ...{ port: 0, asn: 12_874, name: "Fastweb", place: "it/roma", prefixes: ["127.0.1.0/24"] },
      ...{ limitMbps: 800, link: { delayMs: 0, mbps: null }, routes: [] },
    },
    context,
  );
  t.after(() => isp.close());
  const director = await startDirector(
    {
      ...{ port: 0, channel: "match", exchanges: [], networks: [isp.url] },
      edges: [{ id: "isp", url: "http://127.0.0.1:1", in: 12_874, capacityMbps: 1_000 }],
      decisionLog: { folder },
    },
    context,
  );
  t.after(() => director.close());

  const versionNow = async (): Promise<string | null> => {
    const status = (await (await fetch(`${director.url}/status`)).json()) as {
      contracts: { version: string | null; problem: string | null; reports: string[] }[];
      counters: { decisionsLost: number };
    };
    const [contract] = status.contracts;
    assert.deepEqual([contract?.problem, contract?.reports], [null, []]);
    assert.equal(status.counters.decisionsLost, 0);
    return contract?.version ?? null;
  };
  const before = await versionNow();
  assert.notEqual(before, null);
  assert.equal((await fetch(`${director.url}/session?channel=match`)).status, 200);

  const body = JSON.stringify({ v: 1, limitMbps: 300, cachesMbps: 100 });
  const told = systemClock.monotonic();
  assert.equal((await fetch(`${isp.url}/limit`, { method: "PUT", body })).status, 204);
  while ((await versionNow()) === before) await systemClock.sleep(ms(50));
  const written = async (): Promise<LogRecord[]> => {
    const records = [];
    for await (const some of readLog(folder, noCounts())) records.push(...some);
    return records;
  };
  const limitsIn = (records: readonly LogRecord[]): string[][] =>
    records.flatMap((record) =>
      record.kind === "contract"
        ? [record.limits.map(({ id, mbps, binds }) => `${id} ${mbps} ${binds}`)]
        : [],
    );
  const lowered = ["limit/12874/caches 100 caches", "limit/12874/network 300 network"];
  while (
    limitsIn(await written())
      .at(-1)
      ?.join() !== lowered.join()
  )
    await systemClock.sleep(ms(50));
  assert.ok(systemClock.monotonic() - told < 5_000);

  await director.close();
  const records = await written();
  assert.deepEqual(limitsIn(records)[0], ["limit/12874/network 800 network"]);
  const decision = records.find((record) => record.kind === "decision");
  assert.deepEqual([decision?.edge, decision?.prefix], ["isp", "127.0.0.0/24"]);
  const report = await auditLogs({ folders: [folder], asn: null });
  assert.equal(report.totals.strange, 0);
  assert.ok(report.totals.measures > 0);
});
