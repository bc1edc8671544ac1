import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import test from "node:test";
import { RegistaError } from "#base";
import { misvalued, spoiled } from "./mutateFixture.ts";
import { readPeeringDb } from "./peeringdb.ts";

const dump = {
  ix: {
    data: [
      { id: 35, name: "MIX-IT", city: "Milan", country: "IT", status: "ok", media: "Ethernet" },
      { id: 121, name: "Namex Rome", city: "Rome", country: "IT", status: "ok" },
    ],
  },
  ixlan: { data: [{ id: 935, ix_id: 35, mtu: 1_500, status: "ok" }] },
  net: {
    data: [
      { id: 1, asn: 12_874, name: "Fastweb", policy_general: "Selective", status: "ok" },
      { id: 2, asn: 51_185, name: "MainStreaming", policy_general: "Open", status: "ok" },
    ],
  },
  netixlan: {
    data: [
      {
        asn: 12_874,
        ix_id: 35,
        ixlan_id: 935,
        speed: 100_000,
        is_rs_peer: false,
        ipaddr4: "192.0.2.1",
        ipaddr6: null,
        operational: true,
        status: "ok",
      },
      { asn: 12_874, ix_id: null, ixlan_id: 935, speed: 200_000, is_rs_peer: false },
      {
        asn: 51_185,
        ix_id: 121,
        ixlan_id: 121,
        speed: 100_000,
        is_rs_peer: true,
        ipaddr4: "192.0.2.2",
        ipaddr6: "2001:db8::2",
        operational: true,
      },
      { asn: 51_185, ix_id: 35, ixlan_id: 935, speed: 100_000, operational: false },
      { asn: 1_267, ix_id: 35, ixlan_id: 935, speed: 0, status: "deleted" },
    ],
  },
};

const read = (...values: unknown[]) =>
  readPeeringDb(
    values.map((value, index) => ({
      file: `pdb-${index}.json`,
      text: typeof value === "string" ? value : JSON.stringify(value),
    })),
  );

test("objects of the API are joined into exchanges with members and their ports", () => {
  const { exchanges, warnings } = read(dump);
  assert.deepEqual(exchanges, [
    {
      id: 35,
      name: "MIX-IT",
      city: "Milan",
      country: "IT",
      members: [
        {
          asn: 12_874,
          name: "Fastweb",
          portMbps: 300_000,
          routeServer: { 4: false, 6: null },
          open: false,
          addresses: ["192.0.2.1"],
        },
      ],
    },
    {
      id: 121,
      name: "Namex Rome",
      city: "Rome",
      country: "IT",
      members: [
        {
          asn: 51_185,
          name: "MainStreaming",
          portMbps: 100_000,
          routeServer: { 4: true, 6: true },
          open: true,
          addresses: ["192.0.2.2", "2001:db8::2"],
        },
      ],
    },
  ]);
  assert.deepEqual(warnings, [
    "pdb-0.json: a row of netixlan is deleted, left out",
    "PeeringDB: AS51185 at exchange 35 is not operational, left out",
  ]);
});

test("the API's answers, one kind each, say the same as one document", () => {
  const { ix, ixlan, net, netixlan } = dump;
  assert.deepEqual(
    read(netixlan, net, { data: [], meta: {} }, ixlan, ix).exchanges,
    read(dump).exchanges,
  );
  const [alone] = read(netixlan).exchanges;
  assert.equal(alone?.name, "");
  assert.equal(alone?.members.length, 1);
});

test("a compact list of exchanges with members tells who is there, and no speeds", () => {
  const { exchanges } = read({
    source: "PeeringDB",
    exchanges: [
      { id: 35, name: "MIX-IT", city: "Milan", members: [{ asn: 1_267, name: "WINDTRE" }] },
    ],
  });
  assert.deepEqual(exchanges, [
    {
      id: 35,
      name: "MIX-IT",
      city: "Milan",
      country: null,
      members: [
        {
          asn: 1_267,
          name: "WINDTRE",
          portMbps: null,
          routeServer: { 4: null, 6: null },
          open: false,
          addresses: [],
        },
      ],
    },
  ]);
});

test("what is no PeeringDB document is refused with file, JSON path and cure", () => {
  const cases: [unknown, RegExp][] = [
    ["oops", /pdb-0\.json is not JSON/],
    ["[]", /\$: it is not an object/],
    [{}, /\$: it has neither data nor ix, ixlan, net, netixlan/],
    [{ data: [{ id: 1 }] }, /\$\.data\[0\]: it is none of/],
    [{ data: 5 }, /\$\.data: /],
    [{ net: { data: [{ asn: 12_874 }, { asn: -1 }] } }, /\$\.net\.data\[1\]\.asn: /],
    [{ data: [{ asn: 1, ixlan_id: 3, speed: "10G" }] }, /\$\.data\[0\]\.speed: /],
    [{ exchanges: [{ id: 1, members: [{}] }] }, /\$\.exchanges\[0\]\.members\[0\]\.asn: /],
  ];
  for (const [value, says] of cases)
    assert.throws(
      () => read(value),
      (error) => {
        assert.ok(error instanceof RegistaError, String(error));
        assert.match(error.message, says);
        assert.notEqual(error.cure, "");
        return true;
      },
    );
});

test("ten thousand spoiled documents are read or refused, never worse", () => {
  const text = JSON.stringify(dump);
  const all = [
    ...spoiled(text, { seed: 3, count: 5_000 }),
    ...misvalued(dump, { seed: 4, count: 5_000 }),
  ];
  let count = 0;
  for (const copy of all) {
    try {
      read(copy);
      count += 1;
    } catch (error) {
      assert.ok(error instanceof RegistaError, `${String(error)} ${copy}`);
    }
  }
  assert.ok(count > 500 && count < 9_500, `${count} of 10,000 read`);
});

/** Real membership of Italian exchanges, where the folder of real data is at hand. */
const italyFile = new URL(
  "../../../../shared/data/ixp-italy-peeringdb-2026-08-22.json",
  import.meta.url,
).pathname;

test("the Italian exchanges are read whole, TIM at none of them", () => {
  const sample = {
    exchanges: [{ id: 35, name: "MIX-IT", members: [{ asn: 12_874, name: "Fastweb" }] }],
  };
  const text = existsSync(italyFile) ? readFileSync(italyFile, "utf8") : JSON.stringify(sample);
  const { exchanges, warnings } = read(text);
  assert.deepEqual(warnings, []);
  const mix = exchanges.find(({ id }) => id === 35);
  assert.ok(mix?.members.some(({ asn }) => asn === 12_874));
  for (const { members } of exchanges) assert.ok(!members.some(({ asn }) => asn === 3_269));
});
