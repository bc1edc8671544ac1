import assert from "node:assert/strict";
import test from "node:test";
import { monoMs } from "#base";
import type { StandingName } from "#protocol";
import fc from "fast-check";
import { Desk, edgeOf, pathTo, planOf } from "./decideFixture.ts";
import { ALTERNATIVES_LIMIT } from "./limits.ts";
import type { MoveReason } from "./reasons.ts";

const near = edgeOf("near");
const [xa, xb] = [edgeOf("xa"), edgeOf("xb")];
const far = edgeOf("far", 10_000);
const plan = planOf([
  pathTo(near, { cost: 0, class: "on-net" }),
  pathTo(xa, { over: ["port"] }),
  pathTo(xb, { over: ["port"] }),
  pathTo(far, { cost: 100, class: "transit" }),
]);
const NOW = 60_000;

interface Scene {
  /** Mb/s by edge; -1: it never spoke. */
  loads?: Record<string, number>;
  /** Ms since the last heartbeat by edge. */
  silence?: Record<string, number>;
  draining?: string[];
  slow?: string[];
  port?: { capacity: number; used: number | null; up?: boolean };
  /** Ms since the director's start. */
  age?: number;
  current?: string;
}

function play(scene: Scene): {
  desk: Desk;
  first: string;
  leastBad: boolean;
  moved: MoveReason | null;
} {
  const now = scene.age ?? NOW;
  const desk = new Desk(plan);
  for (const edge of [near, xa, xb, far]) {
    const mbps = scene.loads?.[edge.id] ?? 100;
    const at = now - (scene.silence?.[edge.id] ?? 500);
    if (mbps >= 0)
      desk.beatOne(edge, mbps, at, { draining: scene.draining?.includes(edge.id) ?? false });
    if (!scene.slow?.includes(edge.id)) continue;
    for (let n = 0; n < 30; n++)
      desk.health.probed(
        edge,
        { ok: true, firstByteMs: n < 20 ? 5 : 900, mbps: null },
        monoMs(now),
      );
  }
  if (scene.port) desk.line("port", scene.port, now - 500);
  const { path, leastBad, moved } = desk.decide("viewer", now, scene.current);
  return { desk, first: path.edge.id, leastBad, moved };
}

const table: [sentence: string, scene: Scene, edge: RegExp, leastBad: boolean][] = [
  ["the cheapest tier goes first", {}, /^near$/, false],
  ["a full edge is left for the next tier", { loads: { near: 949 } }, /^x[ab]$/, false],
  ["a silent edge is left", { silence: { near: 2_501 } }, /^x[ab]$/, false],
  ["2.5 s of silence are no silence", { silence: { near: 2_500 } }, /^near$/, false],
  ["a draining edge gets nobody new", { draining: ["near"] }, /^x[ab]$/, false],
  ["a slow edge gets nobody new", { slow: ["near"] }, /^x[ab]$/, false],
  [
    "a full line on the way is as bad as a full edge",
    { draining: ["near"], port: { capacity: 1_000, used: 990 } },
    /^far$/,
    false,
  ],
  [
    "nothing goes over a line that is down",
    { draining: ["near"], port: { capacity: 1_000, used: 0, up: false } },
    /^far$/,
    false,
  ],
  [
    "a line that nobody measures has room for what is promised",
    { draining: ["near"], port: { capacity: 1_000, used: null } },
    /^x[ab]$/,
    false,
  ],
  [
    "who never spoke counts as up while the director is new",
    { loads: { near: -1 }, age: 3_000 },
    /^near$/,
    false,
  ],
  [
    "after that it stands behind those that did",
    { loads: { near: -1 }, age: 3_001 },
    /^x[ab]$/,
    false,
  ],
  [
    "and before those that are down",
    { loads: { near: -1 }, silence: { xa: 9_000, xb: 9_000, far: 9_000 } },
    /^near$/,
    false,
  ],
  [
    "when all are full the one that is over full least is the least bad",
    { loads: { near: 1_400, xa: 1_400, xb: 1_000, far: 14_000 } },
    /^xb$/,
    true,
  ],
  [
    "a slow edge with room is less bad than full ones",
    { slow: ["xb"], loads: { near: 990, xa: 990, xb: 100, far: 9_900 } },
    /^xb$/,
    true,
  ],
  [
    "a full edge is less bad than a draining one, which is less bad than silence",
    { draining: ["near"], silence: { xa: 9_000, xb: 9_000 }, loads: { far: 30_000 } },
    /^far$/,
    true,
  ],
  [
    "when all are silent the cheapest is given all the same",
    { silence: { near: 9_000, xa: 9_000, xb: 9_000, far: 9_000 } },
    /^near$/,
    true,
  ],
];

for (const [sentence, scene, edge, leastBad] of table) {
  test(sentence, () => {
    const choice = play(scene);
    assert.match(choice.first, edge);
    assert.equal(choice.leastBad, leastBad);
  });
}

const moves: [sentence: string, scene: Scene, edge: RegExp, moved: MoveReason | null][] = [
  ["a viewer stays on a fit edge", { current: "near" }, /^near$/, null],
  [
    "a viewer stays within its tier wherever the ring would put it",
    { current: "xb", draining: ["near"] },
    /^xb$/,
    null,
  ],
  [
    "a viewer leaves a silent edge at once",
    { current: "near", silence: { near: 3_000 } },
    /^x[ab]$/,
    "silent",
  ],
  [
    "a viewer leaves a draining edge at once",
    { current: "near", draining: ["near"] },
    /^x[ab]$/,
    "draining",
  ],
  [
    "a viewer leaves a path whose line is down at once",
    { current: "xa", draining: ["near"], port: { capacity: 1_000, used: 0, up: false } },
    /^far$/,
    "severed",
  ],
  [
    "a viewer of an edge that may not serve it goes where a new one would",
    { current: "nobody" },
    /^near$/,
    "barred",
  ],
  [
    "a viewer goes up to a path that has had room since the start",
    { current: "far" },
    /^near$/,
    "better",
  ],
  [
    "a viewer does not go up to a path that has room only for new ones",
    { current: "far", loads: { near: 900, xa: 900, xb: 900 } },
    /^far$/,
    null,
  ],
  [
    "a viewer stays on the least bad when that is where it is",
    { current: "near", silence: { near: 9_000, xa: 9_000, xb: 9_000, far: 9_000 } },
    /^near$/,
    null,
  ],
];

for (const [sentence, scene, edge, moved] of moves) {
  test(sentence, () => {
    const choice = play(scene);
    assert.match(choice.first, edge);
    assert.equal(choice.moved, moved);
  });
}

test("a viewer always gets the same edge, another channel another one, and viewers spread by capacity", () => {
  const edges = [edgeOf("a", 1_000), edgeOf("b", 1_000), edgeOf("c", 2_000)];
  const desk = new Desk(planOf(edges.map((edge) => pathTo(edge))));
  desk.beat({}, 0);
  const counts = new Map<string, number>();
  let others = 0;
  for (let n = 0; n < 4_000; n++) {
    const question = desk.question(`viewer-${n}`, 0);
    const { id } = desk.decider.decide(question).path.edge;
    assert.equal(desk.decider.decide(question).path.edge.id, id);
    if (desk.decider.decide({ ...question, channel: "other" }).path.edge.id !== id) others += 1;
    counts.set(id, (counts.get(id) ?? 0) + 1);
  }
  for (const { id, capacityMbps } of edges) {
    const share = (counts.get(id) ?? 0) / capacityMbps;
    assert.ok(share > 0.85 && share < 1.15, `${id} ${share}`);
  }
  assert.ok(others > 1_500, `${others}`);
});

test("no edge is beyond the bound of its fair share while others of its tier have room", () => {
  const edges = Array.from({ length: 20 }, (_, n) => edgeOf(`e${n}`, n % 2 ? 1_000 : 3_000));
  const desk = new Desk(planOf(edges.map((edge) => pathTo(edge))));
  desk.beat({}, 0);
  const on = new Map<string, number>();
  for (let n = 0; n < 6_000; n++) {
    const { id } = desk.send(`viewer-${n}`, n / 10).path.edge;
    on.set(id, (on.get(id) ?? 0) + 1);
  }
  for (const { id, capacityMbps } of edges) {
    const fair = (6_000 * capacityMbps) / 40_000;
    assert.ok((on.get(id) ?? 0) <= 1.15 * fair + 1, `${id}: ${on.get(id)} of ${fair}`);
  }
});

test("an edge's death moves little more than its own viewers", () => {
  const edges = Array.from({ length: 50 }, (_, n) => edgeOf(`e${n}`));
  const desk = new Desk(planOf(edges.map((edge) => pathTo(edge))));
  desk.beat({}, 0);
  const count = 5_000;
  const before = new Map<string, string>();
  for (let n = 0; n < count; n++)
    before.set(`viewer-${n}`, desk.send(`viewer-${n}`, n / 10).path.edge.id);
  const own = [...before.values()].filter((id) => id === "e7").length;
  // All beat on but one.
  const loads: Record<string, number> = {};
  for (const id of before.values()) loads[id] = (loads[id] ?? 0) + 5;
  for (let at = 1_000; at <= 4_000; at += 1_000)
    for (const edge of edges) if (edge.id !== "e7") desk.beatOne(edge, loads[edge.id] ?? 0, at);
  let moved = 0;
  for (const [viewer, current] of before)
    if (desk.send(viewer, 4_000, { current }).path.edge.id !== current) moved += 1;
  assert.equal(moved, own);
});

test("without an edge the ring names the same edges as with it, but for its own viewers", () => {
  const edges = Array.from({ length: 50 }, (_, n) => edgeOf(`e${n}`));
  const desk = new Desk(planOf(edges.map((edge) => pathTo(edge))));
  const viewers = Array.from({ length: 2_000 }, (_, n) => `viewer-${n}`);
  desk.beat({}, 0);
  const before = viewers.map((viewer) => desk.decide(viewer, 0).path.edge.id);
  for (const edge of edges) if (edge.id !== "e7") desk.beatOne(edge, 0, 4_000);
  for (const [index, viewer] of viewers.entries()) {
    const { id } = desk.decide(viewer, 4_000).path.edge;
    if (before[index] === "e7") assert.notEqual(id, "e7");
    else assert.equal(id, before[index]);
  }
});

test("alternatives are others, fit ones first, a few of each tier, and name every edge of a small plan", () => {
  const { desk } = play({ draining: ["xa"] });
  const choice = desk.decide("viewer", NOW);
  assert.equal(choice.path.edge.id, "near");
  assert.deepEqual(
    choice.next.map(({ edge }) => edge.id),
    ["xb", "far", "xa"],
  );
  const many = planOf([
    ...Array.from({ length: 40 }, (_, n) => pathTo(edgeOf(`x${n}`))),
    pathTo(far, { cost: 100 }),
  ]);
  const crowd = new Desk(many);
  crowd.beat({}, 0);
  const { path, next } = crowd.decide("viewer", 0);
  assert.equal(next.length, ALTERNATIVES_LIMIT);
  assert.equal(new Set([path, ...next].map(({ edge }) => edge.id)).size, ALTERNATIVES_LIMIT + 1);
  assert.ok(next.slice(0, 4).some(({ edge }) => edge.id === "far"));
});

test("edges that a network reaches badly are left for others, and taken when there is nothing else", () => {
  const { desk } = play({});
  const shuns = (edge: string): boolean => edge === "near";
  const fresh = desk.decider.decide(desk.question("viewer", NOW, { shuns }));
  assert.match(fresh.path.edge.id, /^x[ab]$/);
  const moved = desk.decider.decide(desk.question("viewer", NOW, { shuns, current: "near" }));
  assert.equal(moved.moved, "slow");
  const all = desk.decider.decide(desk.question("viewer", NOW, { shuns: () => true }));
  assert.equal(all.leastBad, true);
});

test("a slow edge loses a share of its viewers at once and all of them when it stays slow", () => {
  const { desk } = play({ slow: ["near"] });
  const leaves = (at: number): number => {
    desk.beat({ near: 100 }, at);
    return Array.from({ length: 400 }, (_, n) => desk.decide(`v${n}`, at, "near")).filter(
      ({ moved }) => moved === "slow",
    ).length;
  };
  const [first, later, last] = [leaves(NOW), leaves(NOW + 5_000), leaves(NOW + 10_000)];
  assert.ok(first > 60 && first < 140, `${first}`);
  assert.ok(later > 200 && later < 300, `${later}`);
  assert.equal(last, 400);
});

test("whatever the weather there is an answer, and it is unfit only when it says so", () => {
  const fate = fc.record({
    mbps: fc.oneof(fc.constant(-1), fc.nat(1_500)),
    silence: fc.nat(5_000),
    draining: fc.boolean(),
    slow: fc.boolean(),
  });
  const weather = fc.record({
    fates: fc.tuple(fate, fate, fate, fate),
    used: fc.option(fc.nat(1_500)),
    up: fc.boolean(),
    age: fc.integer({ min: 5_000, max: 90_000 }),
    current: fc.option(fc.constantFrom("near", "xa", "xb", "far", "nobody"), { nil: undefined }),
  });
  fc.assert(
    fc.property(weather, ({ fates, used, up, age, current }) => {
      const scene = { loads: {}, silence: {}, draining: [], slow: [] } as Required<
        Pick<Scene, "loads" | "silence" | "draining" | "slow">
      >;
      for (const [index, { id }] of [near, xa, xb, far].entries()) {
        const told = fates[index as 0 | 1 | 2 | 3];
        scene.loads[id] = told.mbps;
        scene.silence[id] = told.silence;
        if (told.draining) scene.draining.push(id);
        if (told.slow) scene.slow.push(id);
      }
      const port = { capacity: 1_000, used, up };
      const { desk, first, leastBad } = play({ ...scene, port, age, ...(current && { current }) });
      const { path, next } = desk.decide("viewer", age, current);
      assert.equal(path.edge.id, first);
      assert.deepEqual([path, ...next].map(({ edge }) => edge.id).sort(), [
        "far",
        "near",
        "xa",
        "xb",
      ]);
      const standing: StandingName = desk.health.of(path.edge, monoMs(age)).standing;
      if (!leastBad) assert.ok(!["silent", "draining"].includes(standing), standing);
    }),
    { seed: 4, numRuns: 300 },
  );
});
