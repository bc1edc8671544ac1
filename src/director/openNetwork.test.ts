import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import test, { type TestContext } from "node:test";
import { systemClock } from "#base/clock";
import { silentLog } from "#base/log";
import { type NetworkModel, networkModelSchema } from "#protocol";
import { type NetworkOptions, openNetwork, TableReading } from "./openNetwork.ts";
import { addressIn } from "./paths/pathsFixture.ts";

const none: NetworkOptions = { edges: [], exchanges: [], networks: [] };
const context = { clock: systemClock, log: silentLog };

function folderOf(t: TestContext, files: Record<string, string>): string {
  const folder = mkdtempSync(join(tmpdir(), "regista-"));
  t.after(() => rmSync(folder, { recursive: true }));
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
  return folder;
}

const yaml = `v: 1
places: [{ id: it/roma, name: Roma }]
exchanges: [{ id: namex, name: Namex, asn: 24796, place: it/roma, url: "http://ixp:1/" }]
networks: [{ asn: 12874, name: Fastweb, place: it/roma, url: "http://isp:2" }]
edges: [{ id: written, url: "http://10.0.0.1/", asn: 51185, at: namex }]
tables: [{ format: csv, file: own.csv }]
`;

test("edges and carriers of the model and of the options are one list, each once", (t) => {
  const folder = folderOf(t, { "model.yaml": yaml, "own.csv": "" });
  const { topology, sources } = openNetwork(
    {
      edges: [{ id: "given", url: "http://10.0.0.2//", capacityMbps: 1 }],
      exchanges: ["http://ixp:1", "http://other:1/"],
      networks: [],
      modelFile: join(folder, "model.yaml"),
      tables: [{ format: "csv", file: "beside.csv" }],
    },
    silentLog,
  );
  assert.deepEqual(
    topology.edges.map(({ id, url }) => [id, url]),
    [
      ["given", "http://10.0.0.2"],
      ["written", "http://10.0.0.1"],
    ],
  );
  assert.deepEqual(sources, [
    { kind: "exchange", url: "http://ixp:1" },
    { kind: "exchange", url: "http://other:1" },
    { kind: "network", url: "http://isp:2" },
  ]);
  assert.deepEqual(
    topology.model.tables.map(({ file }) => file),
    [join(folder, "own.csv"), "beside.csv"],
  );
});

test("a model and a file of one are not given together", () => {
  const model = networkModelSchema.parse({ v: 1 });
  assert.throws(
    () => openNetwork({ ...none, model, modelFile: "x.yaml" }, silentLog),
    /modelFile is wrong: there is a model beside it/,
  );
});

const tables = (...files: string[]): NetworkModel =>
  networkModelSchema.parse({ v: 1, tables: files.map((file) => ({ format: "csv", file })) });

test("tables are read beside whatever else goes on, and homes are known as rows come", async (t) => {
  const rows = "10.0.0.0,10.0.255.255,64500,First\n2001:db8::,2001:db8:ffff::,64501,Second\n";
  const folder = folderOf(t, { "t.csv": rows });
  const { topology } = openNetwork({ ...none, model: tables(join(folder, "t.csv")) }, silentLog);
  const { version } = topology;
  const reading = new TableReading(topology, context);
  await reading.done;
  assert.equal(topology.homeOf(addressIn("10.0.7.7")).home.name, "First");
  assert.equal(topology.homeOf(addressIn("2001:db8::1")).home.asn, 64_501);
  assert.ok(topology.version > version);
  await reading.close();
  await reading.close();
});

test("a table that cannot be read is reported, and what was read by then holds", async (t) => {
  const folder = folderOf(t, { "t.csv": "10.0.0.0,10.0.0.255,64500,First\nnonsense\n" });
  const model = tables(join(folder, "t.csv"));
  const { topology } = openNetwork({ ...none, model }, silentLog);
  await new TableReading(topology, context).done;
  assert.equal(topology.homeOf(addressIn("10.0.0.1")).home.asn, 64_500);
  assert.match(topology.reports.join(), /table of addresses was not read to its end: .*2/);
  const gone = openNetwork({ ...none, model: tables(join(folder, "gone.csv")) }, silentLog);
  await new TableReading(gone.topology, context).done;
  assert.match(gone.topology.reports.join(), /gone\.csv/);
});

test("a director that stops while a table is read reads no further, and says nothing of it", async (t) => {
  const line = (n: number): string =>
    `10.${n >> 8}.${n & 255}.0,10.${n >> 8}.${n & 255}.9,${n + 1},N\n`;
  const text = Array.from({ length: 20_000 }, (_, n) => line(n)).join("");
  const folder = folderOf(t, { "t.csv": text });
  const { topology } = openNetwork({ ...none, model: tables(join(folder, "t.csv")) }, silentLog);
  await new TableReading(topology, context).close();
  assert.equal(topology.tables.prefixes[4], 0);
  assert.deepEqual(topology.reports, []);
});
