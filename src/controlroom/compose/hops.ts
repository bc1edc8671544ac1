// The delays on the arrows, each against its budget.
import type { Spread } from "#protocol";
import { hopBudgets, type PictureHop, toleranceOf, UNDECLARED_RTT_MS } from "../budgets.ts";
import type { HopNode, HopView, PartyName } from "../picture.ts";
import { nearness, networkOf, type View } from "./view.ts";

const parties: Readonly<Record<PictureHop, PartyName | "nobody">> = {
  encode: "broadcaster",
  fill: "cdn",
  answerable: "cdn",
  edge: "exchange",
  player: "isp",
  due: "viewer",
  screen: "viewer",
  unexplained: "nobody",
};

/** Every hop in the order of the way, also those of which nothing is known. */
export function hopsOf(view: View): HopView[] {
  const measured = view.summary?.hops ?? [];
  return (Object.keys(hopBudgets) as PictureHop[]).map((hop) => {
    const spreads: { node: string; ms: Spread }[] =
      hop === "unexplained"
        ? unexplained(view)
        : measured.filter((row) => row.hop === hop).map(({ node, ms }) => ({ node, ms }));
    return hopView(view, hop, spreads);
  });
}

function unexplained(view: View): { node: string; ms: Spread }[] {
  const ms = view.summary?.unexplained;
  return ms ? [{ node: "all viewers", ms }] : [];
}

function hopView(
  view: View,
  hop: PictureHop,
  spreads: readonly { node: string; ms: Spread }[],
): HopView {
  const { label, between, budget } = hopBudgets[hop];
  const nodes: HopNode[] = spreads.map(({ node, ms }) => {
    const budgetMs = budget({ node, rttMs: roundTrip(view, hop, node) });
    return { node, ms, budgetMs, over: ms.p50 > budgetMs + toleranceOf(budgetMs) };
  });
  const weights = nodes.map(({ node, ms }) => (hop === "edge" ? viewersBehind(view, node) : ms.n));
  const mean = (of: (node: HopNode) => number): number | null => weighted(nodes.map(of), weights);
  return {
    hop,
    label,
    between,
    party: parties[hop],
    p50: mean(({ ms }) => ms.p50),
    p95: mean(({ ms }) => ms.p95),
    budgetMs: mean(({ budgetMs }) => budgetMs) ?? budget({ node: "dash", rttMs: 0 }),
    over: nodes.some(({ over }) => over),
    nodes,
  };
}

/** The stamps of viewers that came through an edge: its weight in the way that viewers see. */
const viewersBehind = (view: View, edge: string): number =>
  view.summary?.hops.find((row) => row.hop === "player" && row.node === edge)?.ms.n ?? 0;

/** The mean of `values` by `weights`; plain when no weight says anything. */
function weighted(values: readonly number[], weights: readonly number[]): number | null {
  if (values.length === 0) return null;
  const whole = weights.reduce((sum, weight) => sum + weight, 0);
  if (whole === 0) return values.reduce((sum, value) => sum + value, 0) / values.length;
  return values.reduce((sum, value, at) => sum + value * (weights[at] as number), 0) / whole;
}

/** The declared round trip of the link that a hop crosses, ms: the farthest of those that it stands for. */
function roundTrip(view: View, hop: PictureHop, node: string): number {
  if (hop === "edge") {
    const fill = view.inputs.fixture.fills.get(node);
    return fill ? 2 * fill.delayMs : UNDECLARED_RTT_MS;
  }
  return hop === "player" ? lastMile(view, node) : 0;
}

function lastMile(view: View, edgeId: string): number {
  const edge = view.edges.find(({ id }) => id === edgeId);
  if (!edge || edge.viewers.length === 0) return UNDECLARED_RTT_MS;
  const trips = edge.viewers.map((viewer) => {
    const network = networkOf(view, viewer);
    if (!network) return UNDECLARED_RTT_MS;
    const access = 2 * network.access.link.delayMs;
    const near = nearness(view, network, edge);
    if (near === "on-net") return access;
    const port = view.exchanges
      .find(({ id }) => id === edge.at)
      ?.members.find(({ asn }) => asn === network.asn)?.port;
    return access + (near === "exchange" && port ? 2 * port.link.delayMs : UNDECLARED_RTT_MS);
  });
  return Math.max(...trips);
}
