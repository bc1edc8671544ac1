// One edge dies under its viewers: how many sessions move, against the fewest that had to.
import { ms } from "#base";
import { Topology } from "../../src/director/topology.ts";
import { type Row, shortRow } from "../result.ts";
import type { Group } from "./group.ts";
import { Ours } from "./play/policies/ours.ts";
import { Stadium } from "./play/stadium.ts";
import { audienceOf } from "./world/audience.ts";
import { country } from "./world/country.ts";

const SEED = 45;
const EDGES = 100;
const NETWORKS = 60;
const DIRECTORS = 3;
const VIEWERS = 100_000;
const ARRIVALS_MS = ms(20_000);
/** All is calm before the end, and it is watched so long after. */
const CALM_MS = ms(20_000);
const AFTER_MS = ms(40_000);
/** Edges end one in each play: those at these ranks by viewers. */
const RANKS = [0, 5, 20] as const;
const SESSION_MBPS = 5;
const LIMIT = 1.5;

export const death: Group = {
  name: "death",
  measure: async () => {
    const { model } = country({ edges: EDGES, networks: NETWORKS, seed: SEED });
    const topology = new Topology(model);
    const plays = RANKS.map((rank) => play(topology, rank));
    const title = `one edge of ${EDGES} dies under ${VIEWERS} viewers`;
    const of = (read: (one: Ended) => number): number[] => plays.map(read);
    return [
      shortRow(
        `${title}: sessions moved over the fewest possible`,
        "×",
        of(({ moved, stranded }) => moved / stranded),
        { limit: LIMIT },
      ),
      shortRow(
        `${title}: viewers it had`,
        "viewers",
        of(({ stranded }) => stranded),
      ),
      shortRow(
        `${title}: viewers still sent to it after ${AFTER_MS / 1_000} s`,
        "viewers",
        of(({ left }) => left),
        { limit: 0 },
      ),
      shortRow(
        `${title}: moves in the calm before`,
        "moves",
        of(({ before }) => before),
      ),
    ] satisfies Row[];
  },
};

interface Ended {
  readonly stranded: number;
  readonly moved: number;
  readonly left: number;
  readonly before: number;
}

function play(topology: Topology, rank: number): Ended {
  const stadium = new Stadium({
    ...{ topology, viewers: VIEWERS, arrivalsMs: ARRIVALS_MS, news: () => ms(0), seed: SEED },
    ...{ draw: audienceOf(topology.model, SEED), sessionMbps: SESSION_MBPS },
    policy: (clock) => new Ours(topology, { clock, directors: DIRECTORS }),
  });
  stadium.pass(ARRIVALS_MS);
  const arrived = stadium.moves;
  stadium.pass(CALM_MS);
  const before = stadium.moves;
  const on = Map.groupBy(stadium.paths, ({ edge }) => edge.id);
  const [edge, viewers] = [...on].sort(([, a], [, b]) => b.length - a.length)[rank] ?? ["", []];
  stadium.kill(edge);
  stadium.pass(AFTER_MS);
  return {
    stranded: viewers.length,
    moved: stadium.moves - before,
    left: stadium.paths.filter((path) => path.edge.id === edge).length,
    before: before - arrived,
  };
}
