import assert from "node:assert/strict";
import { test } from "node:test";
import type { EdgeDeclaration } from "../../../src/director/paths/edge.ts";
import type { Path } from "../../../src/director/paths/path.ts";
import { evennessOf } from "./evenness.ts";
import { Fleet } from "./fleet.ts";
import { localityOf } from "./locality.ts";

const edge = (id: string, capacityMbps: number): EdgeDeclaration => ({
  ...{ id, url: `http://${id}.example`, capacityMbps },
});
const path = (of: EdgeDeclaration, pathClass: Path["class"], ...more: string[]): Path => ({
  ...{ edge: of, class: pathClass, cost: 0, over: [`edge/${of.id}`, ...more], reason: "" },
});
const SESSION_MBPS = 5;

function filled(...parts: [Path, number][]): Fleet {
  const fleet = new Fleet(SESSION_MBPS);
  for (const [one, viewers] of parts)
    for (let viewer = 0; viewer < viewers; viewer += 1) fleet.begin(one, 0);
  return fleet;
}

test("an edge's share of its class is by capacity, and the worst is named", () => {
  const [small, large] = [edge("small", 1_000), edge("large", 3_000)];
  const fleet = filled([path(small, "exchange"), 150], [path(large, "exchange"), 250]);
  const {
    worst,
    edge: named,
    judged,
    overloaded,
  } = evennessOf([[small, large]], {
    ...{ fleet, sessionMbps: SESSION_MBPS },
  });
  assert.deepEqual(
    { worst, named, judged, overloaded },
    { worst: 1.5, named: "small", judged: 2, overloaded: 0 },
  );
});

test("an edge is not judged when the others of its class are full, and what is over capacity is counted", () => {
  const [small, full] = [edge("small", 4_000), edge("full", 1_000)];
  const fleet = filled([path(small, "exchange"), 900], [path(full, "exchange"), 195]);
  const found = evennessOf([[small, full]], { fleet, sessionMbps: SESSION_MBPS });
  assert.equal(found.judged, 0);
  assert.equal(found.overloaded, 1);
});

test("what a resource carried is told as the mean since it was told last", () => {
  const one = path(edge("one", 1_000), "on-net");
  const fleet = new Fleet(SESSION_MBPS);
  fleet.begin(one, 500);
  assert.equal(fleet.read("edge/one", 1_000), SESSION_MBPS / 2);
  fleet.begin(one, 1_500);
  assert.equal(fleet.read("edge/one", 2_000), 1.5 * SESSION_MBPS);
  fleet.end(one, 2_000);
  assert.equal(fleet.mbps("edge/one"), SESSION_MBPS);
});

test("what is local counts as it arrives: no path gives more than its narrowest place", () => {
  const near = path(edge("near", 500), "on-net", "limit/1/a");
  const far = path(edge("far", 1_000), "transit");
  const fleet = filled([near, 200], [far, 100]);
  const paths = [...Array<Path>(200).fill(near), ...Array<Path>(100).fill(far)];
  const capacities = new Map([
    ["edge/near", 500],
    ["edge/far", 1_000],
    ["limit/1/a", 250],
  ]);
  const capacityOf = (id: string): number => capacities.get(id) ?? Infinity;
  const found = localityOf(paths, { fleet, capacityOf, sessionMbps: SESSION_MBPS });
  assert.equal(Math.round(found.viewers), 67);
  assert.equal(found.arrivingGbps, 0.75);
  assert.equal(Math.round(found.arrivingLocal), 33);
  assert.deepEqual([found.overloadedEdges, found.overloadedLinks], [1, 1]);
});
