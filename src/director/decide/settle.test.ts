// Minutes of virtual time in which edges die, lines fill and come back: what moves, and whether it comes to rest.
import assert from "node:assert/strict";
import test from "node:test";
import { defaultPolicy } from "#protocol";
import fc from "fast-check";
import { Crowd } from "./crowdFixture.ts";
import { Desk, edgeOf, pathTo, planOf } from "./decideFixture.ts";

const near = edgeOf("near", 500);
const [xa, xb] = [edgeOf("xa", 2_000), edgeOf("xb", 2_000)];
const plan = planOf([
  pathTo(near, { cost: 0 }),
  pathTo(xa, { over: ["port"] }),
  pathTo(xb, { over: ["port"] }),
  pathTo(edgeOf("far", 10_000), { cost: 100 }),
]);
const crowdOf = (seed: number, port: number): Crowd => new Crowd(plan, { seed, lines: { port } });
const BACK_MS = defaultPolicy.backAfterS * 1_000;

/** Moves of one viewer that follow one another too soon; a death is a reason at any time. */
function hasty({ moves }: Crowd): string[] {
  const last = new Map<string, number>();
  const found: string[] = [];
  for (const { viewer, at, reason } of moves) {
    const before = last.get(viewer);
    if (
      before !== undefined &&
      at - before < BACK_MS &&
      reason !== "silent" &&
      reason !== "severed"
    )
      found.push(`${viewer} at ${at}, ${at - before} ms after its last move: ${reason}`);
    last.set(viewer, at);
  }
  return found;
}

test("nobody who was placed well is moved", () => {
  const crowd = crowdOf(1, 1_000);
  crowd.come(300, { mbps: 5, overMs: 15_000 });
  crowd.run(60_000);
  assert.deepEqual(crowd.moves, []);
  assert.ok(crowd.drawn("edge/near") <= 500 && crowd.drawn("port") <= 1_000);
});

test("of a line that is lowered the excess leaves within a poll, and no more; back when there has been room for long", () => {
  const crowd = crowdOf(2, 1_000);
  crowd.come(300, { mbps: 5, overMs: 15_000 });
  crowd.run(20_000);
  const before = crowd.drawn("port");
  crowd.lines.set("port", 500);
  crowd.run(7_500);
  const after = crowd.drawn("port");
  assert.ok(after <= 500, `${after}`);
  crowd.run(30_000);
  const left = crowd.moves.length;
  const excess = (before - 475) / 5;
  assert.ok(left >= excess && left <= 1.25 * excess, `${left} moved of an excess of ${excess}`);
  crowd.lines.set("port", 1_500);
  crowd.run(BACK_MS - 2_000);
  assert.equal(crowd.moves.length, left);
  crowd.run(30_000);
  assert.ok(crowd.moves.length > left);
  assert.ok(crowd.drawn("port") <= defaultPolicy.backAt * 1_500 + 25, `${crowd.drawn("port")}`);
  assert.deepEqual(hasty(crowd), []);
});

test("the viewers of an edge that dies land on the others within a silence and a poll", () => {
  const crowd = crowdOf(3, 4_000);
  crowd.come(300, { mbps: 5, overMs: 15_000 });
  crowd.run(5_000);
  const own = crowd.viewers.filter(({ on }) => on.edge.id === "xa").length;
  assert.ok(own > 50);
  crowd.dead.add("xa");
  crowd.run(9_600);
  assert.equal(crowd.drawn("edge/xa"), 0);
  assert.equal(crowd.moves.length, own);
  assert.ok(crowd.moves.every(({ from, reason }) => from === "xa" && reason === "silent"));
});

test("whatever happens to a line and an edge, nobody is moved twice in a short time, and all comes to rest", () => {
  const event = fc.record({
    what: fc.constantFrom("port", "die", "live", "come"),
    edge: fc.constantFrom("near", "xa", "xb"),
    mbps: fc.integer({ min: 200, max: 2_000 }),
    afterMs: fc.integer({ min: 500, max: 25_000 }),
  });
  const fate = fc.record({ seed: fc.nat(), events: fc.array(event, { maxLength: 5 }) });
  fc.assert(
    fc.property(fate, ({ seed, events }) => {
      const crowd = crowdOf(seed, 1_000);
      crowd.come(100, { mbps: 5, overMs: 5_000 });
      for (const { what, edge, mbps, afterMs } of events) {
        if (what === "port") crowd.lines.set("port", mbps);
        else if (what === "die") crowd.dead.add(edge);
        else if (what === "live") crowd.dead.delete(edge);
        else crowd.come(20, { mbps: 5, overMs: 1_000 });
        crowd.run(afterMs);
      }
      crowd.run(75_000);
      assert.deepEqual(hasty(crowd), []);
      const moved = crowd.moves.length;
      crowd.run(30_000);
      assert.deepEqual(crowd.moves.slice(moved), []);
      const port = crowd.lines.get("port") as number;
      assert.ok(crowd.drawn("port") <= port, `${crowd.drawn("port")} of ${port}`);
      for (const id of crowd.dead) assert.equal(crowd.drawn(`edge/${id}`), 0);
    }),
    { seed: 9, numRuns: 25 },
  );
});

test("a line that comes on the way is shed from as soon as it is measured, though somebody asked before it was", () => {
  const desk = new Desk(
    planOf([pathTo(edgeOf("near"), { cost: 0, over: ["new"] }), pathTo(edgeOf("far"))]),
  );
  desk.beat({ near: 12 }, 59_500);
  assert.equal(desk.decide("viewer-0", 60_000, "near").stays, true);
  desk.line("new", { capacity: 5, used: 12 }, 60_200);
  const names = Array.from({ length: 60 }, (_, n) => `viewer-${n}`);
  const left = names.filter((name) => !desk.decide(name, 60_500, "near").stays).length;
  assert.ok(left > 25 && left < 50, `${left} of 60 leave`);
});
