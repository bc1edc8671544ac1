// For tests: a viewer on virtual time, with a local clock, a path to the time source, a network and a player's playhead.
import type { DeviceProfile } from "./deviceProfile.ts";
import type { Exchange } from "./exchange.ts";
import { SyncClock } from "./syncClock.ts";
import { SyncController } from "./syncController.ts";
import { targetAt, type TargetPlan } from "./targetPlan.ts";

/** Numbers in [0, 1) that are the same for the same seed. */
export function randomOf(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** Delays of each way, ms, and how often (0 to 1) one way takes `outlierMs` more. */
export interface PathPlan {
  thereMs: number;
  backMs: number;
  jitterMs: number;
  outliers: number;
  outlierMs: number;
}

/** A machine's monotonic clock and its path to a server whose clock is `serverOffsetMs` from the truth. */
export class SimulatedMachine {
  serverOffsetMs = 0;
  path: PathPlan;
  readonly #random: () => number;
  readonly #local: { startMs: number; ppm: number };

  constructor(parts: {
    random: () => number;
    path: PathPlan;
    local: { startMs: number; ppm: number };
  }) {
    this.#random = parts.random;
    this.path = parts.path;
    this.#local = parts.local;
  }

  /** The local reading at a true instant, ms. */
  reading(trueMs: number): number {
    return this.#local.startMs + trueMs * (1 + this.#local.ppm / 1e6);
  }

  /** An exchange that begins at a true instant. */
  exchange(trueMs: number): Exchange {
    const arrived = trueMs + this.#way(this.path.thereMs);
    const answered = arrived + this.#random() * 2;
    const back = answered + this.#way(this.path.backMs);
    const grained = (reading: number): number => Math.floor(reading * 10) / 10;
    return {
      sentAt: grained(this.reading(trueMs)),
      receivedAt: grained(this.reading(back)),
      serverReceivedUtcMs: arrived + this.serverOffsetMs,
      serverSentUtcMs: answered + this.serverOffsetMs,
    };
  }

  #way(leastMs: number): number {
    const { jitterMs, outliers, outlierMs } = this.path;
    const late = this.#random() < outliers ? outlierMs : 0;
    return leastMs + this.#random() ** 2 * jitterMs + late;
  }
}

/** A player's playhead: actuation after a delay, frames on a 60 Hz screen, media that comes in parts. */
export interface PlayerPlan {
  fps: number;
  /** From a rate that is set to one that is seen, ms. */
  actuationMs: number;
  /** A reading's own error, ± ms. */
  noiseMs: number;
  /** From capture to the end of the buffer at best, ms. */
  chainMs: number;
  partMs: number;
}

const VSYNC_MS = 1_000 / 60;
/** A player that waited goes on with this much, ms. */
const GOES_ON_MS = 100;
/** A seek takes so long, ms. */
const SEEK_MS = 150;
const FETCH_SPEED = 4;

/** True instants and captures are ms; the playhead is the capture time on the screen. */
export class SimulatedPlayer {
  /** What the network brings of each second at the rung that is asked for, 0: nothing. */
  supply = FETCH_SPEED;
  playheadMs: number;
  waiting = false;
  readonly #plan: PlayerPlan;
  readonly #random: () => number;
  #fetchedMs: number;
  #rate = 1;
  #orders: { due: number; rate: number }[] = [];
  #standsUntil = Number.NEGATIVE_INFINITY;

  constructor(
    plan: PlayerPlan,
    start: { trueMs: number; latencyMs: number; random: () => number },
  ) {
    this.#plan = plan;
    this.#random = start.random;
    this.playheadMs = start.trueMs - start.latencyMs;
    this.#fetchedMs = this.#published(start.trueMs);
  }

  get bufferMs(): number {
    return Math.max(0, this.#fetchedMs - this.playheadMs);
  }

  order(trueMs: number, rate: number): void {
    if (rate === (this.#orders.at(-1)?.rate ?? this.#rate)) return;
    this.#orders.push({
      due: trueMs + this.#plan.actuationMs * (0.7 + 0.6 * this.#random()),
      rate,
    });
  }

  seekBy(trueMs: number, byMs: number): void {
    this.playheadMs += byMs;
    this.#standsUntil = trueMs + SEEK_MS;
  }

  /** Time goes on from `trueMs − tickMs` to `trueMs`. */
  pass(trueMs: number, tickMs: number): void {
    const published = this.#published(trueMs);
    this.#fetchedMs = Math.min(published, this.#fetchedMs + tickMs * this.supply);
    while ((this.#orders[0]?.due ?? trueMs + 1) <= trueMs)
      this.#rate = this.#orders.shift()?.rate ?? this.#rate;
    if (this.waiting && this.bufferMs >= GOES_ON_MS) this.waiting = false;
    if (this.waiting || trueMs < this.#standsUntil) return;
    this.playheadMs = Math.min(
      this.playheadMs + tickMs * this.#rate,
      Math.max(this.#fetchedMs, this.playheadMs),
    );
    if (this.playheadMs >= this.#fetchedMs) this.waiting = true;
  }

  get seeking(): number {
    return this.#standsUntil;
  }

  /** The frame on the screen: its capture, and the true instant of its first refresh. */
  frame(trueMs: number): { captureMs: number; shownMs: number } {
    const frameMs = 1_000 / this.#plan.fps;
    const captureMs = Math.floor(this.playheadMs / frameMs) * frameMs;
    const came = trueMs - (this.playheadMs - captureMs) / this.#rate;
    const noise = (this.#random() * 2 - 1) * this.#plan.noiseMs;
    return { captureMs, shownMs: Math.ceil(came / VSYNC_MS) * VSYNC_MS + noise };
  }

  #published(trueMs: number): number {
    const { chainMs, partMs } = this.#plan;
    return Math.floor((trueMs - chainMs) / partMs) * partMs;
  }
}

/** Clock, target, controller and player of one viewer. */
export class SimulatedViewer {
  readonly clock = new SyncClock();
  readonly controller: SyncController;
  readonly machine: SimulatedMachine;
  readonly player: SimulatedPlayer;
  plan: TargetPlan;
  /** The rate that was set last. */
  rate = 1;

  constructor(parts: {
    profile: DeviceProfile;
    machine: SimulatedMachine;
    player: SimulatedPlayer;
    plan: TargetPlan;
  }) {
    this.controller = new SyncController(parts.profile);
    this.machine = parts.machine;
    this.player = parts.player;
    this.plan = parts.plan;
  }

  /** One step of the page: the playhead moves, the controller looks, the player obeys. `supply` by the rung asked for. */
  step(
    trueMs: number,
    { tickMs, supply }: { tickMs: number; supply: { any: number; lower: number } },
  ): void {
    const { player, machine, clock } = this;
    player.pass(trueMs, tickMs);
    const at = machine.reading(trueMs);
    const utcMs = clock.utcAt(at);
    if (utcMs === null) return;
    const frame = player.frame(trueMs);
    const shownUtc = clock.utcAt(machine.reading(frame.shownMs)) ?? utcMs;
    const targetMs = targetAt(this.plan, utcMs);
    const byMs = utcMs - player.playheadMs - targetMs;
    const action = this.controller.step({
      at,
      targetMs,
      latencyMs: shownUtc - frame.captureMs,
      bufferMs: player.bufferMs,
      state: player.waiting || trueMs < player.seeking ? "waiting" : "playing",
      reachable: player.bufferMs - byMs > 2 * GOES_ON_MS && byMs > -20_000,
      lowestRung: false,
    });
    player.supply = supply[action.rung];
    this.rate = action.rate;
    player.order(trueMs, action.rate);
    if (action.seekByMs !== null) player.seekBy(trueMs, action.seekByMs);
  }

  /** Capture to screen, in truth, ms. */
  latencyMs(trueMs: number): number {
    return trueMs - this.player.playheadMs;
  }
}
