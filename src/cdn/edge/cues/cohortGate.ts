// Holds cues back from those of one cohort who watch no picture, until the cohort's picture has passed them.
import { ms } from "#base";
import type { Clock, Timer } from "#base/clock";
import type { CueTally } from "./counters.ts";
import { cueFrame, lostFrame } from "./events.ts";
import type { FollowedCue } from "./follower.ts";
import { COHORTS_COUNTED, GATE_LOOK_MS, WAITING_LIMIT } from "./limits.ts";
import { type Listener, Listeners } from "./listeners.ts";
import { type CueMemory, frameUnder, type Remembered } from "./memory.ts";
import type { Releases } from "./releases.ts";

export interface GateSurroundings {
  readonly cohort: string;
  readonly memory: CueMemory;
  readonly releases: Releases;
  readonly tally: CueTally;
  readonly clock: Clock;
  /** A listener was cut. */
  readonly left: () => void;
}

export class CohortGate {
  readonly #around: GateSurroundings;
  readonly #listeners: Listeners;
  /** By media time, then by number. */
  #waiting: FollowedCue[] = [];
  /** Numbers that were never released because the gate was full; no longer than they are remembered. */
  readonly #dropped = new Set<number>();
  #timer: Timer | null = null;

  constructor(around: GateSurroundings) {
    this.#around = around;
    this.#listeners = new Listeners(around.tally, around.left);
    // What has passed its instant already counts as released; nobody listened.
    const { memory } = around;
    for (const { cue } of memory.after(memory.since))
      if (cue && !this.#due(cue)) this.#enqueue(cue);
    this.#arm();
  }

  get waiting(): number {
    return this.#waiting.length;
  }

  get listeners(): Listeners {
    return this.#listeners;
  }

  /** Each number up to this one was released, or is lost. */
  get floor(): number {
    let floor = this.#around.memory.next - 1;
    for (const { seq } of this.#waiting) floor = Math.min(floor, seq - 1);
    return floor;
  }

  /** A cue came. */
  cue(cue: FollowedCue): void {
    this.#enqueue(cue);
    this.look();
  }

  /** Numbers are lost: nothing of them has to wait. */
  lost(event: Remembered): void {
    this.#listeners.tell(frameUnder(this.floor, event), event.last);
  }

  /** What a listener that joins is told: all that was released from `from` on. */
  replay(from: number): Uint8Array[] {
    const kept = new Set(this.#waiting.map(({ seq }) => seq));
    const { floor } = this;
    return this.#around.memory
      .after(from)
      .filter(({ cue }) => cue === null || !(kept.has(cue.seq) || this.#dropped.has(cue.seq)))
      .map((event) => frameUnder(Math.min(event.last, floor), event));
  }

  join(listener: Listener): void {
    this.#listeners.add(listener);
  }

  /** Releases what is due now: called when time has passed, or the delay has changed. */
  look(): void {
    for (let next = this.#waiting[0]; next && this.#due(next); next = this.#waiting[0]) {
      this.#waiting.shift();
      this.#release(next);
    }
    this.#arm();
  }

  close(): void {
    this.#timer?.cancel();
    this.#timer = null;
    this.#waiting = [];
  }

  /** By the delay as it is now: it may have risen or fallen while the cue waited. */
  #due({ mediaTimeMs }: FollowedCue): boolean {
    const { clock, releases, cohort } = this.#around;
    return clock.utc() >= mediaTimeMs + releases.afterMs(cohort);
  }

  #release(cue: FollowedCue): void {
    const { tally, cohort } = this.#around;
    tally.count("released");
    const counted = tally.released.get(cohort);
    if (counted !== undefined || tally.released.size < COHORTS_COUNTED)
      tally.released.set(cohort, (counted ?? 0) + 1);
    this.#listeners.tell(cueFrame(this.floor, cue.json), cue.seq);
  }

  #enqueue(cue: FollowedCue): void {
    let at = this.#waiting.length;
    while (at > 0 && later(this.#waiting[at - 1] as FollowedCue, cue)) at -= 1;
    this.#waiting.splice(at, 0, cue);
    if (this.#waiting.length <= WAITING_LIMIT) return;
    const dropped = this.#waiting.pop();
    if (!dropped) return;
    const { seq } = dropped;
    const { tally, memory } = this.#around;
    tally.count("overflowed");
    this.#dropped.add(seq);
    for (const old of this.#dropped) if (old < memory.since) this.#dropped.delete(old);
    this.#listeners.tell(lostFrame(this.floor, { from: seq, to: seq, count: 1 }), seq);
  }

  #arm(): void {
    this.#timer?.cancel();
    this.#timer = null;
    const [next] = this.#waiting;
    if (!next) return;
    const { clock, releases, cohort } = this.#around;
    const leftMs = next.mediaTimeMs + releases.afterMs(cohort) - clock.utc();
    const wait = Math.min(Math.max(Math.ceil(leftMs), 1), GATE_LOOK_MS);
    this.#timer = clock.after(ms(wait), () => this.look());
  }
}

const later = (one: FollowedCue, other: FollowedCue): boolean =>
  one.mediaTimeMs > other.mediaTimeMs ||
  (one.mediaTimeMs === other.mediaTimeMs && one.seq > other.seq);
