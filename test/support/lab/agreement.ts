// Whether the bytes are where the director says they are: its own figures beside the kernel's, network by network.
import { ms } from "#base";
import { systemClock } from "#base/clock";
import type { NetworkMap, PathClass } from "#protocol";
import type { Chain } from "./chain.ts";
import type { WireCounts } from "./counters.ts";
import type { NetworkDescription } from "./description.ts";
import type { Lab } from "./lab.ts";
import { wireIds } from "./plan.ts";

/** Ways into a network that counters can tell apart. */
export const ways = ["on-net", "pni", "exchange", "transit"] as const;
export type Way = (typeof ways)[number];

/** A class's way: whatever passes an exchange passes the network's ports there. */
const wayOf: Readonly<Record<PathClass, Way>> = {
  "on-net": "on-net",
  pni: "pni",
  exchange: "exchange",
  "exchange-rs": "exchange",
  "exchange-remote": "exchange",
  transit: "transit",
};

/** One network's traffic on one way, Mb/s over the window. */
export interface Compared {
  readonly network: string;
  readonly way: Way;
  readonly says: number;
  readonly counted: number;
}

/** How often the director is asked. */
const ASK_PERIOD_MS = ms(250);
/** What wires carry beside media, Mb/s: answers of the director to viewers and to operators, heartbeats. */
const CONTROL_MBPS = 0.1;

/**
 * Looks for `lastsMs` at what the directors say of `networks`, and at the counters of their wires. What a network's own
 * cache fetches is not a viewer's: it is counted at the cache and taken off the way that it came.
 */
export async function compare(
  lab: Lab,
  chain: Chain,
  { networks, lastsMs }: { networks: readonly string[]; lastsMs: number },
): Promise<Compared[]> {
  const described = networks.map((id) => lab.network(id));
  const ids = described.flatMap((network) => [
    ...new Set(ways.flatMap((way) => wiresOf(network, way))),
  ]);
  const said = new Map<string, number>();
  let asked = 0;
  const { counts, lastedMs: lasted } = await lab.during(ids, async () => {
    const start = systemClock.monotonic();
    while (systemClock.monotonic() - start < lastsMs) {
      const maps = await Promise.all(chain.directors.map((_, index) => chain.map(index + 1)));
      for (const map of maps) addUp(said, map);
      asked += 1;
      await systemClock.sleep(ASK_PERIOD_MS);
    }
  });
  return described.flatMap((network) =>
    ways.map((way) => ({
      ...{ network: network.id, way },
      says: (said.get(`${network.asn} ${way}`) ?? 0) / Math.max(1, asked),
      counted: countedOn(network, way, { counts, lasted, withdrawn: lab.withdrawn }),
    })),
  );
}

/** Where the two differ by more than `share` of what is counted; empty: they agree. */
export function disagreements(compared: readonly Compared[], share: number): string[] {
  return compared
    .filter(
      ({ says, counted }) =>
        Math.abs(says - counted) > CONTROL_MBPS + share * Math.max(says, counted),
    )
    .map(
      ({ network, way, says, counted }) =>
        `${network}, ${way}: the director says ${says.toFixed(2)} Mb/s, the interfaces counted ${counted.toFixed(2)}`,
    );
}

/** As one line, for a diagnostic. */
export const comparedLine = (compared: readonly Compared[]): string =>
  compared
    .filter(({ says, counted }) => Math.max(says, counted) > CONTROL_MBPS)
    .map(
      ({ network, way, says, counted }) =>
        `${network} ${way} ${says.toFixed(2)}/${counted.toFixed(2)}`,
    )
    .join(", ");

function addUp(said: Map<string, number>, { networks }: NetworkMap): void {
  for (const { asn, classes } of networks)
    for (const { class: name, mbps } of classes) {
      const key = `${asn} ${wayOf[name]}`;
      said.set(key, (said.get(key) ?? 0) + mbps);
    }
}

function wiresOf(network: NetworkDescription, way: Way): string[] {
  if (way === "on-net") return network.cache ? [wireIds.cache(network.id)] : [];
  if (way === "pni") return network.pnis.map(({ id }) => id);
  if (way === "transit") return [wireIds.transit(network.id)];
  return network.ports.map(({ exchange }) => wireIds.port(exchange, network.asn));
}

function countedOn(
  network: NetworkDescription,
  way: Way,
  window: { counts: WireCounts; lasted: number; withdrawn: ReadonlySet<string> },
): number {
  const payload = (id: string, side: "down" | "up"): number =>
    window.counts.get(id)?.[side].payload ?? 0;
  const total = wiresOf(network, way).reduce((sum, id) => sum + payload(id, "down"), 0);
  const fill =
    network.cache && way === fillWay(network, window.withdrawn)
      ? payload(wireIds.cache(network.id), "up")
      : 0;
  return Math.max(0, ((total - fill) * 8) / (window.lasted * 1_000));
}

/** How the core reaches the network's cache now. */
function fillWay(network: NetworkDescription, withdrawn: ReadonlySet<string>): Way {
  if (network.pnis.some(({ id }) => !withdrawn.has(id))) return "pni";
  const open = network.ports.some(
    ({ exchange }) =>
      !withdrawn.has(exchange) && !withdrawn.has(wireIds.port(exchange, network.asn)),
  );
  return open ? "exchange" : "transit";
}
