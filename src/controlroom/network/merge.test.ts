import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { type NetworkMap, networkMapSchema } from "#protocol";
import { down, up } from "../compose/matchFixture.ts";
import { MAP_COUNTS_MS, REORDER_BEYOND } from "../limits.ts";
import { edgeOf, mapOf, networkOf } from "./mapFixture.ts";
import { merge, type MergeInputs } from "./merge.ts";
import { orderOf } from "./order.ts";

const at = 1_795_301_664_500;
const view = (directors: MergeInputs["directors"], over: Partial<MergeInputs> = {}) =>
  merge({ at, title: "", watchUrl: "http://w/", fullAt: 0.95, shown: [], directors, ...over });

describe("the network view", () => {
  it("of one director is its map, with every class and its share", () => {
    const map = networkMapSchema.parse(mapOf());
    const { total, classes, local, networks, title } = view([up(map)]);
    assert.equal(title, "Roma – Lazio");
    assert.deepEqual(total, map.total);
    assert.deepEqual(
      classes.map((part) => part.class),
      ["on-net", "pni", "exchange", "exchange-rs", "exchange-remote", "transit"],
    );
    const shares = classes.reduce((sum, { viewerShare }) => sum + (viewerShare ?? 0), 0);
    assert.ok(Math.abs(shares - 1) < 1e-4);
    const far = (900 + 40 + 260 + 60 + 85) / total.viewers;
    assert.ok(Math.abs((local.viewers ?? 0) - (1 - far)) < 1e-4);
    assert.equal(networks[0]?.name, "TIM");
    assert.equal(networks[0]?.local, 0.9);
  });

  const abroad = (viewers: number) =>
    edgeOf("other-cdn", { foreign: true, viewers, mbps: 4 * viewers, load: null });

  it("of several adds up viewers and bytes, and takes what all of them read from one source once", () => {
    const other = mapOf({
      at: mapOf().at + 1,
      directors: 2,
      networks: [networkOf(12_874, "Fastweb", { "on-net": 100, transit: 25 })],
      edges: [edgeOf("mix-1", { mbps: 16_000, load: 0.5 }), edgeOf("new"), abroad(20)],
      reports: ["a report of its own", ...mapOf().reports],
    });
    const merged = view([
      up(mapOf({ edges: [...mapOf().edges.slice(0, 5), abroad(10)] })),
      up(other),
    ]);
    const fastweb = merged.networks.find(({ asn }) => asn === 12_874);
    assert.equal(merged.total.viewers, mapOf().total.viewers + 125);
    assert.equal(merged.declared, 2);
    assert.equal(fastweb?.viewers, 6_625);
    assert.equal(fastweb?.classes.find((part) => part.class === "transit")?.viewers, 25);
    assert.equal(fastweb?.limitMbps, 40_000);
    const mix = merged.edges.find(({ id }) => id === "mix-1");
    assert.deepEqual([mix?.mbps, mix?.load, mix?.viewers], [16_000, 0.5, 4_950]);
    const foreign = merged.edges.find(({ id }) => id === "other-cdn");
    assert.deepEqual([foreign?.viewers, foreign?.mbps], [30, 120]);
    assert.ok(merged.edges.some(({ id }) => id === "new"));
    assert.equal(merged.exchanges.length, 2);
    assert.deepEqual(merged.reports.length, 2);
    assert.equal(merged.pnis[0]?.names[1], "TIM");
  });

  it("keeps what is wrong on top: silent, slow and full edges, and says it in its sentence", () => {
    const { edges, verdict } = view([up(mapOf())]);
    assert.deepEqual(
      edges.slice(0, 3).map(({ id, standing }) => [id, standing]),
      [
        ["topix-1", "silent"],
        ["mix-2", "full"],
        ["other-cdn", "slow"],
      ],
    );
    assert.equal(verdict.state, "trouble");
    assert.match(
      verdict.text,
      /^Edge topix-1 is silent; 1 port is down; edge other-cdn is slow; edge mix-2 is full\. 94 % of viewers/,
    );
  });

  it("says how local it is when nothing is wrong, and what to wait for when nobody is there", () => {
    const calm = { edges: [edgeOf("mix-1")], exchanges: [], pnis: [] };
    const good = view([
      up(mapOf({ ...calm, networks: [networkOf(1, "A", { pni: 3, transit: 1 })] })),
    ]);
    assert.deepEqual(good.verdict, {
      state: "good",
      text: "75 % of viewers and 75 % of bytes are local; 1 viewer over transit.",
    });
    const empty = view([up(mapOf({ ...calm, networks: [] }))]);
    assert.deepEqual(empty.verdict, { state: "waiting", text: "Nobody watches yet." });
    assert.deepEqual(empty.local, { viewers: null, mbps: null });
    assert.ok(empty.classes.every(({ viewerShare }) => viewerShare === null));
  });

  it("counts a silent director's last map for a moment, then leaves it out and says who is missing", () => {
    const soon = view([up(mapOf()), down(mapOf(), at - MAP_COUNTS_MS + 1)]);
    assert.equal(soon.total.viewers, 2 * mapOf().total.viewers);
    const later = view([up(mapOf()), down(mapOf(), at - MAP_COUNTS_MS)]);
    assert.equal(later.total.viewers, mapOf().total.viewers);
    assert.match(later.verdict.text, /^1 director of 2 is silent/);
    const none = view([down<NetworkMap>(null, at - 60_000)]);
    assert.deepEqual(none.verdict, {
      state: "trouble",
      text: "No director tells where viewers are.",
    });
    assert.deepEqual(none.networks, []);
  });
});

describe("the order of networks", () => {
  const rows = (...viewers: number[]) =>
    view([
      up(
        mapOf({
          networks: viewers.map((count, index) =>
            networkOf(index + 1, `N${index}`, { pni: count }),
          ),
        }),
      ),
    ]).networks;
  const shown = ["AS1", "AS2", "AS3"];
  const ids = (...viewers: number[]) => orderOf(rows(...viewers), shown).map(({ id }) => id);

  it("stays while numbers change a little, newcomers behind", () => {
    assert.deepEqual(ids(100, 110, 50, 40), ["AS1", "AS2", "AS3", "AS4"]);
  });

  it("is made anew when a network has outgrown the one above it", () => {
    assert.deepEqual(ids(100, 100 * (1 + REORDER_BEYOND) + 1, 50, 60), [
      "AS2",
      "AS1",
      "AS4",
      "AS3",
    ]);
  });
});
