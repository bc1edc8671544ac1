// The kick-off: three directors that share nothing, heartbeats each second, a million arrivals in ten seconds.
import { ms } from "#base";
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
/** A heartbeat tells of the second before: it is half a second to one and a half old when it is used. Or later. */
const PROMPT_MS = ms(0);
const LATE_MS = ms(1_000);
const SESSION_MBPS = 5;
const LIMIT = 1.25;

export const kickoff: Group = {
  name: "kickoff",
  measure: async () => {
    const { model } = country({ edges: EDGES, networks: NETWORKS, seed: SEED });
    const topology = new Topology(model);
    const three: Evening["policy"] = (clock) => new Ours(topology, { clock, directors: DIRECTORS });
    return [
      ...play({ topology, policy: three, newsMs: PROMPT_MS }),
      ...play({ topology, policy: three, newsMs: LATE_MS }),
      ...play({ topology, policy: () => new PlainRing(topology), newsMs: PROMPT_MS }),
    ];
  },
};

function play({
  topology,
  policy,
  newsMs,
}: Pick<Evening, "topology" | "policy" | "newsMs">): Row[] {
  const stadium = new Stadium({
    ...{ topology, policy, viewers: VIEWERS, arrivalsMs: ARRIVALS_MS, newsMs, seed: SEED },
    ...{ draw: audienceOf(topology.model, SEED), sessionMbps: SESSION_MBPS },
  });
  const classes = classesOf(topology);
  const looks: Evenness[] = [];
  for (let second = 0; second < ARRIVALS_MS / 1_000; second += 1) {
    stadium.pass(ms(1_000));
    looks.push(evennessOf(classes, { fleet: stadium.fleet, sessionMbps: SESSION_MBPS }));
  }
  return rowsOf(stadium.policy, { looks, late: newsMs > 0 });
}

function rowsOf(
  policy: Policy,
  { looks, late }: { looks: readonly Evenness[]; late: boolean },
): Row[] {
  const news = late ? ", heartbeats another second late" : "";
  const title = `kick-off, ${VIEWERS} arrivals in ${ARRIVALS_MS / 1_000} s, ${EDGES} edges${news}`;
  const ours = policy instanceof Ours;
  const of = ours ? {} : { comparator: policy.name };
  const last = looks.at(-1) as Evenness;
  const worst = looks.map((look) => look.worst);
  const goal = ours && !late ? { limit: LIMIT } : of;
  return [
    shortRow(`${title}: worst edge over its fair share, at the end`, "×", [last.worst], goal),
    shortRow(`${title}: the same, in the worst second`, "×", [Math.max(...worst)], goal),
    shortRow(`${title}: edges judged`, "edges", [last.judged], of),
    shortRow(`${title}: edges beyond their capacity`, "edges", [last.overloaded], of),
  ];
}
