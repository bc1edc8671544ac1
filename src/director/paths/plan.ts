// From classes to a plan: what each path costs by the operator's policy, and tiers of equal cost.
import type { PathClass, Policy } from "#protocol";
import { classify, type Grounds, type Spot, type Verdict } from "./classify.ts";
import type { EdgeDeclaration } from "./edge.ts";
import { BARRED_COST, COST_KM, OTHERS_CACHE_COST } from "./limits.ts";
import type { Home, Path, PathPlan, Tier } from "./path.ts";

/** Edges that hang alike, so that one verdict is theirs. */
export interface Cluster {
  readonly spot: Spot;
  readonly edges: readonly EdgeDeclaration[];
}

/** Edges by where they hang; `placeOf` knows where an edge is. */
export function clustersOf(
  edges: readonly EdgeDeclaration[],
  placeOf: (edge: EdgeDeclaration) => string | null,
): readonly Cluster[] {
  const groups = Map.groupBy(edges, (edge) =>
    JSON.stringify([edge.asn, edge.at, edge.in, placeOf(edge)]),
  );
  return [...groups.values()].map((members) => {
    const [{ asn, at, in: inside } = {} as EdgeDeclaration] = members;
    const place = placeOf(members[0] as EdgeDeclaration);
    return { spot: { asn, at, in: inside, place }, edges: members };
  });
}

/** Thousands of plans hold millions of these: the sentence is made when somebody asks. */
class KeptPath implements Path {
  readonly edge: EdgeDeclaration;
  readonly cost: number;
  readonly over: readonly string[];
  readonly #verdict: Verdict;

  constructor(parts: {
    edge: EdgeDeclaration;
    cost: number;
    over: readonly string[];
    verdict: Verdict;
  }) {
    this.edge = parts.edge;
    this.cost = parts.cost;
    this.over = parts.over;
    this.#verdict = parts.verdict;
  }

  get class(): PathClass {
    return this.#verdict.class;
  }

  get reason(): string {
    const { says, barred } = this.#verdict;
    const sentence = says(this.edge.id);
    return barred === null ? sentence : `${sentence}; nothing else is left, though ${barred}`;
  }
}

/** Every edge once: in a tier, or barred. Where all are barred they are the last resort, and say so. */
export function makePlan(
  home: Home,
  { clusters, policy, grounds }: { clusters: readonly Cluster[]; policy: Policy; grounds: Grounds },
): PathPlan {
  const open: KeptPath[] = [];
  const shut: { path: KeptPath; why: string }[] = [];
  for (const { spot, edges } of clusters) {
    const verdict = classify(spot, home, grounds);
    const limits = grounds.terms.limitsOn(home, spot.in);
    const km = grounds.atlas.between(home.place, spot.place) ?? 0;
    const way =
      policy.costs[verdict.class] +
      (km / COST_KM) * policy.costPer100Km +
      (verdict.othersCache ? OTHERS_CACHE_COST : 0) +
      (verdict.barred === null ? 0 : BARRED_COST);
    for (const edge of edges) {
      const over = [`edge/${edge.id}`, ...verdict.over, ...limits];
      const cost = Math.round(way + (edge.cost ?? 0));
      const path = new KeptPath({ edge, cost, over, verdict });
      if (verdict.barred === null) open.push(path);
      else shut.push({ path, why: verdict.barred });
    }
  }
  return open.length > 0 || shut.length === 0
    ? { tiers: tiersOf(open), barred: shut.map(({ path, why }) => ({ edge: path.edge.id, why })) }
    : { tiers: tiersOf(shut.map(({ path }) => path)), barred: [] };
}

function tiersOf(paths: readonly Path[]): readonly Tier[] {
  const tiers = Map.groupBy(paths, ({ cost }) => cost);
  return [...tiers]
    .map(([cost, members]) => ({ cost, paths: members }))
    .sort((a, b) => a.cost - b.cost);
}
