// Lookups: our table beside one map a length and a binary search, over the full table and a synthetic one.
import { systemClock } from "#base/clock";
import { type LongestPrefixTable, parseAddress } from "#network";
import { type Row, shortRow } from "../../result.ts";
import type { Group } from "../group.ts";
import { updates } from "./changes.ts";
import { fullTable } from "./fullTable.ts";
import { LengthMaps } from "./lengthMaps.ts";
import { oursOf } from "./ours.ts";
import type { Contender, PrefixList, Questions } from "./prefixList.ts";
import { questionsOf } from "./questions.ts";
import { SortedRanges } from "./sortedRanges.ts";
import { syntheticTable } from "./syntheticTable.ts";

const SEED = 20_260_621;
/** Different addresses a round: more than any cache of the processor holds the way to. */
const QUESTIONS = 1 << 20;
const TEXTS = 200_000;
/** A measurement goes on for so long at least, ms. */
const ROUND_MS = 300;
/** Lookups between two looks at the clock. */
const CHUNK = 1 << 16;
/** Answers compared before anything is timed. */
const COMPARED = 20_000;
const SYNTHETIC = { 4: 1_100_000, 6: 250_000 } as const;
/** Lookups a second that are asked for. */
const ASKED = { 4: 5e6, 6: 2e6 } as const;
export const lookups: Group = {
  name: "lookups",
  async measure({ runs }) {
    const rows: Row[] = [];
    for (const family of [4, 6] as const) {
      rows.push(...measureTable(await fullTable(family), runs));
      rows.push(
        ...measureTable(syntheticTable(family, { count: SYNTHETIC[family], seed: SEED }), runs),
      );
    }
    return rows;
  },
};

function measureTable(list: PrefixList, runs: number): Row[] {
  const { family, entries } = list;
  const title = `IPv${family}, ${list.name} of ${entries.length} prefixes`;
  const asked = questionsOf(list, { count: QUESTIONS, texts: TEXTS, seed: SEED });
  const ours = oursOf(list);
  const { table } = ours;
  const contenders: readonly Contender[] = [ours, new SortedRanges(list), new LengthMaps(list)];
  for (const one of contenders) agree(asked, ours, one);
  const of = ({ name }: Contender): { comparator?: string } => (name ? { comparator: name } : {});
  const goal = { limit: ASKED[family], atLeast: true };
  return [
    ...contenders.map((one) => {
      const rates = repeated(runs, () => rate(asked, one));
      return shortRow(title, "lookups/s", rates, one === ours ? goal : of(one));
    }),
    shortRow(
      `${title}, from text`,
      "lookups/s",
      repeated(runs, () => textRate(asked, table)),
    ),
    ...contenders.map((one) =>
      shortRow(`${title}, memory`, "bytes/prefix", [one.bytes / entries.length], of(one)),
    ),
    ...updates(title, { list, ours, asked, runs }),
  ];
}

/** After one that is not counted. */
function repeated(runs: number, measure: () => number): number[] {
  measure();
  return Array.from({ length: runs }, measure);
}

function agree({ words }: Questions, ours: Contender, other: Contender): void {
  for (let at = 0; at < 4 * COMPARED; at += 4) {
    const [w0 = 0, w1 = 0, w2 = 0, w3 = 0] = words.subarray(at, at + 4);
    if (ours.find(w0, w1, w2, w3) !== other.find(w0, w1, w2, w3))
      throw new Error(`${other.name} answers otherwise than ours for ${w0} ${w1} ${w2} ${w3}`);
  }
}

/** Lookups a second. */
function rate({ words }: Questions, contender: Contender): number {
  const start = systemClock.monotonic();
  let end = start;
  let done = 0;
  let covered = 0;
  for (let at = 0; end - start < ROUND_MS; at = (at + 4 * CHUNK) % words.length) {
    covered += contender.covered(words.subarray(at, at + 4 * CHUNK));
    done += CHUNK;
    end = systemClock.monotonic();
  }
  if (covered === 0) throw new Error("nothing was found");
  return (done * 1_000) / (end - start);
}

/** Lookups a second, each from the text of the address. */
function textRate({ texts }: Questions, table: LongestPrefixTable<number>): number {
  const start = systemClock.monotonic();
  let found = 0;
  for (const text of texts) {
    const address = parseAddress(text);
    if (address && table.find(address)) found += 1;
  }
  if (found === 0) throw new Error("nothing was found");
  return (texts.length * 1_000) / (systemClock.monotonic() - start);
}
