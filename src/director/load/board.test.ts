import assert from "node:assert/strict";
import test from "node:test";
import { monoMs } from "#base";
import { defaultPolicy } from "#protocol";
import fc from "fast-check";
import { STALE_AFTER_MS } from "../limits.ts";
import { ResourceBoard } from "./board.ts";
import { MOVE_LAG_MS, PROMISE_SEEN_MS, PROMISE_UNSEEN_MS } from "./limits.ts";
import type { Measure } from "./measure.ts";

const port = (usedMbps: number | null, more: Partial<Measure> = {}): Measure => ({
  ...{ id: "port", kind: "port", name: "the port", capacityMbps: 1_000, usedMbps, up: true },
  ...more,
});
const boardOf = (directors = 1): ResourceBoard =>
  new ResourceBoard({ policy: defaultPolicy, directors, startedAt: monoMs(0) });
const loadOf = (board: ResourceBoard): number => board.fill(board.resource("port"));
const roomFor = (board: ResourceBoard): number => {
  let mbps = 0;
  while (board.roomOver([board.resource("port")], mbps + 1, defaultPolicy.fullAt)) mbps += 1;
  return mbps;
};

test("what nobody told of has room and no load", () => {
  const board = boardOf();
  assert.equal(loadOf(board), 0);
  assert.ok(board.roomOver([board.resource("port")], 1_000_000, 0.95));
});

test("what is promised counts until a measurement of a later second has it", () => {
  const board = boardOf();
  board.take(port(500), monoMs(1_000));
  board.spend(["port"], 100, monoMs(1_000));
  assert.equal(loadOf(board), 0.6);
  // Measured over the second in which it began: part of it is in already.
  board.take(port(550), monoMs(1_750));
  const between = loadOf(board);
  assert.ok(between > 0.55 && between < 0.65, `${between}`);
  board.take(port(600), monoMs(2_500));
  assert.equal(loadOf(board), 0.6);
});

test("a viewer that is moved draws later, and its promise stands the longer", () => {
  const board = boardOf();
  board.take(port(500), monoMs(1_000));
  board.spend(["port"], 100, monoMs(1_000), MOVE_LAG_MS);
  board.take(port(500), monoMs(2_900));
  assert.equal(loadOf(board), 0.6);
  board.take(port(600), monoMs(4_500));
  assert.equal(loadOf(board), 0.6);
});

test("a steady inflow is believed as it is, whatever moment of it a measurement tells, and however late", () => {
  const STEP_MS = 10;
  const [perStep, from, to] = [1, 5_000, 9_000];
  const sentBy = (at: number): number => Math.max(0, Math.min(at, to) - from) * (perStep / STEP_MS);
  // Each draws from the middle of the time in which a player has only begun to ask: this is the mean of a second of it.
  const measuredAt = (at: number): number => {
    const second = PROMISE_SEEN_MS - PROMISE_UNSEEN_MS;
    const parts = Array.from(
      { length: second / STEP_MS },
      (_, n) => at - PROMISE_UNSEEN_MS - n * STEP_MS,
    );
    return parts.reduce((sum, part) => sum + sentBy(part), 0) / parts.length;
  };
  fc.assert(
    fc.property(fc.integer({ min: from, max: to }), fc.nat(STALE_AFTER_MS), (saidAt, lateMs) => {
      const board = boardOf();
      const now = Math.min(to, saidAt + lateMs);
      for (let at = from; at < now; at += STEP_MS) board.spend(["port"], perStep, monoMs(at));
      board.take(port(measuredAt(saidAt)), monoMs(saidAt));
      const believed = 1_000 * loadOf(board);
      const off = (believed - sentBy(now)) * (STEP_MS / perStep);
      assert.ok(Math.abs(off) <= 3 * STEP_MS, `${off} ms of the inflow`);
    }),
    { seed: 5 },
  );
});

test("a measurement of before the director's own reckoning lacks what was promised since", () => {
  const board = boardOf();
  board.take(port(null), monoMs(0));
  board.spend(["port"], 100, monoMs(600));
  board.assume("port", 100, monoMs(1_000));
  assert.equal(loadOf(board), 0.1);
  // Said before the promise, heard after the reckoning.
  board.take(port(0), monoMs(500));
  assert.equal(loadOf(board), 0.1);
  board.take(port(100), monoMs(2_000));
  assert.equal(loadOf(board), 0.1);
});

test("what is promised for later leaves in memory what the oldest word that counts has not seen", () => {
  const board = boardOf();
  const saidAt = 20_000;
  const now = saidAt + STALE_AFTER_MS;
  board.spend(["port"], 100, monoMs(saidAt));
  for (let at = saidAt; at < now; at += 50) board.spend(["port"], 1, monoMs(at), MOVE_LAG_MS);
  board.take(port(0), monoMs(saidAt));
  assert.equal(1_000 * loadOf(board), 170);
});

test("each of several directors spends its share of the headroom, and all of them no more than there is", () => {
  const boards = Array.from({ length: 3 }, () => boardOf(3));
  let spent = 0;
  for (const board of boards) {
    board.take(port(350), monoMs(1_000));
    while (board.roomOver([board.resource("port")], 5, defaultPolicy.fullAt)) {
      board.spend(["port"], 5, monoMs(1_100));
      spent += 5;
    }
  }
  assert.equal(spent, 600);
});

test("what nobody measures counts by what this director's viewers draw, the other directors' alike", () => {
  const board = boardOf(2);
  board.take(port(null), monoMs(0));
  board.spend(["port"], 100, monoMs(100));
  assert.equal(loadOf(board), 0.2);
  board.assume("port", 150, monoMs(1_000));
  assert.equal(loadOf(board), 0.3);
  assert.equal(roomFor(board), 325);
});

test("nothing has room over a line that is down, and it is the tightest of its path", () => {
  const board = boardOf();
  board.take(port(0, { up: false }), monoMs(0));
  board.take(port(900, { id: "edge/x" }), monoMs(0));
  const resources = [board.resource("edge/x"), board.resource("port")];
  assert.equal(board.roomOver(resources, 1, 0.95), false);
  assert.equal(board.tightest(resources)?.id, "port");
});

test("it has been calm since it fell below backAt, by measurement and promise", () => {
  const board = boardOf();
  const calm = (): number | null => board.resource("port").calmSince;
  board.take(port(700), monoMs(1_000));
  assert.equal(calm(), 0);
  board.spend(["port"], 150, monoMs(1_500));
  assert.equal(calm(), null);
  board.take(port(700), monoMs(9_000));
  assert.equal(calm(), 9_000);
  board.take(port(790), monoMs(10_000));
  assert.equal(calm(), 9_000);
});

test("a burst of one second is not taken for an excess, a limit that is lowered is at once", () => {
  const board = boardOf();
  const { sustained } = {
    sustained: (): number => board.resource("port").sustainedMbps,
  };
  board.take(port(500), monoMs(1_000));
  board.take(port(1_100), monoMs(2_000));
  assert.equal(sustained(), 500);
  board.take(port(1_050), monoMs(3_000));
  assert.equal(sustained(), 1_050);
  board.take(port(800, { capacityMbps: 500 }), monoMs(4_000));
  assert.ok(sustained() > 0.95 * board.resource("port").capacityMbps);
});
