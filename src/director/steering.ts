// A decision as players read it. Both formats are the same but for a name that DASH's drafts used.
import { type DashSteering, type HlsSteering, type Target, TARGET_KEY } from "#protocol";
import { PATHWAYS_LENGTH_LIMIT, STEERING_TTL_S } from "./limits.ts";

export const steeringProtocols = ["hls", "dash"] as const;
export type SteeringProtocol = (typeof steeringProtocols)[number];

/** draft-pantos-content-steering 11.1 registers HLS's type; ETSI TS 103 998 serves JSON. */
export const steeringContentType = {
  hls: "application/vnd.apple.steering-list",
  dash: "application/json",
} as const satisfies Record<SteeringProtocol, string>;

/** rfc8216bis 7.4 and ETSI TS 103 998 7: in which query field a player names its present pathway. */
export const pathwayField = {
  hls: "_HLS_pathway",
  dash: "_DASH_pathway",
} as const satisfies Record<SteeringProtocol, string>;

/**
 * The steering manifest: every edge, best first, because a DASH player that finds none of its own in the list has to
 * stop (ETSI TS 103 998 7). `reloadUri` is relative, so that a player behind a gateway stays behind it. `target` is the
 * cohort's; null: none is told, and the player holds what it has.
 */
export function steeringManifest(
  protocol: SteeringProtocol,
  {
    ranked,
    target,
    reloadUri,
  }: { ranked: readonly { readonly id: string }[]; target: Target | null; reloadUri: string },
): HlsSteering | DashSteering {
  const order = ranked.map((edge) => edge.id);
  const common = {
    VERSION: 1,
    TTL: STEERING_TTL_S,
    "RELOAD-URI": reloadUri,
    "PATHWAY-PRIORITY": order,
    ...(target && { [TARGET_KEY]: target }),
  } as const;
  return protocol === "hls" ? common : { ...common, "SERVICE-LOCATION-PRIORITY": order };
}

/**
 * The pathway that a player is on. HLS players give one, DASH players a quoted list of those used since their last
 * request; the last known one of it counts.
 */
export function currentPathway(
  field: string | undefined,
  known: { has(edge: string): boolean },
): string | undefined {
  if (field === undefined || field.length > PATHWAYS_LENGTH_LIMIT) return undefined;
  return field
    .replaceAll('"', "")
    .split(",")
    .map((name) => name.trim())
    .findLast((name) => known.has(name));
}
