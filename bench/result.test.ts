import assert from "node:assert/strict";
import { test } from "node:test";
import { row, shortRow, tableOf } from "./result.ts";

test("a few short runs are judged by their median, the most or the least that passes", () => {
  const runs = [90, 300, 95, 99, 80];
  assert.equal(shortRow("last", "ms", runs, { limit: 100 }).pass, true);
  assert.equal(shortRow("last", "ms", runs, { limit: 94 }).pass, false);
  assert.equal(shortRow("sooner", "×", [4, 6, 5], { limit: 5, atLeast: true }).pass, true);
  assert.equal(shortRow("sooner", "×", [4, 4.9, 5], { limit: 5, atLeast: true }).pass, false);
  assert.equal(shortRow("sooner", "×", [Number.NaN], { limit: 5, atLeast: true }).pass, false);
  const { p50, min, max } = shortRow("last", "ms", runs);
  assert.deepEqual([p50, min, max], [95, 80, 300]);
});

test("the table says what is judged which way, and of whom", () => {
  const machine = "here";
  const rows = [
    row("delay", "ms", [1, 2, 3], { value: 2 }),
    shortRow("sooner than", "×", [4, 4, 4], { limit: 5, atLeast: true, comparator: "nginx" }),
  ];
  const table = tableOf({ bench: "edge", machine, versions: {}, at: "now", runs: 1, rows });
  assert.match(table, /delay .*≤ 2 .*pass/);
  assert.match(table, /sooner than .*nginx.*4\.00–4\.00.*≥ 5 .*MISS/);
});
