import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import test from "node:test";
import { Ajv } from "ajv";
import { utcMs } from "#base";
import { systemClock } from "#base/clock";
import { silentLog } from "#base/log";
import { readIxf } from "#network/formats";
import type { Exchange } from "#protocol";
import { startIxp } from "./index.ts";
import { ixfExport } from "./ixfExport.ts";

const link = { delayMs: 1, mbps: null };
const port = { inMbps: 0, outMbps: 0, link };
const exchange: Exchange = {
  v: 1,
  id: "namex",
  asn: 24_796,
  place: "it/roma",
  members: [
    { asn: 51_185, name: "CDN", port: { ...port, mbps: 100_000 } },
    {
      asn: 12_874,
      name: "Fastweb",
      port: { ...port, mbps: 9_999.6 },
      routeServer: false,
      bilateral: [51_185],
    },
    { asn: 1_267, name: "WindTre", port: { ...port, mbps: 400_000, up: false } },
  ],
};
const at = utcMs(1_795_301_664_120);

/** The Euro-IX schema, where the folder of real data is at hand. It is of draft 4, whose `format`s are notes here. */
const schemaFile = new URL("../../../shared/data/ixp-member-list-1.0.schema.json", import.meta.url)
  .pathname;

/** What the schema asks of a document, checked without it; and with it, where it is at hand. */
function assertValid(document: unknown): void {
  type Rows = readonly Record<string, unknown>[];
  const { version, timestamp, ixp_list, member_list } = document as {
    version: string;
    timestamp: string;
    ixp_list: Rows;
    member_list: Rows;
  };
  assert.equal(version, "1.0");
  assert.match(timestamp, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
  for (const { ixf_id, ixp_id, shortname } of ixp_list) {
    assert.ok(Number.isInteger(ixf_id) && Number.isInteger(ixp_id));
    assert.equal(typeof shortname, "string");
  }
  for (const { asnum, connection_list } of member_list) {
    assert.ok(Number.isInteger(asnum));
    for (const { ixp_id, if_list } of connection_list as Rows) {
      assert.ok(Number.isInteger(ixp_id));
      for (const { if_speed } of if_list as Rows) assert.ok(Number.isInteger(if_speed));
    }
  }
  if (!existsSync(schemaFile)) return;
  const { $schema: _, ...schema } = JSON.parse(readFileSync(schemaFile, "utf8"));
  const ajv = new Ajv({ strict: false, validateFormats: false, allErrors: true });
  assert.ok(ajv.validate(schema, document), ajv.errorsText());
}

test("an exchange's members are a valid IX-F Member Export that reads back as they are", () => {
  const document = ixfExport(exchange, at);
  assertValid(document);
  const { exchanges, warnings } = readIxf(JSON.stringify(document));
  assert.equal(exchanges.length, 1);
  const [read] = exchanges;
  assert.equal(read?.name, "namex");
  assert.equal(read?.country, "IT");
  assert.deepEqual(
    read?.members.map(({ asn, name, portMbps, routeServer, open }) => ({
      asn,
      name,
      portMbps,
      routeServer,
      open,
    })),
    [
      {
        asn: 51_185,
        name: "CDN",
        portMbps: 100_000,
        routeServer: { 4: true, 6: true },
        open: true,
      },
      {
        asn: 12_874,
        name: "Fastweb",
        portMbps: 10_000,
        routeServer: { 4: false, 6: false },
        open: false,
      },
    ],
  );
  assert.deepEqual(warnings, ["the IX-F export: AS1267: a connection is inactive, left out"]);
});

test("an exchange without members and without a place is still a valid document", () => {
  assertValid(ixfExport({ ...exchange, place: "", members: [] }, at));
});

test("a running exchange serves it at /ixf", async (t) => {
  const ixp = await startIxp(
    {
      port: 0,
      id: "namex",
      asn: 24_796,
      place: "it/roma",
      members: [{ asn: 51_185, name: "CDN", portMbps: 100_000, link }],
      relays: [],
    },
    { clock: systemClock, log: silentLog },
  );
  t.after(() => ixp.close());
  const answer = await fetch(`${ixp.url}/ixf`);
  assert.match(answer.headers.get("content-type") ?? "", /^application\/json/);
  const document: unknown = await answer.json();
  assertValid(document);
  assert.deepEqual(
    readIxf(JSON.stringify(document)).exchanges[0]?.members.map(({ asn }) => asn),
    [51_185],
  );
});
