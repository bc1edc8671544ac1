// The arrows between the blocks: the delay of what crosses there, and whether anything does.
import type { Arrow, Block, HopNode, HopView, NodeRow, PartyName } from "../picture.ts";
import type { PictureHop } from "../budgets.ts";
import type { View } from "./view.ts";

/** The four arrows, each into a block. A hop of several edges is split by where the edges stand. */
export function arrowsOf(view: View, blocks: readonly Block[], hops: readonly HopView[]): Arrow[] {
  const standing = (party: PartyName): ((node: string) => boolean) => {
    const here = new Set(
      view.edges
        .filter((edge) => (party === "exchange" ? edge.at : edge.in) !== null)
        .map(({ id }) => id),
    );
    return (node) => here.has(node);
  };
  const rows = (party: PartyName): readonly NodeRow[] =>
    blocks.find((block) => block.party === party)?.rows ?? [];
  const edges = (party: PartyName): NodeRow[] =>
    rows(party).filter(({ id }) => id.startsWith("edge "));
  const both = [...rows("broadcaster"), ...rows("cdn").filter(({ id }) => id === "origin")];
  return [
    arrowOf(hops, { to: "cdn", hop: "fill", nodes: () => true, ends: both }),
    arrowOf(hops, {
      to: "exchange",
      hop: "edge",
      nodes: standing("exchange"),
      ends: edges("exchange"),
    }),
    arrowOf(hops, { to: "isp", hop: "edge", nodes: standing("isp"), ends: edges("isp") }),
    arrowOf(hops, {
      to: "viewer",
      hop: "player",
      nodes: () => true,
      ends: rows("isp").filter(({ party }) => party === "isp"),
    }),
  ];
}

interface ArrowParts {
  to: PartyName;
  hop: PictureHop;
  nodes: (node: string) => boolean;
  /** The rows at its ends: it is broken when one of them is. */
  ends: readonly NodeRow[];
}

function arrowOf(hops: readonly HopView[], { to, hop, nodes, ends }: ArrowParts): Arrow {
  const view = hops.find((each) => each.hop === hop);
  const measured = (view?.nodes ?? []).filter(({ node }) => nodes(node));
  const broken = ends.find(({ state }) => state === "silent" || state === "trouble") ?? null;
  return {
    to,
    hop,
    label: view?.label ?? hop,
    p50: slowest(measured)?.ms.p50 ?? null,
    budgetMs: slowest(measured)?.budgetMs ?? null,
    over: measured.some(({ over }) => over),
    broken: broken && `${broken.name}: ${broken.word}`,
  };
}

/** Of several nodes the one with the largest median: an arrow must not look better than its worst. */
const slowest = (nodes: readonly HopNode[]): HopNode | null =>
  nodes.reduce<HopNode | null>(
    (found, node) => (!found || node.ms.p50 > found.ms.p50 ? node : found),
    null,
  );
