// A decision step by step, for a person who asks why.
import type { PathClass } from "#protocol";
import type { Decision } from "./decide.ts";
import type { Standing } from "./load/health.ts";

/** The answer to `GET /explain?ip=`. */
export interface Explanation {
  readonly v: 1;
  readonly address: string;
  readonly steps: readonly {
    readonly step: "network" | "cohort" | "target" | "edges" | "choice";
    readonly says: string;
  }[];
  /** All edges, best first. */
  readonly edges: readonly {
    readonly id: string;
    readonly class: PathClass;
    readonly standing: Standing;
    readonly load: number | null;
    readonly foreign: boolean;
    readonly says: string;
  }[];
}

/** Says `decision` for `address`, and why its target is what it is, as steps in the order in which they are taken. */
export function explain(
  address: string,
  { decision, target }: { decision: Decision; target: string },
): Explanation {
  const { network, prefix, cohort, ranked, why } = decision;
  const home = network
    ? `${address} lies in ${prefix}, the longest prefix that covers it: AS${network.asn} ${network.name}`
    : `no network announces ${address}`;
  const order = ranked.map((edge) => `${edge.id} (${edge.class}, ${edge.standing})`).join(", ");
  return {
    v: 1,
    address,
    steps: [
      { step: "network", says: home },
      { step: "cohort", says: `its viewers are of the cohort ${cohort}` },
      { step: "target", says: `the cohort ${target}` },
      { step: "edges", says: `by fitness, path, footprint and load: ${order}` },
      { step: "choice", says: why.slice(1).join("; ") },
    ],
    edges: ranked.map(({ url: _url, ...edge }) => edge),
  };
}
