// Which player plays here.
import type { Protocol, StartPlayer } from "./player.ts";

/** What a browser can do. */
export interface Abilities {
  /** Media Source Extensions. */
  mediaSource: boolean;
  /** Its own HLS. */
  nativeHls: boolean;
}

/** What can be played, best first: the reference engine starts soonest, and DASH costs fewer requests than HLS. */
export function playable(abilities: Abilities): Protocol[] {
  if (abilities.mediaSource) return ["own", "dash", "hls"];
  return abilities.nativeHls ? ["native"] : [];
}

/** The protocol to play: the one asked for if it can be played, otherwise the best; null when there is none. */
export function chooseProtocol(asked: string | null, abilities: Abilities): Protocol | null {
  const can = playable(abilities);
  return can.find((protocol) => protocol === asked) ?? can[0] ?? null;
}

/** Loads the player's code, only the one that is used. */
export async function playerFor(protocol: Protocol): Promise<StartPlayer> {
  if (protocol === "own") return (await import("./own/ownPlayer.ts")).startOwn;
  if (protocol === "dash") return (await import("./dashPlayer.ts")).startDash;
  if (protocol === "hls") return (await import("./hlsPlayer.ts")).startHls;
  return (await import("./nativePlayer.ts")).startNative;
}

/** Whether it plays the MPD. */
export const isDash = (protocol: Protocol): boolean => protocol === "own" || protocol === "dash";

/**
 * LL-HLS is played no nearer than PART-HOLD-BACK from the end of its playlist (rfc8216bis 4.4.3.8): three parts of 320 ms.
 * The end names a part when it is complete and has come: up to a part, and the way there. From the camera, ms.
 */
export const HLS_NEAREST_MS = 1_400;

/** How far behind the camera this protocol is held when the director asks for `targetMs`. */
export function targetFor(protocol: Protocol, targetMs: number): number {
  return isDash(protocol) ? targetMs : Math.max(targetMs, HLS_NEAREST_MS);
}
