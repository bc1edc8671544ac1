// Every network's edges, before anybody comes.
import type { Clock } from "#base/clock";
import { crowdErrors } from "../errors.ts";
import { AddressRange } from "../plan/addresses.ts";
import type { CrowdNetwork, CrowdSettings } from "../settings.ts";
import { askSession, type Destination } from "./session.ts";
import { withOthers } from "./visit.ts";

/** The settings with the director's edge first in each network, where it is asked once a network. Rejects with crowd/no-session or crowd/no-edges. */
export async function settleEdges(
  settings: CrowdSettings,
  context: { clock: Clock },
): Promise<CrowdSettings> {
  const { director } = settings;
  if (director === null || director.ask === "viewer") {
    for (const { name, edges } of settings.networks)
      if (edges.length === 0 && director === null)
        throw crowdErrors.make("no-edges", { network: name });
    return settings;
  }
  let target: number | null = settings.targetLatencyMs;
  const networks: CrowdNetwork[] = [];
  for (const network of settings.networks) {
    const said = await sentTo(
      network,
      { directors: director.urls, channel: settings.channel },
      context,
    );
    networks.push({ ...network, edges: [...withOthers(said, network.edges).edges] });
    target ??= said.targetLatencyMs;
  }
  return { ...settings, networks, targetLatencyMs: target };
}

/** The first director that answers says it. Rejects with what the last one said. */
async function sentTo(
  { prefix }: CrowdNetwork,
  { directors, channel }: { directors: readonly string[]; channel: string },
  context: { clock: Clock },
): Promise<Destination> {
  const localAddress = prefix === null ? undefined : new AddressRange(prefix).at(0);
  const { signal } = new AbortController();
  let why: unknown = null;
  for (const director of directors)
    try {
      return await askSession({ director, channel, localAddress, signal }, context);
    } catch (failure) {
      why = failure;
    }
  throw why;
}
