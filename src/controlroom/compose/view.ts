// The inputs brought together once, for everything that is drawn or judged from them.
import type { DirectorState, Exchange, Network, Summary } from "#protocol";
import type { Answer, Inputs } from "../inputs.ts";
import { STARTING_MS } from "../limits.ts";
import type { State } from "../picture.ts";
import type { Memory, Since } from "./memory.ts";

export type Viewer = Summary["viewers"][number];
export type DirectorEdge = DirectorState["edges"][number];

/** An edge as the director and the viewers tell of it. */
export interface Edge extends DirectorEdge {
  readonly viewers: readonly Viewer[];
}

export interface View {
  readonly inputs: Inputs;
  readonly before: Memory;
  readonly since: Since;
  /** Telemetry's word; null while it is silent, since a stale latency is none. */
  readonly summary: Summary | null;
  readonly viewers: readonly Viewer[];
  /** The director's edges: its last word while it is silent. */
  readonly edges: readonly Edge[];
  readonly exchanges: readonly Exchange[];
  readonly networks: readonly Network[];
}

export function viewOf(inputs: Inputs, before: Memory, since: Since): View {
  const summary = inputs.telemetry.problem === null ? inputs.telemetry.body : null;
  const viewers = summary?.viewers ?? [];
  const edges = (inputs.director.body?.edges ?? []).map((edge) => ({
    ...edge,
    viewers: viewers.filter((viewer) => viewer.edge === edge.id),
  }));
  return {
    inputs,
    before,
    since,
    summary,
    viewers,
    edges,
    exchanges: bodies(inputs.exchanges),
    networks: bodies(inputs.networks),
  };
}

const bodies = <Body>(answers: readonly Answer<Body>[]): Body[] =>
  answers.flatMap((answer) => (answer.body === null ? [] : [answer.body]));

/** The state of a party by whether it answers; a party never reached is waited for while the match starts. */
export function stateOf(answer: Answer<unknown>, inputs: Inputs): State {
  if (answer.problem === null) return "good";
  const starting = inputs.at - inputs.fixture.startedAt < STARTING_MS;
  return answer.body === null && starting ? "waiting" : "silent";
}

/** The network that a viewer is in; by its name, or "AS" and its number. */
export const networkOf = (view: View, viewer: Viewer): Network | null =>
  view.networks.find(
    ({ name, asn }) =>
      viewer.network === name || viewer.network === `AS${asn}` || viewer.network === String(asn),
  ) ?? null;

/** Where an edge stands, as a sentence says it. */
export function standsAt(view: View, edge: DirectorEdge): string {
  if (edge.at !== null) return `at ${edge.at}`;
  const network = view.networks.find(({ asn }) => asn === edge.in);
  return edge.in === null ? "somewhere" : `in ${network?.name ?? `AS${edge.in}`}`;
}

/** How near an edge is to a network: inside it, across an exchange that the network is at, or beyond. */
export function nearness(
  view: View,
  network: Network,
  edge: DirectorEdge,
): "on-net" | "exchange" | "transit" {
  if (edge.in !== null) return edge.in === network.asn ? "on-net" : "transit";
  const exchange = view.exchanges.find(({ id }) => id === edge.at);
  return exchange?.members.some(({ asn }) => asn === network.asn) ? "exchange" : "transit";
}
