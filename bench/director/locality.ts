// Locality: the Italian scenario's evening under this policy and under three that know nothing of networks.
import { ms } from "#base";
import { readItaly } from "../../src/director/model/index.ts";
import { Topology } from "../../src/director/topology.ts";
import { type Row, shortRow } from "../result.ts";
import type { Group } from "./group.ts";
import { localityOf } from "./play/locality.ts";
import { AnyEdge, Nearest, PlainRing } from "./play/policies/others.ts";
import { Ours } from "./play/policies/ours.ts";
import { type Evening, Stadium } from "./play/stadium.ts";
import { audienceOf } from "./world/audience.ts";

const SEED = 1982;
const DIRECTORS = 3;
/** Viewers come over so long, and then watch for a while. */
const ARRIVALS_MS = ms(60_000);
const AFTER_MS = ms(20_000);
/** One viewer of the play stands for so many of the scenario, and draws as much as they do. */
const STANDS_FOR = 5;

export const locality: Group = {
  name: "locality",
  measure: async () => {
    const { model } = readItaly();
    const sessionMbps = STANDS_FOR * model.policy.sessionMbps;
    const topology = new Topology({ ...model, policy: { ...model.policy, sessionMbps } });
    const policies: readonly Evening["policy"][] = [
      (clock) => new Ours(topology, { clock, directors: DIRECTORS }),
      () => new PlainRing(topology),
      () => new Nearest(topology),
      () => new AnyEdge(topology),
    ];
    return policies.flatMap((policy) => play({ topology, policy, sessionMbps }));
  },
};

function play({
  topology,
  policy,
  sessionMbps,
}: Pick<Evening, "topology" | "policy" | "sessionMbps">): Row[] {
  const { model } = topology;
  const viewers = Math.round((model.audience?.viewers ?? 0) / STANDS_FOR);
  const stadium = new Stadium({
    ...{ topology, policy, viewers, arrivalsMs: ARRIVALS_MS, news: () => ms(0), sessionMbps },
    ...{ draw: audienceOf(model, SEED), seed: SEED },
  });
  stadium.pass(ARRIVALS_MS);
  stadium.pass(AFTER_MS);
  const capacities = capacitiesOf(topology);
  const capacityOf = (id: string): number => capacities.get(id) ?? Infinity;
  const found = localityOf(stadium.paths, { fleet: stadium.fleet, capacityOf, sessionMbps });
  const title = `Italy, ${viewers * STANDS_FOR} viewers`;
  const ours = stadium.policy instanceof Ours;
  const of = ours ? {} : { comparator: stadium.policy.name };
  return [
    shortRow(`${title}: viewers served locally`, "%", [found.viewers], of),
    shortRow(`${title}: what arrives`, "Gb/s", [found.arrivingGbps], of),
    shortRow(`${title}: local part of what arrives`, "%", [found.arrivingLocal], of),
    shortRow(`${title}: edges beyond their capacity`, "edges", [found.overloadedEdges], of),
    shortRow(
      `${title}: ports, PNIs and limits beyond theirs`,
      "links",
      [found.overloadedLinks],
      of,
    ),
  ];
}

/** What everything on a path can carry, Mb/s, by id. */
function capacitiesOf(topology: Topology): ReadonlyMap<string, number> {
  const capacities = new Map<string, number>();
  for (const { id, capacityMbps } of topology.edges) capacities.set(`edge/${id}`, capacityMbps);
  for (const { measure } of topology.measures()) capacities.set(measure.id, measure.capacityMbps);
  return capacities;
}
