import assert from "node:assert/strict";
import test from "node:test";
import { RegistaError } from "#base";
import { readIxf } from "./ixf.ts";
import { IXF_BYTES_LIMIT, MEMBERS_LIMIT } from "./limits.ts";
import { misvalued, spoiled } from "./mutateFixture.ts";

const port = (speed: number | null) => ({ switch_id: 1, if_speed: speed, if_type: "LR4" });
const vlan = (ipv4: object | null, ipv6: object | null) => ({ vlan_id: 2, ipv4, ipv6 });

/** As exchanges publish it, with fields that nobody here reads. */
const document = {
  version: "1.0",
  timestamp: "2026-11-22T09:00:00Z",
  generator: "something",
  ixp_list: [
    { ixp_id: 7, ixf_id: 41, shortname: "EX Roma", name: "Exchange Roma", country: "IT", vlan: [] },
    { ixp_id: 8, ixf_id: 42, shortname: "EX Bari", country: "IT" },
  ],
  member_list: [
    {
      asnum: 64_500,
      name: "Large",
      member_type: "peering",
      peering_policy: "Open",
      contact_phone: ["+39 …"],
      connection_list: [
        {
          ixp_id: 7,
          state: "active",
          if_list: [port(100_000), port(100_000)],
          vlan_list: [
            vlan(
              { address: "192.0.2.1", routeserver: false, as_macro: "AS-LARGE" },
              { address: "2001:db8::1", routeserver: true },
            ),
          ],
        },
        { ixp_id: 7, state: "connected", if_list: [port(10_000)] },
        { ixp_id: 8, if_list: [port(10_000)] },
      ],
    },
    {
      asnum: 64_501,
      name: "Small",
      peering_policy: "selective",
      connection_list: [
        { ixp_id: 7, state: "active", if_list: [port(null)], vlan_list: [vlan(null, {})] },
        { ixp_id: 7, state: "inactive", if_list: [port(1_000)] },
        { ixp_id: 9, state: "active", if_list: [port(1_000)] },
      ],
    },
  ],
};

const refusal = (text: string): RegistaError => {
  try {
    readIxf(text, "ex.json");
  } catch (error) {
    assert.ok(error instanceof RegistaError, String(error));
    return error;
  }
  return assert.fail("it was read");
};

test("a member's ports are added up by exchange, with its sessions, policy and addresses", () => {
  const { exchanges } = readIxf(JSON.stringify(document));
  assert.deepEqual(
    exchanges.map(({ id, name, country }) => ({ id, name, country })),
    [
      { id: 7, name: "Exchange Roma", country: "IT" },
      { id: 8, name: "EX Bari", country: "IT" },
    ],
  );
  assert.deepEqual(exchanges[0]?.members, [
    {
      asn: 64_500,
      name: "Large",
      portMbps: 210_000,
      routeServer: { 4: false, 6: true },
      open: true,
      addresses: ["192.0.2.1", "2001:db8::1"],
    },
    {
      asn: 64_501,
      name: "Small",
      portMbps: null,
      routeServer: { 4: null, 6: null },
      open: false,
      addresses: [],
    },
  ]);
  assert.deepEqual(
    exchanges[1]?.members.map(({ asn, portMbps }) => [asn, portMbps]),
    [[64_500, 10_000]],
  );
});

test("what is left out is told, with who and why", () => {
  assert.deepEqual(readIxf(JSON.stringify(document), "ex.json").warnings, [
    "ex.json: AS64501: a connection is inactive, left out",
    "ex.json: AS64501 is at ixp_id 9, which ixp_list does not have",
    "ex.json: AS64501 has no if_speed",
  ]);
});

test("thousands of warnings of a kind end in a number", () => {
  const [small] = document.member_list.slice(1);
  const member_list = Array.from({ length: 400 }, (_, index) => ({
    ...small,
    asnum: 65_000 + index,
    connection_list: [{ ixp_id: 7, state: "quarantine" }],
  }));
  const { warnings } = readIxf(JSON.stringify({ ...document, member_list }));
  assert.equal(warnings.length, 51);
  assert.equal(warnings.at(-1), "and 350 more connections that are not up");
});

test("documents of the versions before 1.0 are read where their fields agree", () => {
  for (const version of ["0.6", "0.7"])
    assert.deepEqual(
      readIxf(JSON.stringify({ ...document, version })).exchanges,
      readIxf(JSON.stringify(document)).exchanges,
    );
  const { warnings } = readIxf(JSON.stringify({ ...document, version: "2.3" }), "ex.json");
  assert.equal(warnings[0], "ex.json is of version 2.3; it is read as 1.0");
});

test("a malformed document is refused with the JSON path and a cure", () => {
  const [large] = document.member_list;
  const withMember = (change: object): string =>
    JSON.stringify({ ...document, member_list: [large, { ...large, ...change }] });
  const cases: [string, string, RegExp][] = [
    ["<html>", "formats/not-json", /ex\.json is not JSON/],
    ["[]", "formats/wrong-shape", /ex\.json: \$: /],
    ["{}", "formats/wrong-shape", /\$\.version/],
    [withMember({ asnum: 0 }), "formats/wrong-shape", /\$\.member_list\[1\]\.asnum/],
    [withMember({ asnum: "64500" }), "formats/wrong-shape", /\$\.member_list\[1\]\.asnum/],
    [
      withMember({ connection_list: [{ ixp_id: 7, if_list: [{ if_speed: -1 }] }] }),
      "formats/wrong-shape",
      /\$\.member_list\[1\]\.connection_list\[0\]\.if_list\[0\]\.if_speed/,
    ],
    [
      JSON.stringify({
        ...document,
        member_list: Array.from({ length: MEMBERS_LIMIT + 1 }, () => large),
      }),
      "formats/wrong-shape",
      /\$\.member_list: /,
    ],
    [" ".repeat(IXF_BYTES_LIMIT + 1), "formats/too-large", /larger than/],
  ];
  for (const [text, code, says] of cases) {
    const error = refusal(text);
    assert.equal(error.code, code);
    assert.match(error.message, says);
    assert.notEqual(error.cure, "");
  }
  assert.match(refusal("{}").cure, /Euro-IX schema/);
});

test("ten thousand spoiled documents are read or refused, never worse", () => {
  const text = JSON.stringify(document);
  const all = [
    ...spoiled(text, { seed: 1, count: 5_000 }),
    ...misvalued(document, { seed: 2, count: 5_000 }),
  ];
  let read = 0;
  for (const copy of all) {
    try {
      for (const { members } of readIxf(copy).exchanges)
        for (const { asn, portMbps } of members)
          assert.ok(asn > 0 && (portMbps === null || portMbps > 0), copy);
      read += 1;
    } catch (error) {
      assert.ok(error instanceof RegistaError, `${String(error)} ${copy}`);
    }
  }
  assert.ok(read > 500 && read < 9_500, `${read} of 10,000 read`);
});
