// Everything that a player needs to begin, asked for at once: the session, the time, the manifest, the player's code.
import type { WatchConfig } from "../config.ts";
import { isDash, playerFor } from "../players/choose.ts";
import type { Protocol, StartPlayer } from "../players/player.ts";
import type { PageClock } from "./clock.ts";
import type { EarlyDocuments } from "./early.ts";
import { manifestUrls } from "./paths.ts";
import { findPlace, type Place } from "./session.ts";

/** One exchange of the time is enough to begin; a silent edge does not hold the start for longer, ms. */
const CLOCK_WAIT_MS = 600;
const CLOCK_LOOK_MS = 5;

export interface StartupParts {
  config: WatchConfig;
  clock: PageClock;
  early: EarlyDocuments;
  protocol: Protocol;
  route: (url: string) => string;
}

/** Where to watch and by what. */
export interface Startup {
  place: Place;
  startPlayer: StartPlayer;
}

/** The address that this protocol plays. */
export const addressFor = (protocol: Protocol, urls: { dash: string; hls: string }): string =>
  isDash(protocol) ? urls.dash : urls.hls;

/** Resolves when all of it is there. Rejects when there is no edge at all, or the player's code does not come. */
export async function startup(parts: StartupParts): Promise<Startup> {
  const { config, clock, early, protocol, route } = parts;
  early.clear();
  const [edge] = config.edges;
  if (edge) {
    clock.follow(() => route(`${edge.url}/time`));
    // hls.js takes nothing ahead.
    if (isDash(protocol)) early.ask(route(manifestUrls(edge.url, config.channel).dash));
  }
  const [place, startPlayer] = await Promise.all([
    findPlace(config, route),
    playerFor(protocol),
    clockKnown(clock),
  ]);
  return { place, startPlayer };
}

/** The manifest's times mean nothing before the page knows the time. */
function clockKnown(clock: PageClock): Promise<void> {
  return new Promise((resolve) => {
    const begun = clock.monotonic();
    const stop = clock.every(CLOCK_LOOK_MS, () => {
      if (clock.errorMs === null && clock.monotonic() - begun < CLOCK_WAIT_MS) return;
      stop();
      resolve();
    });
  });
}
