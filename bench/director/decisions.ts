// Decisions in process: from the text of an address to an edge, over 1,000 edges and the full table of addresses.
import { chanceOf, ms, utcMs } from "#base";
import { type ManualClock, manualClock, systemClock } from "#base/clock";
import { parseAddress, type Prefix, rangeOf } from "#network";
import { PROTOCOL_VERSION } from "#protocol";
import type { Director } from "../../src/director/director.ts";
import { Topology } from "../../src/director/topology.ts";
import { row, shortRow } from "../result.ts";
import type { Group } from "./group.ts";
import { fullTable } from "./lookups/fullTable.ts";
import { directorOf } from "./play/policies/ours.ts";
import { addressIn } from "./world/audience.ts";
import { country, drawer, zipf } from "./world/country.ts";

const SEED = 1_000;
const EDGES = 1_000;
/** The networks with most prefixes are members of exchanges, as many as in a large country; the others meet nobody. */
const MEMBERS = 500;
/** Different viewers, drawn from all networks of the table by Zipf's law. */
const VIEWERS = 400_000;
/** Decisions of a run. */
const DECISIONS = 100_000;
/** Decisions between two looks at the heartbeats: virtual time goes as it would at the rate asked for. */
const STEP = 500;
const STEP_MS = ms(10);
const ASKED = 50_000;
const P99_LIMIT_MS = 2;
const START = utcMs(1_782_068_400_000);

export const decisions: Group = {
  name: "decisions",
  async measure({ runs }) {
    const { topology, texts, prefixes } = await stage();
    const clock = manualClock(START);
    const director = directorOf(topology, { clock, directors: 1 });
    const play = new Play(director, { clock, texts });
    play.run();
    const rates = Array.from({ length: runs }, () => play.run());
    const times = play.times();
    const slow = row("", "ms", times);
    const title = `a decision, ${EDGES} edges, ${prefixes} prefixes`;
    const limit = { limit: P99_LIMIT_MS, pass: slow.p99 <= P99_LIMIT_MS };
    return [
      shortRow(title, "decisions/s", rates, { limit: ASKED, atLeast: true }),
      {
        ...slow,
        ...limit,
        name: `${title}, by its p99`,
        max: times.reduce((a, b) => Math.max(a, b)),
        min: times.reduce((a, b) => Math.min(a, b)),
      },
      shortRow(`${title}: plans made of those asked for`, "%", [
        (100 * topology.plans.made) / play.made,
      ]),
      shortRow(
        `${title}, noted and written down`,
        "decisions/s",
        Array.from({ length: runs }, () => play.run("arrive")),
      ),
    ];
  },
};

/** The country of 1,000 edges, whose networks are those of the table. */
async function stage(): Promise<{
  topology: Topology;
  texts: readonly string[];
  prefixes: number;
}> {
  const tables = [await fullTable(4), await fullTable(6)];
  const byNetwork = new Map<number, Prefix[]>();
  for (const { entries } of tables)
    for (const { prefix, value } of entries) {
      const known = byNetwork.get(value);
      if (known) known.push(prefix);
      else byNetwork.set(value, [prefix]);
    }
  const largestFirst = [...byNetwork].sort(([, a], [, b]) => b.length - a.length);
  const networks = largestFirst.slice(0, MEMBERS).map(([asn]) => asn);
  const { model } = country({ edges: EDGES, networks, seed: SEED });
  const topology = new Topology(model);
  let prefixes = 0;
  for (const { entries } of tables)
    for (const { prefix, value } of entries) {
      topology.takeRange({ ...rangeOf(prefix), asn: value, name: `AS${value}` });
      prefixes += 1;
    }
  topology.tablesLoaded();
  const chance = chanceOf(SEED);
  const draw = drawer(zipf(largestFirst.length), chance);
  const texts = Array.from({ length: VIEWERS }, () => {
    const [, own] = largestFirst[draw()] as [number, Prefix[]];
    return addressIn(own[Math.floor(chance() * own.length)] as Prefix, chance).text;
  });
  return { topology, texts, prefixes };
}

/** Viewers who come one after the other, and heartbeats of all edges each second. */
class Play {
  made = 0;
  readonly #director: Director;
  readonly #clock: ManualClock;
  readonly #texts: readonly string[];

  constructor(
    director: Director,
    { clock, texts }: { clock: ManualClock; texts: readonly string[] },
  ) {
    this.#director = director;
    this.#clock = clock;
    this.#texts = texts;
  }

  /** Decisions a second, heartbeats and promises included. */
  run(how: "decide" | "arrive" = "decide"): number {
    const start = systemClock.monotonic();
    for (let at = 0; at < DECISIONS; at += 1) {
      if (at % STEP === 0) this.#step(at / STEP);
      if (how === "decide") this.#decide();
      else this.#arrive();
    }
    return (DECISIONS * 1_000) / (systemClock.monotonic() - start);
  }

  /** How long each decision of a run took, ms. */
  times(): number[] {
    const times: number[] = [];
    for (let at = 0; at < DECISIONS; at += 1) {
      if (at % STEP === 0) this.#step(at / STEP);
      const before = systemClock.monotonic();
      this.#decide();
      times.push(systemClock.monotonic() - before);
    }
    return times;
  }

  #next(): string {
    return this.#texts[this.made++ % this.#texts.length] as string;
  }

  /** From text to choice, and the promise of it. */
  #decide(): void {
    const text = this.#next();
    const { question, choice } = this.#director.look({
      address: parseAddress(text),
      viewer: `viewer-${this.made}`,
    });
    this.#director.decider.commit(question, choice);
  }

  #arrive(): void {
    const text = this.#next();
    this.#director.arrive({ address: parseAddress(text), viewer: `viewer-${this.made}` });
  }

  #step(step: number): void {
    this.#clock.advance(STEP_MS);
    const { edges } = this.#director.topology;
    const phases = 1_000 / STEP_MS;
    for (let at = step % phases; at < edges.length; at += phases) {
      const { id, capacityMbps } = edges[at] as (typeof edges)[number];
      this.#director.hear({
        ...{ v: PROTOCOL_VERSION, edge: id, at: this.#clock.utc() / 1_000, capacityMbps },
        ...{ mbps: capacityMbps / 2, viewers: Math.round(capacityMbps / 10), cpu: 0.5 },
        ...{ waiters: 0, upstreamErrors: 0, draining: false },
      });
    }
  }
}
