// A decision step by step, for a person who asks why.
import type { Explanation } from "#protocol";
import { PROTOCOL_VERSION } from "#protocol";
import type { Placement } from "../placement.ts";
import { EXPLAINED_PATHS_LIMIT } from "./limits.ts";
import { said, type Scales, type Weighed, weigh } from "./weigh.ts";

export interface Explained {
  readonly address: string;
  readonly placement: Placement;
  readonly scales: Scales;
  /** "AS12874 Fastweb"; null: the network is not known. */
  readonly network: string | null;
  /** Why the cohort's target is what it is. */
  readonly target: string;
  readonly placeOf: (path: Weighed["path"]) => string | null;
}

export function explanationOf(parts: Explained): Explanation {
  const { address, placement, scales, network, target, placeOf } = parts;
  const { found, cohort, choice, plan } = placement;
  const { home } = found;
  const prefix = found.prefix();
  const ordered = new Set([
    choice.path,
    ...choice.next,
    ...plan.tiers.flatMap(({ paths }) => paths),
  ]);
  const shown = [...ordered].slice(0, EXPLAINED_PATHS_LIMIT);
  const weighed = shown.map((path) => weigh(path, scales));
  const lies =
    network === null
      ? `no network announces ${address}`
      : `${address} lies in ${prefix}, the longest prefix that covers it: ${network}`;
  const tiers = plan.tiers.map(({ cost, paths }) => `${paths.length} at cost ${cost}`).join(", ");
  const barred = plan.barred.slice(0, EXPLAINED_PATHS_LIMIT).map(({ why }) => why);
  return {
    v: PROTOCOL_VERSION,
    address,
    network: home.asn === null ? null : { asn: home.asn, name: home.name },
    prefix,
    cohort,
    steps: [
      { step: "network", says: lies },
      { step: "cohort", says: `its viewers are of the cohort ${cohort}` },
      { step: "target", says: `the cohort ${target}` },
      { step: "paths", says: [`by the operator's policy: ${tiers}`, ...barred].join("; ") },
      { step: "choice", says: placement.choiceWhy.join("; ") },
    ],
    chosen: choice.path.edge.id,
    leastBad: choice.leastBad,
    paths: weighed.map((one) => ({
      edge: one.path.edge.id,
      class: one.path.class,
      cost: one.path.cost,
      place: placeOf(one.path),
      standing: one.standing,
      load: one.load,
      tightest: one.tightest?.name ?? null,
      refused: one.path === choice.path ? null : one.unfit,
      says: `${said(one)}; ${one.path.reason}`,
    })),
    more: ordered.size - shown.length,
  };
}
