import assert from "node:assert/strict";
import { test } from "node:test";
import { type Reason, reasons } from "../reasons.ts";
import type { Figures } from "../show.ts";
import { addUp, hostFigures, nothing } from "./hostFigures.ts";

const all = (count: number): Record<Reason, number> =>
  Object.fromEntries(Object.keys(reasons).map((name) => [name, count])) as Record<Reason, number>;

const worker = (count: number, more: Partial<Figures> = {}): Figures => ({
  ...nothing,
  reasons: all(count),
  waiters: count,
  cache: { objects: 9, bytes: 900 },
  ...more,
});

const host = { reasons: all(100), transfers: 4, cache: { objects: 3, bytes: 300 } };
const threads = { serving: 2, silent: 1 };

test("each request is counted once, by whoever knows what became of it", () => {
  const { reasons: counted } = hostFigures(host, [worker(1), worker(2)], threads);
  assert.equal(counted.miss, 100, "only the host tier knows what was asked upstream");
  assert.equal(counted.stored, 100);
  assert.equal(counted.notModified, 3, "said to viewers, and by the host tier to its workers");
  assert.equal(counted.own, 3);
  assert.equal(counted.hit, 103, "answered by a worker, or by the host tier for one");
  assert.equal(counted.collapsed, 103);
});

test("bytes are those of the host tier: what workers keep are views of them", () => {
  const shown = hostFigures(host, [worker(1), worker(2)], threads);
  assert.deepEqual(shown.cache, { objects: 3, bytes: 300 });
  assert.deepEqual([shown.waiters, shown.transfers], [3, 4]);
  assert.deepEqual(shown.threads, threads);
});

test("all threads have one certificate, and their handshakes add up", () => {
  const tls = (done: number): Figures["tls"] => ({
    ...{ names: "edge.example", until: "2027-01-01T00:00:00Z", daysLeft: 40, state: "valid" },
    handshakes: { pending: 0, done, resumed: 1 },
    ...{ reloads: { taken: 1, refused: 0 }, refusal: null },
  });
  const shown = hostFigures(
    host,
    [nothing, worker(1, { tls: tls(5) }), worker(1, { tls: tls(7) })],
    threads,
  );
  assert.deepEqual([shown.tls?.daysLeft, shown.tls?.handshakes.done], [40, 12]);
});

test("numbers add up wherever they stand, and what is absent counts nothing", () => {
  type Tree = Record<string, unknown>;
  assert.deepEqual(
    addUp<Tree>([
      { a: 1, b: { c: 2 } },
      { a: 3, b: { d: 4 } },
      { a: 0, b: null },
    ]),
    {
      a: 4,
      b: { c: 2, d: 4 },
    },
  );
});
