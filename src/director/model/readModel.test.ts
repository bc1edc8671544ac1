import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import test, { type TestContext } from "node:test";
import { numbersOf, RegistaError } from "#base";
import { parseModel, readModelFile } from "./readModel.ts";

const model = `v: 1
places: [{ id: it/roma, name: Roma }, { id: it/milano, name: Milano }]
exchanges:
  - id: namex
    name: Namex
    asn: 24796
    place: it/roma
    members: [{ asn: 51185 }, { asn: 12874, portMbps: 400000, routeServer: false }]
networks:
  - asn: 12874
    name: Fastweb
    prefixes: [{ prefix: 93.32.0.0/11, place: it/roma }]
  - asn: 51185
    name: CDN
    kind: content
    prefixes: [{ prefix: 94.124.64.0/21 }, { prefix: "2a02:2890::/48" }]
pnis:
  - { id: pni-1, between: [51185, 12874], place: it/milano, mbps: 100000 }
edges:
  - { id: ixp-roma, asn: 51185, at: namex, url: "http://192.0.2.1" }
  - { id: isp-roma, asn: 12874, in: 12874, place: it/roma, url: "http://192.0.2.2" }
audience:
  viewers: 1000
  networks: [{ asn: 12874, share: 1, places: [{ id: it/roma, share: 1 }] }]
`;

const parse = (text: string) => parseModel(text, "model.yaml");

function refusal(work: () => unknown): RegistaError {
  try {
    work();
  } catch (error) {
    assert.ok(error instanceof RegistaError, String(error));
    return error;
  }
  return assert.fail("it was taken");
}

/** A folder for a model and the files that it names. */
function folder(t: TestContext, files: Readonly<Record<string, unknown>>): string {
  const path = mkdtempSync(join(tmpdir(), "regista-model-"));
  t.after(() => rmSync(path, { recursive: true }));
  for (const [name, content] of Object.entries(files))
    writeFileSync(
      join(path, name),
      typeof content === "string" ? content : JSON.stringify(content),
    );
  return path;
}

const ixf = (ixp_ids: readonly number[]) => ({
  version: "1.0",
  timestamp: "2026-11-22T09:00:00Z",
  ixp_list: ixp_ids.map((ixp_id) => ({ ixp_id, ixf_id: 0, shortname: `ex-${ixp_id}` })),
  member_list: [
    {
      asnum: 12_874,
      connection_list: [{ ixp_id: 1, if_list: [{ if_speed: 100_000 }] }],
    },
    {
      asnum: 1_267,
      peering_policy: "open",
      connection_list: [
        {
          ixp_id: 1,
          if_list: [{ if_speed: 200_000 }],
          vlan_list: [{ ipv4: { routeserver: false }, ipv6: { routeserver: true } }],
        },
      ],
    },
    { asnum: 30_722, connection_list: [{ ixp_id: 1, state: "inactive" }] },
  ],
});
const peeringdb = {
  netixlan: {
    data: [
      { asn: 1_267, ix_id: 121, ixlan_id: 121, speed: 100_000, is_rs_peer: false },
      { asn: 29_447, ix_id: 121, ixlan_id: 121, speed: 100_000, is_rs_peer: false },
      { asn: 8_612, ix_id: 999, ixlan_id: 999, speed: 100_000 },
    ],
  },
};

test("a model is read with its defaults filled in", () => {
  const read = parse(model);
  assert.deepEqual(read.warnings, []);
  assert.deepEqual(read.model.exchanges[0]?.members, [
    { asn: 51_185, portMbps: 10_000, routeServer: true, bilateral: [] },
    { asn: 12_874, portMbps: 400_000, routeServer: false, bilateral: [] },
  ]);
  assert.equal(read.model.policy.costs.transit, 100);
  assert.equal(read.model.edges[1]?.foreign, false);
});

test("what cannot be meant is refused with its line, the problem and the cure", () => {
  const change = (from: string | RegExp, to: string): string => {
    const changed = model.replace(from, to);
    assert.notEqual(changed, model);
    return changed;
  };
  const cases: [string, RegExp, RegExp][] = [
    [
      change("place: it/roma\n", "place: it/bari\n"),
      /:7: exchanges\.0\.place: no place/,
      /it\/roma/,
    ],
    [
      change("11, place: it/roma", "11, place: it/bari"),
      /:12: networks\.0\.prefixes\.0\.place/,
      /./,
    ],
    [change("at: namex", "at: mix"), /:20: edges\.0\.at: no exchange is called mix/, /namex/],
    [change("asn: 12874, in: 12874", "asn: 3269, in: 3269"), /:21: .*no network .* 3269/, /12874/],
    [change("asn: 12874, in:", "asn: 51185, in:"), /:21: edges\.1\.asn: it stands in AS12874/, /./],
    [
      change("in: 12874,", "in: 12874, at: namex,"),
      /:21: edges\.1: it stands at an exchange and/,
      /./,
    ],
    [change("id: isp-roma", "id: ixp-roma"), /:21: edges\.1: ixp-roma is there already/, /own/],
    [change("asn: 12874, portMbps", "asn: 51185, portMbps"), /:8: exchanges\.0\.members\.1/, /own/],
    [
      change("asn: 51185\n    name", "asn: 12874\n    name"),
      /:13: networks\.1: 12874 is there/,
      /./,
    ],
    [change("it/milano, name", "it/roma, name"), /:2: places\.1: it\/roma is there/, /./],
    [change("[51185, 12874]", "[51185, 3269]"), /:18: pnis\.0\.between\.1: .*3269/, /51185/],
    [change("[51185, 12874]", "[12874, 12874]"), /:18: .*joins a network with itself/, /two/],
    [change("share: 1, places", "share: 0.5, places"), /:24: .*shares are 0\.500/, /be 1/],
    [change("[{ asn: 12874, share", "[{ asn: 3269, share"), /:24: .*no network .* 3269/, /./],
    [change("93.32.0.0/11", "93.32.0.0/33"), /:12: .*not a prefix such as/, /./],
    [
      change("94.124.64.0/21", "93.40.0.0/11"),
      /:16: .*93\.32\.0\.0\/11 is given to AS12874/,
      /one/,
    ],
    [change("name: Fastweb", "nom: Fastweb"), /:1[01]: networks\.0\.n/, /nom|string/],
    [change("v: 1", "v: 2"), /:1: v/, /./],
    ["v: [", /model\.yaml:1: this is not YAML/, /Mend/],
  ];
  for (const [text, says, cure] of cases) {
    const error = refusal(() => parse(text));
    assert.ok(error.code.startsWith("model/"), error.code);
    assert.match(error.message, says);
    assert.match(error.cure, cure);
  }
});

test("a prefix inside another network's is taken, and told", () => {
  const { warnings } = parse(
    model.replace(
      "{ prefix: 94.124.64.0/21 }",
      '{ prefix: 93.40.0.0/16 }, { prefix: "2a02:2890:0:1::/64" }',
    ),
  );
  assert.deepEqual(warnings, [
    "93.40.0.0/16 of AS51185 lies in 93.32.0.0/11 of AS12874: the longer prefix has its addresses",
  ]);
});

test("an edge that its own network cannot be met at is told", () => {
  assert.deepEqual(parse(model.replace("[{ asn: 51185 }, ", "[")).warnings, [
    "edge ixp-roma stands at namex, where AS51185 is no member: nobody meets it there",
  ]);
  const told = model.replace(/members: .*/, "url: http://127.0.0.1:8085");
  assert.deepEqual(parse(told).warnings, []);
});

test("members come from IX-F and PeeringDB files; what is written stands, and IX-F before PeeringDB", (t) => {
  const path = folder(t, {
    "model.yaml": `${model.replace("    members:", "    ixf: ixf.json\n    peeringdbId: 121\n    members:")}
peeringdb: [pdb.json]
tables: [{ format: csv, file: tables/asn.csv }]
`,
    "ixf.json": ixf([1]),
    "pdb.json": peeringdb,
  });
  const { model: read, warnings } = readModelFile(join(path, "model.yaml"));
  assert.deepEqual(read.exchanges[0]?.members, [
    { asn: 51_185, portMbps: 10_000, routeServer: true, bilateral: [] },
    { asn: 12_874, portMbps: 400_000, routeServer: false, bilateral: [] },
    { asn: 1_267, portMbps: 200_000, routeServer: true, bilateral: "all" },
    { asn: 29_447, portMbps: 100_000, routeServer: false, bilateral: [] },
  ]);
  assert.deepEqual(read.tables, [{ format: "csv", file: join(path, "tables/asn.csv") }]);
  assert.deepEqual(
    warnings.map((sentence) => sentence.replaceAll(`${path}/`, "")),
    [
      "ixf.json: AS30722: a connection is inactive, left out",
      "namex: AS12874 has 400000 Mb/s by the model, which stands, and 100000 by ixf.json",
      "namex: AS1267 has 200000 Mb/s by ixf.json, which stands, and 100000 by PeeringDB",
      "PeeringDB tells of 1 exchange that no peeringdbId of the model names",
    ],
  );
});

test("a named file that is not there, or tells of other exchanges, is refused at its line", (t) => {
  const path = folder(t, { "one.json": ixf([1]), "two.json": ixf([1, 2]), "pdb.json": peeringdb });
  const file = join(path, "model.yaml");
  const named = (lines: string): string => model.replace("    members:", `${lines}\n    members:`);
  const cases: [string, RegExp, RegExp][] = [
    [named("    ixf: none.json"), /:8: exchanges\.0\.ixf: .*none\.json/, /model's folder/],
    [named("    ixf: two.json"), /:8: .*tells of 2 exchanges/, /ixfId: 1, 2/],
    [named("    ixf: one.json\n    ixfId: 5"), /:9: .*has no ixp_id 5/, /Allowed: 1/],
    [`${named("    peeringdbId: 5")}peeringdb: [pdb.json]\n`, /:8: .*no exchange 5/, /peeringdb/],
    [`${model}peeringdb: [none.json]\n`, /:25: peeringdb\.0: .*none\.json/, /folder/],
  ];
  for (const [text, says, cure] of cases) {
    const error = refusal(() => parseModel(text, file));
    assert.equal(error.code, "model/wrong");
    assert.match(error.message, says);
    assert.match(error.cure, cure);
  }
  assert.equal(parseModel(named("    ixf: two.json\n    ixfId: 1"), file).warnings.length, 2);
  assert.equal(refusal(() => readModelFile(join(path, "none.yaml"))).code, "model/file-unreadable");
});

test("more members than an exchange may have are refused", (t) => {
  const member_list = Array.from({ length: 2_001 }, (_, index) => ({
    asnum: 100_000 + index,
    connection_list: [{ ixp_id: 1 }],
  }));
  const path = folder(t, { "ixf.json": { ...ixf([1]), member_list } });
  const text = model.replace("    members:", "    ixf: ixf.json\n    members:");
  const error = refusal(() => parseModel(text, join(path, "model.yaml")));
  assert.match(error.message, /:4: exchanges\.0: it has 2003 members/);
});

// The YAML beneath has its ten thousand with the match file; these go for what a model adds to it.
test("two thousand spoiled models are read or refused, never worse", () => {
  const small = '{v: 1, networks: [{asn: 1, name: N}], edges: [{id: e, asn: 1, in: 1, url: "x:"}]}';
  const pieces = ["", "0", "-", "[", "{", ": ", "\n", "'", "&a", "*a", "1e9", "null", "\u20ac"];
  const below = numbersOf(7);
  let read = 0;
  for (let round = 0; round < 2_000; round += 1) {
    const at = below(small.length);
    const piece = pieces[below(pieces.length)] as string;
    try {
      parse(small.slice(0, at) + piece + small.slice(at + below(4)));
      read += 1;
    } catch (error) {
      assert.ok(error instanceof RegistaError, String(error));
    }
  }
  assert.ok(read > 50 && read < 1_900, `${read} of 2,000 read`);
});
