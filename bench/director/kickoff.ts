// The kick-off: three directors that share nothing, heartbeats each second, a million arrivals in ten seconds.
import { chanceOf, ms } from "#base";
import { Topology } from "../../src/director/topology.ts";
import { type Row, shortRow } from "../result.ts";
import type { Group } from "./group.ts";
import { classesOf, type Evenness, evennessOf } from "./play/evenness.ts";
import { PlainRing } from "./play/policies/others.ts";
import { Ours } from "./play/policies/ours.ts";
import type { Policy } from "./play/policies/policy.ts";
import { type Evening, Stadium } from "./play/stadium.ts";
import { audienceOf } from "./world/audience.ts";
import { country } from "./world/country.ts";

const SEED = 90;
const EDGES = 500;
const NETWORKS = 200;
const DIRECTORS = 3;
const VIEWERS = 1_000_000;
const ARRIVALS_MS = ms(10_000);
const SESSION_MBPS = 5;
const LIMIT = 1.25;

/** How heartbeats come. One tells of the second before: it is half a second to one and a half old when it is used, or later. */
interface Post {
  /** After the figure's name. */
  readonly says: string;
  readonly news: () => Evening["news"];
}

const prompt: Post = { says: "", news: () => () => ms(0) };
const late: Post = { says: ", heartbeats another second late", news: () => () => ms(1_000) };
const uneven: Post = {
  says: ", heartbeats 0 to 2 s late, each its own",
  news: () => {
    const chance = chanceOf(SEED);
    return () => ms(2_000 * chance());
  },
};

export const kickoff: Group = {
  name: "kickoff",
  measure: async () => {
    const { model } = country({ edges: EDGES, networks: NETWORKS, seed: SEED });
    const topology = new Topology(model);
    const three: Evening["policy"] = (clock) => new Ours(topology, { clock, directors: DIRECTORS });
    return [
      ...[prompt, late, uneven].flatMap((post) => play({ topology, policy: three, post })),
      ...play({ topology, policy: () => new PlainRing(topology), post: prompt }),
    ];
  },
};

function play({
  topology,
  policy,
  post,
}: Pick<Evening, "topology" | "policy"> & { readonly post: Post }): Row[] {
  const news = post.news();
  const stadium = new Stadium({
    ...{ topology, policy, viewers: VIEWERS, arrivalsMs: ARRIVALS_MS, news, seed: SEED },
    ...{ draw: audienceOf(topology.model, SEED), sessionMbps: SESSION_MBPS },
  });
  const classes = classesOf(topology);
  const looks: Evenness[] = [];
  for (let second = 0; second < ARRIVALS_MS / 1_000; second += 1) {
    stadium.pass(ms(1_000));
    looks.push(evennessOf(classes, { fleet: stadium.fleet, sessionMbps: SESSION_MBPS }));
  }
  return rowsOf(stadium.policy, { looks, post });
}

function rowsOf(
  policy: Policy,
  { looks, post }: { looks: readonly Evenness[]; post: Post },
): Row[] {
  const title = `kick-off, ${VIEWERS} arrivals in ${ARRIVALS_MS / 1_000} s, ${EDGES} edges${post.says}`;
  const ours = policy instanceof Ours;
  const of = ours ? {} : { comparator: policy.name };
  const last = looks.at(-1) as Evenness;
  const worst = looks.map((look) => look.worst);
  const goal = ours ? { limit: LIMIT } : of;
  return [
    shortRow(`${title}: worst edge over its fair share, at the end`, "×", [last.worst], goal),
    shortRow(`${title}: the same, in the worst second`, "×", [Math.max(...worst)], goal),
    shortRow(`${title}: edges judged`, "edges", [last.judged], of),
    shortRow(`${title}: edges beyond their capacity`, "edges", [last.overloaded], of),
  ];
}
