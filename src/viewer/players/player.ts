// What the page asks of a player, whichever library plays.
import type { WatchEdge } from "../config.ts";
import type { PageClock } from "../page/clock.ts";

export type Protocol = "dash" | "hls" | "native";

/** Where the stream is. */
export interface PlayerUrls {
  /** The MPD or the multivariant playlist, as the director named it. */
  manifest: string;
}

/** How to play. */
export interface PlayerOptions {
  /** The URL by which another is reached: through the gateway of the network that was chosen. */
  route: (url: string) => string;
  /** CMCD `sid` and `cid`, in the query of every request: edges count viewers by them. */
  session: string;
  channel: string;
  /** How far behind the camera to stay, ms. */
  targetLatencyMs: number;
  edges: readonly WatchEdge[];
  clock: PageClock;
  /** As part of its start the player moves the playhead to its place: what was shown before does not count. */
  onSettle: () => void;
  /** A failure that the player works on by itself: for the person and the log. */
  onTrouble: (sentence: string) => void;
  /** The player cannot go on: it has to be started anew. */
  onFatal: (sentence: string) => void;
}

/** What a player says of itself. */
export interface PlayerState {
  /** The edge that answered last, by id; null before the first answer or when none is known by that URL. */
  edge: string | null;
  /** What is loaded now: the rendition's name, its rate in kb/s, its picture. */
  rendition: string | null;
  bitrateKbps: number | null;
  width: number | null;
  height: number | null;
  /** The rate of the best rendition, kb/s. */
  topBitrateKbps: number | null;
  /** The measured throughput, kb/s. */
  throughputKbps: number | null;
}

/** A player at work. */
export interface Player {
  state(): PlayerState;
  /** The capture time of a place in the media, UTC ms; null while the player does not know it. */
  captureMs(mediaTime: number): number | null;
  /** The rendition whose picture was captured at `captureMs`, by name. */
  renditionAt(captureMs: number): string | null;
  /** Back to the target distance at once, after a pause. */
  toLive(): void;
  close(): void;
}

/** Starts playing into `video`. */
export type StartPlayer = (
  video: HTMLVideoElement,
  urls: PlayerUrls,
  options: PlayerOptions,
) => Player;
