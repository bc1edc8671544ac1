// Changes while the table serves: prefixes go and come back between lookups.
import { numbersOf } from "#base";
import { systemClock } from "#base/clock";
import type { LongestPrefixTable } from "#network";
import { type Row, row, shortRow } from "../../result.ts";
import type { Contender, Entry, PrefixList, Questions } from "./prefixList.ts";
import { widestChanges } from "./widest.ts";

const SEED = 7;
const CHANGES = 100_000;
/** Lookups between two changes: ten thousand changes a second among five million lookups. */
const LOOKUPS_A_CHANGE = 500;
/** What is taken away to see memory come back. */
const LEFT = 0.1;

const least = (a: number, b: number): number => Math.min(a, b);
const most = (a: number, b: number): number => Math.max(a, b);

/** How fast changes are, the longest of them, what lookups lose by them, and whether memory comes back. */
export function updates(
  title: string,
  {
    list,
    ours,
    asked,
    runs,
  }: {
    list: PrefixList;
    ours: Contender & { readonly table: LongestPrefixTable<number> };
    asked: Questions;
    runs: number;
  },
): Row[] {
  const { table } = ours;
  const number = numbersOf(SEED);
  const some = (): Entry => list.entries[number(list.entries.length)] as Entry;
  const rates = Array.from({ length: runs }, () => changeRate(table, some));
  const each = changeTimes(table, some);
  const serving = Array.from({ length: runs }, () => servingRate({ ours, table, asked }, some));
  const widest = list.family === 4 ? widestChanges(title, table) : [];
  const full = table.bytes;
  const left = Math.floor(list.entries.length * LEFT);
  for (const { prefix } of list.entries.slice(left)) table.remove(prefix);
  const longest = row(`${title}, one change`, "µs", each);
  return [
    shortRow(`${title}, changes alone`, "changes/s", rates),
    { ...longest, min: each.reduce(least), max: each.reduce(most) },
    ...widest,
    shortRow(`${title}, one change each ${LOOKUPS_A_CHANGE} lookups`, "lookups/s", serving),
    shortRow(`${title}, memory with a tenth left`, "% of full", [(100 * table.bytes) / full]),
  ];
}

/** A prefix goes and comes back; `done` is told after each of the two. */
function goAndCome(
  table: LongestPrefixTable<number>,
  { prefix, value }: Entry,
  done?: () => void,
): void {
  table.remove(prefix);
  done?.();
  table.set(prefix, value);
  done?.();
}

/** Changes a second, nothing else to do. */
function changeRate(table: LongestPrefixTable<number>, some: () => Entry): number {
  const start = systemClock.monotonic();
  for (let made = 0; made < CHANGES; made += 2) goAndCome(table, some());
  return (CHANGES * 1_000) / (systemClock.monotonic() - start);
}

/** How long each change took, µs. */
function changeTimes(table: LongestPrefixTable<number>, some: () => Entry): number[] {
  const times: number[] = [];
  for (let made = 0; made < CHANGES; made += 2) {
    const entry = some();
    let before = systemClock.monotonic();
    goAndCome(table, entry, () => {
      const now = systemClock.monotonic();
      times.push(1_000 * (now - before));
      before = now;
    });
  }
  return times;
}

/** Lookups a second with changes between them. */
function servingRate(
  { ours, table, asked }: { ours: Contender; table: LongestPrefixTable<number>; asked: Questions },
  some: () => Entry,
): number {
  const { words } = asked;
  const start = systemClock.monotonic();
  let covered = 0;
  for (let at = 0; at < words.length; at += 8 * LOOKUPS_A_CHANGE) {
    covered += ours.covered(words.subarray(at, at + 8 * LOOKUPS_A_CHANGE));
    goAndCome(table, some());
  }
  if (covered === 0) throw new Error("nothing was found");
  return ((words.length / 4) * 1_000) / (systemClock.monotonic() - start);
}
