// Where a viewer goes, and why. Pure: all that is known and the time are handed in.
import { fingerprint, type MonoMs } from "#base";
import { type Network, type PathClass, pathClasses } from "#protocol";
import { type HealthBoard, shown, type Standing, standings } from "./load/health.ts";
import { UNKNOWN_COHORT } from "./governor/governor.ts";
import { FULL_LOAD, LOAD_STEP, STAY_STEPS } from "./limits.ts";
import type { Address } from "#network";
import { type EdgeDeclaration, isStale, type Told, type Topology } from "./topology.ts";

/** What a decision is made of. */
export interface Question {
  /** The viewer's address; null when it could not be read. */
  readonly address: Address | null;
  /** Whatever names the viewer: breaks ties, always the same way. */
  readonly session: string;
  readonly topology: Topology;
  readonly health: HealthBoard;
  readonly now: MonoMs;
  /** The edge that the viewer is on now, when it said so. */
  readonly current?: string | undefined;
}

/** One edge as this viewer sees it. */
export interface RankedEdge {
  readonly id: string;
  readonly url: string;
  readonly class: PathClass;
  readonly standing: Standing;
  /** The larger of the edge's own load and that of the port on the way; null when neither is known. */
  readonly load: number | null;
  /** It is a cache inside another network, which serves that network's own viewers first (RFC 8008 footprint). */
  readonly foreign: boolean;
  /** One sentence: what it is when it is fit, what is wrong with it when it is not. */
  readonly says: string;
}

/** All edges, best first, and why the first is first. */
export interface Decision {
  readonly network: { readonly asn: number; readonly name: string } | null;
  /** The prefix that covers the address, when a network announces one. */
  readonly prefix: string | null;
  /** The place of the network; "unknown" without one. */
  readonly cohort: string;
  readonly ranked: readonly [RankedEdge, ...RankedEdge[]];
  readonly why: readonly string[];
}

const classRank = Object.fromEntries(pathClasses.map((name, rank) => [name, rank])) as Record<
  PathClass,
  number
>;
const encoder = new TextEncoder();

/** Orders all declared edges (one at least) for one viewer. There is always an answer: the least bad one, if need be. */
export function decide(question: Question): Decision {
  const { address, topology, now } = question;
  const home = address && homeIn(topology, address);
  const ranked = topology.edges
    .map((edge) => weigh(edge, home, question))
    .sort((a, b) => compare(a, b, question.session)) as [RankedEdge, ...RankedEdge[]];
  stay(ranked, question.current);
  return {
    network: home && { asn: home.network.message.asn, name: home.network.message.name },
    prefix: home && home.prefix,
    cohort: home ? home.network.message.place : UNKNOWN_COHORT,
    ranked,
    why: [...networkSentences(address, home, now), ...choiceSentences(ranked)],
  };
}

interface Home {
  readonly prefix: string;
  readonly network: Told<Network>;
}

function homeIn(topology: Topology, address: Address): Home | null {
  const { home, prefix } = topology.homeOf(address);
  const network = home.asn === null ? null : topology.toldBy(home.asn);
  return network && { prefix: prefix() ?? "", network };
}

function weigh(
  edge: EdgeDeclaration,
  home: Home | null,
  { topology, health, now }: Question,
): RankedEdge {
  const asn = home?.network.message.asn ?? null;
  const port = asn !== null && edge.at !== undefined ? portOf(topology, edge.at, asn) : null;
  const onNet = asn !== null && edge.in === asn;
  const pathClass: PathClass = onNet ? "on-net" : port ? "exchange" : "transit";
  const fitness = health.of(edge, now);
  // What leaves the exchange towards the viewer's network passes this port: a full port is as bad as a full edge.
  const portLoad = port ? port.outMbps / port.mbps : null;
  const load = portLoad === null ? fitness.load : Math.max(portLoad, fitness.load ?? 0);
  const crowded =
    portLoad !== null &&
    portLoad >= FULL_LOAD &&
    standings[fitness.standing].rank < standings.full.rank;
  const known = load === null ? "load not known yet" : `load ${shown(load)}`;
  return {
    id: edge.id,
    url: edge.url,
    class: pathClass,
    standing: crowded ? "full" : fitness.standing,
    load,
    foreign: edge.in !== undefined && !onNet,
    says: crowded
      ? `AS${asn}'s port at ${edge.at} on the way to ${edge.id} is full: load ${shown(portLoad)}`
      : (fitness.why ?? `${pathClass} edge ${edge.id}, ${known}`),
  };
}

function portOf(topology: Topology, id: string, asn: number) {
  const point = [...topology.exchanges].find((one) => one.id === id);
  const member = point?.members.get(asn);
  return member ? { mbps: member.mbps, outMbps: member.outMbps ?? 0 } : null;
}

const step = (edge: RankedEdge): number => Math.floor((edge.load ?? 0) / LOAD_STEP);

/** Fitness, then path, then whose cache it is, then load in steps; ties by a hash of viewer and edge, so that viewers spread. */
function compare(a: RankedEdge, b: RankedEdge, session: string): number {
  const tie = (edge: RankedEdge): string => fingerprint(encoder.encode(`${edge.id}/${session}`));
  return (
    standings[a.standing].rank - standings[b.standing].rank ||
    classRank[a.class] - classRank[b.class] ||
    Number(a.foreign) - Number(b.foreign) ||
    step(a) - step(b) ||
    tie(a).localeCompare(tie(b)) ||
    a.id.localeCompare(b.id)
  );
}

/** Puts the viewer's present edge first when the best is hardly better: a move costs more than a step of load. */
function stay(ranked: RankedEdge[], current: string | undefined): void {
  const at = ranked.findIndex((edge) => edge.id === current);
  const [best, present] = [ranked[0], ranked[at]];
  if (at <= 0 || !best || !present) return;
  const equal =
    best.standing === present.standing &&
    best.class === present.class &&
    best.foreign === present.foreign;
  if (equal && step(present) - step(best) <= STAY_STEPS) ranked.unshift(...ranked.splice(at, 1));
}

function networkSentences(address: Address | null, home: Home | null, now: MonoMs): string[] {
  if (!address) return ["the viewer's address could not be read, so every path counts as transit"];
  if (!home) return [`no network announces ${address.text}, so every path counts as transit`];
  const { message, at } = home.network;
  const sentences = [`prefix ${home.prefix} → AS${message.asn} ${message.name}`];
  if (isStale(home.network, now)) {
    sentences.push(
      `AS${message.asn} told this ${Math.round((now - at) / 1_000)} s ago and is silent since`,
    );
  }
  const { limitMbps, access } = message;
  if (limitMbps !== null && access.downMbps >= limitMbps * FULL_LOAD) {
    sentences.push(
      `AS${message.asn} is at its limit: ${Math.round(access.downMbps)} of ${limitMbps} Mb/s`,
    );
  }
  return sentences;
}

function choiceSentences(ranked: readonly [RankedEdge, ...RankedEdge[]]): string[] {
  const [chosen, ...others] = ranked;
  const sentences = [chosen.says];
  if (!standings[chosen.standing].up) {
    sentences.unshift(`no edge is up: ${chosen.id} (${chosen.class}) is the least bad`);
  } else if (chosen.standing !== "up") {
    sentences.unshift(`no edge is better than ${chosen.id} (${chosen.class})`);
  }
  const unfit = others.filter(
    (edge) => edge.standing !== "up" && classRank[edge.class] <= classRank[chosen.class],
  );
  return [...sentences, ...unfit.map((edge) => edge.says)];
}
