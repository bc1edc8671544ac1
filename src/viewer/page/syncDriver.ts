// Holds the playhead at its distance behind the camera, whichever player plays: the only one on the page that sets the
// playback rate and moves the playhead of a player that has begun.
import { type Reading, SyncController, type SyncState } from "#viewer/sync";
import type { Player, RungLimit } from "../players/player.ts";
import type { PageClock } from "./clock.ts";
import { STALL_MS } from "./frames.ts";
import type { Screen } from "./screen.ts";

/** Steps of the control loop, ms. */
const STEP_MS = 50;

/** A place can be reached when the buffer goes on for so long after it, s: the next part comes within it. */
const REACH_MARGIN_S = 0.32;

/** The first jump of a player this soon after its first frame belongs to its start, ms. */
const START_MS = 4_000;

/** The player's scheduling hears of a target that has moved by more than this, ms. */
const RETARGET_STEP_MS = 100;

/** Before its first picture a player is put right that is off by more than this, ms; less is gone in two seconds. */
const PLACE_LEAST_MS = 120;
/** What the seek takes until the picture is there, ms. */
const PLACE_LEAD_MS = 80;

/** A rung is given so long to show what it brings before the next lower one is asked for, ms. */
const RUNG_PERIOD_MS = 4_000;

/** What the driver reads and sets of a video element. */
export interface Playhead {
  playbackRate: number;
  readonly currentTime: number;
  readonly paused: boolean;
  readonly readyState: number;
  readonly buffered: Pick<TimeRanges, "length" | "start" | "end">;
}

export interface SyncDriverParts {
  video: Playhead;
  clock: Pick<PageClock, "monotonic" | "utc" | "every">;
  screen: Pick<Screen, "meter" | "lastFrameAt" | "moved">;
  /** How far behind the camera to be at an instant of UTC, ms. */
  targetAt: (utcMs: number) => number;
}

/** One player at a time. */
export class SyncDriver {
  readonly #parts: SyncDriverParts;
  readonly #stop: () => void;
  #player: Player | null = null;
  #controller: SyncController | null = null;
  #toldMs = 0;
  #firstFrameAt: number | null = null;
  #jumps = 0;
  #placed = false;
  #rung: { limit: RungLimit; at: number } = { limit: "any", at: 0 };

  constructor(parts: SyncDriverParts) {
    this.#parts = parts;
    this.#stop = parts.clock.every(STEP_MS, () => this.#step());
  }

  /** `player` plays from now on; it was told to begin `targetMs` behind the camera. */
  begin(player: Player, targetMs: number): void {
    this.#player = player;
    this.#controller = new SyncController(player.profile);
    this.#toldMs = targetMs;
    this.#firstFrameAt = null;
    this.#jumps = 0;
    this.#placed = false;
    this.#rung = { limit: "any", at: 0 };
    this.#parts.video.playbackRate = 1;
  }

  /**
   * Media came into a buffer. Loading has taken time since the player chose where to begin: put right before the first
   * picture, nobody sees it. Once, since a seek that is asked for again and again never ends.
   */
  appended(): void {
    const { clock, video, screen } = this.#parts;
    const player = this.#player;
    if (!player || this.#placed || screen.lastFrameAt !== null) return;
    const { currentTime } = video;
    // A player that has not chosen yet chooses by the time of then.
    if (!isBuffered(video, currentTime, currentTime)) return;
    const utcMs = clock.utc();
    const place = player.mediaTimeS(utcMs - this.#parts.targetAt(utcMs) + PLACE_LEAD_MS);
    if (place === null || Math.abs(place - currentTime) * 1_000 < PLACE_LEAST_MS) return;
    if (!isBuffered(video, place, place + REACH_MARGIN_S)) return;
    this.#placed = true;
    screen.moved(place, false);
    player.seekTo(place);
  }

  /** Nobody plays. */
  end(): void {
    this.#player = null;
    this.#controller = null;
  }

  /** What the controller says of itself; null while nobody plays. */
  get state(): SyncState | null {
    return this.#controller?.state ?? null;
  }

  close(): void {
    this.#stop();
    this.end();
  }

  #step(): void {
    const player = this.#player;
    const controller = this.#controller;
    if (!player || !controller) return;
    const { clock, video, screen } = this.#parts;
    const at = clock.monotonic();
    const utcMs = clock.utc();
    const targetMs = this.#parts.targetAt(utcMs);
    this.#firstFrameAt ??= screen.lastFrameAt;
    this.#schedule(player, targetMs);
    const action = controller.step({
      at,
      targetMs,
      latencyMs: screen.meter.latencyAt(at) ?? this.#unseenLatency(player, utcMs),
      bufferMs: bufferedAhead(video) * 1_000,
      state: this.#stateAt(at),
      reachable: this.#isReachable(player, utcMs - targetMs),
      lowestRung: isLowest(player),
    });
    if (video.playbackRate !== action.rate) video.playbackRate = action.rate;
    if (action.seekByMs !== null) this.#seek(player, action.seekByMs, at);
    this.#limit(player, { limit: action.rung, late: controller.state.kind === "late", at });
  }

  #schedule(player: Player, targetMs: number): void {
    if (Math.abs(targetMs - this.#toldMs) <= RETARGET_STEP_MS) return;
    this.#toldMs = targetMs;
    player.retarget(targetMs);
  }

  /** A hidden page presents no frames while its sound goes on: the playhead alone tells where it is. */
  #unseenLatency(player: Player, utcMs: number): number | null {
    if (!globalThis.document?.hidden) return null;
    const captureMs = player.captureMs(this.#parts.video.currentTime);
    return captureMs === null ? null : utcMs - captureMs;
  }

  #stateAt(at: number): Reading["state"] {
    const { video, screen } = this.#parts;
    if (video.paused) return "paused";
    if (this.#firstFrameAt === null) return "starting";
    const hasNext = video.readyState >= HAVE_FUTURE_DATA;
    return hasNext && screen.meter.waitingMs(at) <= STALL_MS ? "playing" : "waiting";
  }

  #isReachable(player: Player, captureMs: number): boolean {
    const place = player.mediaTimeS(captureMs);
    return place !== null && isBuffered(this.#parts.video, place, place + REACH_MARGIN_S);
  }

  #seek(player: Player, byMs: number, at: number): void {
    const { video, screen } = this.#parts;
    const place = video.currentTime + byMs / 1_000;
    this.#jumps += 1;
    const starts = this.#jumps === 1 && at - (this.#firstFrameAt ?? at) <= START_MS;
    screen.moved(place, !starts);
    player.seekTo(place);
  }

  /** "lower" means lower than what is loaded now: it is said again to who stays late on the rung that came. */
  #limit(player: Player, wish: { limit: RungLimit; late: boolean; at: number }): void {
    const { limit, late, at } = wish;
    const again = limit === "lower" && late && at - this.#rung.at > RUNG_PERIOD_MS;
    if (limit === this.#rung.limit && (!again || isLowest(player))) return;
    this.#rung = { limit, at };
    player.limitRung(limit);
  }
}

/** HTMLMediaElement.HAVE_FUTURE_DATA: the frame after the present one is there. */
const HAVE_FUTURE_DATA = 3;

function isLowest(player: Player): boolean {
  const { bitrateKbps, lowestBitrateKbps } = player.state();
  return bitrateKbps === null || lowestBitrateKbps === null || bitrateKbps <= lowestBitrateKbps;
}

function isBuffered({ buffered }: Playhead, from: number, to: number): boolean {
  for (let at = 0; at < buffered.length; at += 1)
    if (buffered.start(at) <= from && to <= buffered.end(at)) return true;
  return false;
}

/** Seconds of media ahead of the playhead. */
export function bufferedAhead({ buffered, currentTime }: Playhead): number {
  for (let at = 0; at < buffered.length; at += 1)
    if (buffered.start(at) <= currentTime + 0.1 && currentTime < buffered.end(at))
      return buffered.end(at) - currentTime;
  return 0;
}
