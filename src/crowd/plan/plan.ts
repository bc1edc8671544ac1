// Who each viewer is: its network, protocol, address and visits. Every process makes the same plan from the settings.
import { chanceOf } from "#base";
import { CONNECTIONS_PER_ADDRESS_LIMIT, SOCKETS_PER_VIEWER } from "../limits.ts";
import { crowdErrors } from "../errors.ts";
import type { CrowdSettings } from "../settings.ts";
import type { CrowdProtocol } from "../viewer/types.ts";
import { AddressRange } from "./addresses.ts";
import { arrivals, eventOf, type Visit } from "./arrivals.ts";

/** One viewer of the plan. */
export interface PlannedViewer {
  readonly id: number;
  /** Index into the settings' networks. */
  readonly network: number;
  readonly protocol: CrowdProtocol;
  readonly localAddress: string | undefined;
  readonly sampled: boolean;
  readonly seed: number;
  readonly visits: readonly Visit[];
}

/** At least so many viewers are sampled, where any are: one alone has nobody to agree with. */
const SAMPLED_LEAST = 2;

/** Every viewer of `settings`, by id. Throws crowd/too-many-for-prefix. */
export function planViewers(settings: CrowdSettings): PlannedViewer[] {
  const { networks, protocols, seed } = settings;
  const visits = arrivals({ ...settings, model: settings.arrival });
  const ranges = networks.map(({ prefix }) => (prefix === null ? null : new AddressRange(prefix)));
  const nextNetwork = dealer(networks.map(({ share }) => share));
  const nextProtocol = networks.map(() => dealer(protocols.map(({ share }) => share)));
  const chance = chanceOf(seed ^ 0x5eed);
  const counts = networks.map(() => 0);
  const viewers = visits.map((own, id): PlannedViewer => {
    const network = nextNetwork();
    const place = counts[network] as number;
    counts[network] = place + 1;
    return {
      id,
      network,
      protocol: (
        protocols[(nextProtocol[network] as () => number)()] as { protocol: CrowdProtocol }
      ).protocol,
      localAddress: ranges[network]?.at(place),
      sampled: settings.sampled > 0 && (id < SAMPLED_LEAST || chance() < settings.sampled),
      seed: Math.floor(chance() * 2 ** 32),
      visits: own,
    };
  });
  networks.forEach(({ name, prefix }, index) => {
    const addresses = ranges[index]?.size ?? Infinity;
    const count = counts[index] as number;
    if (count * SOCKETS_PER_VIEWER > addresses * CONNECTIONS_PER_ADDRESS_LIMIT)
      throw crowdErrors.make("too-many-for-prefix", {
        viewers: count,
        network: name,
        addresses,
        prefix: prefix ?? "",
      });
  });
  return viewers;
}

/** Deals indices so that after any number of calls each has its share of them, to within one. */
function dealer(shares: readonly number[]): () => number {
  const sum = shares.reduce((total, share) => total + share, 0);
  const dealt = shares.map(() => 0);
  let calls = 0;
  return () => {
    calls += 1;
    let best = 0;
    let most = -Infinity;
    shares.forEach((share, index) => {
      const behind = (share / sum) * calls - (dealt[index] as number);
      if (behind > most) [most, best] = [behind, index];
    });
    dealt[best] = (dealt[best] as number) + 1;
    return best;
  };
}

/** How many come in each of `steps` equal steps of the run: the picture of what is still to come. */
export function plannedJoins(settings: CrowdSettings, steps: number): number[] {
  const joins = Array.from({ length: steps }, () => 0);
  for (const visit of arrivals({ ...settings, model: settings.arrival }).flat()) {
    const step = Math.min(steps - 1, Math.floor((visit.joinMs / settings.durationMs) * steps));
    joins[step] = (joins[step] as number) + 1;
  }
  return joins;
}

/** The model's event, such as a goal; null when it has none. */
export function plannedEvent(settings: CrowdSettings): ReturnType<typeof eventOf> {
  return eventOf({ ...settings, model: settings.arrival });
}
