// A decision as players read it. Both formats are the same but for a name that DASH's drafts used.
import {
  type DashSteering,
  type HlsSteering,
  type PathwayClone,
  type Target,
  TARGET_KEY,
} from "#protocol";
import type { Pathways, ToldEdge } from "./clones.ts";
import { PATHWAYS_LIMIT } from "./limits.ts";
import type { SteeringProtocol } from "./playerWords.ts";

/** draft-pantos-content-steering 11.1 registers HLS's type; ETSI TS 103 998 serves JSON. */
export const steeringContentType = {
  hls: "application/vnd.apple.steering-list",
  dash: "application/json",
} as const satisfies Record<SteeringProtocol, string>;

/** What one player is told. */
export interface Steered {
  /** Edges, best first; at least one. */
  readonly ranked: readonly [ToldEdge, ...ToldEdge[]];
  readonly pathways: Pathways;
  /** The cohort's target; null: none is told, and the player holds what it has. */
  readonly target: Target | null;
  /** Relative, so that a player behind a gateway stays behind it. */
  readonly reloadUri: string;
  readonly ttlS: number;
}

/** The steering manifest (rfc8216bis 7.3, ETSI TS 103 998 6): the best few, a named one among them, and the clones of the others. */
export function steeringManifest(
  protocol: SteeringProtocol,
  { ranked, pathways, target, reloadUri, ttlS }: Steered,
): HlsSteering | DashSteering {
  const { order, clones } = listOf(protocol, ranked, pathways);
  const common = {
    VERSION: 1,
    TTL: ttlS,
    "RELOAD-URI": reloadUri,
    "PATHWAY-PRIORITY": order,
    ...(clones.length > 0 && { "PATHWAY-CLONES": clones }),
    ...(target && { [TARGET_KEY]: target }),
  } as const;
  return protocol === "hls" ? common : { ...common, "SERVICE-LOCATION-PRIORITY": order };
}

function listOf(
  protocol: SteeringProtocol,
  ranked: Steered["ranked"],
  pathways: Pathways,
): { order: string[]; clones: PathwayClone[] } {
  const tellable = ranked.filter(
    ({ id }) => pathways.names(id) || pathways.cloneOf(protocol, id) !== null,
  );
  const order = tellable.slice(0, PATHWAYS_LIMIT).map(({ id }) => id);
  // A player must find one that it knows from its playlist, or its MPD, in every list.
  if (!order.some((id) => pathways.names(id))) {
    const named = tellable.find(({ id }) => pathways.names(id))?.id ?? pathways.last;
    order.splice(PATHWAYS_LIMIT - 1);
    order.push(named ?? ranked[0].id);
  }
  const clones = order
    .map((id) => pathways.cloneOf(protocol, id))
    .filter((clone) => clone !== null);
  return { order, clones };
}
