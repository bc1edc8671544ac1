import assert from "node:assert/strict";
import test from "node:test";
import { monoMs, numbersOf } from "#base";
import { edgeOf, homeOf, pathTo } from "../decide/decideFixture.ts";
import { Audience } from "./audience.ts";

const PERIOD_MS = 5_000;
const homes = [homeOf(1), homeOf(2)];
const paths = ["a", "b", "c"].map((id) => pathTo(edgeOf(id)));
const audience = (): Audience => new Audience({ periodMs: PERIOD_MS, startedAt: monoMs(0) });
const on = (home: number, path: number) => ({
  home: homes[home] as (typeof homes)[number],
  path: paths[path] as (typeof paths)[number],
});
const counts = (seen: Audience): Record<string, number> =>
  Object.fromEntries(
    [...seen.cells()].map(({ home, path, viewers }) => [`${home.asn} ${path.edge.id}`, viewers]),
  );

test("a session and its first poll are one viewer", () => {
  const seen = audience();
  assert.equal(seen.saw("s", on(0, 0), monoMs(100)), true);
  assert.equal(seen.saw("s", on(0, 0), monoMs(2_000)), false);
  assert.deepEqual(counts(seen), { "1 a": 1 });
  assert.equal(seen.edgeOf("s"), "a");
  assert.equal(seen.edgeOf("nobody"), null);
});

test("who is in other footprints passes other limits, and is counted apart", () => {
  const seen = audience();
  const { home, path } = on(0, 0);
  const limited = { ...path, over: [...path.over, "limit/1/part"] };
  seen.saw("s", { home, path }, monoMs(100));
  seen.saw("t", { home: { ...home, footprints: ["1/part"] }, path: limited }, monoMs(200));
  assert.deepEqual(
    [...seen.cells()].map(({ path: { over }, viewers }) => [
      over.includes("limit/1/part"),
      viewers,
    ]),
    [
      [false, 1],
      [true, 1],
    ],
  );
});

test("a viewer that moves is counted where it is, in the same period and in the next", () => {
  const seen = audience();
  seen.saw("s", on(0, 0), monoMs(100));
  seen.saw("s", on(0, 1), monoMs(200));
  assert.deepEqual(counts(seen), { "1 b": 1 });
  seen.saw("s", on(0, 2), monoMs(PERIOD_MS + 100));
  assert.deepEqual(counts(seen), { "1 c": 1 });
});

test("who polls each period stays; who does not is gone within two", () => {
  const seen = audience();
  seen.saw("stays", on(0, 0), monoMs(4_000));
  seen.saw("leaves", on(1, 0), monoMs(4_000));
  for (let at = 9_000; at < 60_000; at += PERIOD_MS) seen.saw("stays", on(0, 0), monoMs(at));
  assert.deepEqual(counts(seen), { "1 a": 1 });
  seen.turn(monoMs(200_000));
  assert.deepEqual(counts(seen), {});
  assert.equal(seen.viewers, 0);
});

test("whatever viewers do, the count is that of a plain list of who was seen when", () => {
  const pick = numbersOf(11);
  const seen = audience();
  const list = new Map<string, { at: number; home: number; path: number }>();
  let at = 0;
  for (let step = 0; step < 20_000; step++) {
    at += pick(10);
    const viewer = `viewer-${pick(3_000)}`;
    const [home, path] = [pick(2), pick(3)];
    seen.saw(viewer, on(home, path), monoMs(at));
    list.set(viewer, { at, home, path });
    if (step % 500 > 0) continue;
    const periodAt = (time: number): number => Math.floor(time / PERIOD_MS);
    const wanted: Record<string, number> = {};
    for (const { at: last, home: whose, path: where } of list.values()) {
      if (periodAt(last) < periodAt(at) - 1) continue;
      const key = `${homes[whose]?.asn} ${paths[where]?.edge.id}`;
      wanted[key] = (wanted[key] ?? 0) + 1;
    }
    assert.deepEqual(counts(seen), wanted);
  }
});
