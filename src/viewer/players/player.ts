// What the page asks of a player, whichever library plays.
import type { DeviceProfile } from "#viewer/sync";
import type { WatchEdge } from "../config.ts";
import type { PageClock } from "../page/clock.ts";

/** What plays: low-latency DASH by the reference engine, by dash.js; HLS by hls.js, by the browser itself. */
export type Protocol = "own" | "dash" | "hls" | "native";

/** Where the stream is. */
export interface PlayerUrls {
  /** The MPD or the multivariant playlist, as the director named it. */
  manifest: string;
  /** Where directors steer this session, the next being asked when one is silent; none without a director. */
  steering: readonly string[];
}

/** How to play. */
export interface PlayerOptions {
  /** The URL by which another is reached: through the gateway of the network that was chosen. */
  route: (url: string) => string;
  /** CMCD `sid` and `cid`, in the query of every request: edges count viewers by them. */
  session: string;
  channel: string;
  /** How far behind the camera to begin, ms; {@link Player.retarget} tells of a change. */
  targetLatencyMs: number;
  edges: readonly WatchEdge[];
  clock: PageClock;
  /** Whether subtitles are shown from the start. */
  subtitles: boolean;
  /**
   * The answer to a document that the page asked for ahead of the session, such as the MPD; each is given once. null: the
   * player asks by itself. It rejects as `fetch` does.
   */
  early: (url: string) => Promise<Response> | null;
  /** As part of its start the player moves the playhead to its place: what was shown before does not count. */
  onSettle: () => void;
  /** What a steering answer says under `X-REGISTA-TARGET`, as it came and unchecked. */
  onTarget: (target: unknown) => void;
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
  /** The rates of the best and of the least rendition, kb/s. */
  topBitrateKbps: number | null;
  lowestBitrateKbps: number | null;
  /** The measured throughput, kb/s. */
  throughputKbps: number | null;
}

/** Which rungs of the ladder a player may load. */
export type RungLimit = "any" | "lower";

/** A player at work. */
export interface Player {
  /** Which playback rates may be asked of it. Only the page's sync driver sets the rate and asks for jumps. */
  readonly profile: DeviceProfile;
  state(): PlayerState;
  /** The capture time of a place on the video element's timeline (s), UTC ms; null while the player does not know it. */
  captureMs(mediaTimeS: number): number | null;
  /** The place on the video element's timeline captured at `captureMs`, s; null while the player does not know it. */
  mediaTimeS(captureMs: number): number | null;
  /** The rendition whose picture was captured at `captureMs`, by name. */
  renditionAt(captureMs: number): string | null;
  /** Moves the playhead to a place that is in the buffer. */
  seekTo(mediaTimeS: number): void;
  /** The distance behind the camera to schedule loading by from now on, ms; the playhead is the page's to move. */
  retarget(targetMs: number): void;
  /** "lower": only rungs below the one that is loaded now, until "any" takes it back. */
  limitRung(limit: RungLimit): void;
  setSubtitles(on: boolean): void;
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
