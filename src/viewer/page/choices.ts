// What the address bar and the person choose: protocol and network.
import type { WatchConfig, WatchNetwork } from "../config.ts";
import { type Abilities, chooseProtocol } from "../players/choose.ts";
import type { Protocol } from "../players/player.ts";

/** What a person chose. */
export interface Choice {
  protocol: Protocol;
  /** The network to watch from; null: directly. */
  network: WatchNetwork | null;
}

/** The value of `?network=` for watching without any access network in between. */
export const DIRECT = "direct";

/** What this browser can do. */
export function abilitiesOf(video: HTMLVideoElement): Abilities {
  return {
    mediaSource: typeof MediaSource !== "undefined",
    nativeHls: video.canPlayType("application/vnd.apple.mpegurl") !== "",
  };
}

/** The network asked for by number; the first one when none is asked for, since a viewer is always in some network. */
export function networkFor(asked: string | null, config: WatchConfig): WatchNetwork | null {
  if (asked === DIRECT) return null;
  const found = config.networks.find((network) => String(network.asn) === asked);
  return found ?? config.networks[0] ?? null;
}

/** What the query `search` chooses; null when this browser can play nothing. */
export function choiceFrom(
  search: string,
  config: WatchConfig,
  abilities: Abilities,
): Choice | null {
  const query = new URLSearchParams(search);
  const protocol = chooseProtocol(query.get("protocol"), abilities);
  return protocol && { protocol, network: networkFor(query.get("network"), config) };
}

/** The query that chooses the same again, other arguments kept. */
export function searchFor(search: string, choice: Choice): string {
  const query = new URLSearchParams(search);
  query.set("protocol", choice.protocol);
  query.set("network", choice.network ? String(choice.network.asn) : DIRECT);
  return `?${query}`;
}
