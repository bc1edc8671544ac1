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
      { director: director.url, channel: settings.channel },
      context,
    );
    networks.push({ ...network, edges: [...withOthers(said, network.edges).edges] });
    target ??= said.targetLatencyMs;
  }
  return { ...settings, networks, targetLatencyMs: target };
}

function sentTo(
  { prefix }: CrowdNetwork,
  question: { director: string; channel: string },
  context: { clock: Clock },
): Promise<Destination> {
  const localAddress = prefix === null ? undefined : new AddressRange(prefix).at(0);
  const { signal } = new AbortController();
  return askSession({ ...question, localAddress, signal }, context);
}
