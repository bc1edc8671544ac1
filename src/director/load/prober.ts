// Asks every edge over HTTP whether it is there, once a second each, spread over the second.
import { type Chance, type Closable, elapsed, type MonoMs, ms, sentenceOf } from "#base";
import type { Clock, Timer } from "#base/clock";
import type { EdgeDeclaration } from "../paths/edge.ts";
import {
  PROBE_JITTER_MS,
  PROBE_LARGE_EVERY,
  PROBE_PERIOD_MS,
  PROBE_TICK_MS,
  PROBER_LATE_MS,
  PROBES_AT_ONCE,
} from "./limits.ts";
import type { Probe } from "./probeRecord.ts";

/** Asks one edge. `large`: a larger object too, for its speed. Never rejects for what the edge does. */
export type AskEdge = (edge: EdgeDeclaration, large: boolean) => Promise<Probe>;

export interface ProberParts {
  readonly edges: readonly EdgeDeclaration[];
  readonly ask: AskEdge;
  /** Told of every probe's end. */
  readonly found: (edge: EdgeDeclaration, probe: Probe, at: MonoMs) => void;
  readonly clock: Clock;
  readonly chance: Chance;
}

interface Turn {
  readonly edge: EdgeDeclaration;
  dueAt: number;
  asking: boolean;
  asked: number;
}

/** Probes that could not be sent in time, because too many were under way, come later; what they find is the same. */
export class Prober implements Closable {
  /** `void`: probes that say nothing, because this process itself was late. */
  readonly counters = { probes: 0, probeFailures: 0, probesVoid: 0, probesDeferred: 0 };
  readonly #parts: ProberParts;
  readonly #turns: Turn[];
  readonly #timer: Timer;
  #underWay = 0;
  #tickedAt: MonoMs;
  #lateUntil = -Infinity;
  #closed = false;

  constructor(parts: ProberParts) {
    this.#parts = parts;
    this.#tickedAt = parts.clock.monotonic();
    this.#turns = parts.edges.map((edge) => ({
      edge,
      dueAt: this.#tickedAt + parts.chance() * PROBE_PERIOD_MS,
      asking: false,
      asked: 0,
    }));
    this.#timer = parts.clock.every(ms(PROBE_TICK_MS), () => this.#tick());
  }

  #tick(): void {
    const { clock, chance } = this.#parts;
    const now = clock.monotonic();
    if (elapsed(this.#tickedAt, now) > PROBE_TICK_MS + PROBER_LATE_MS)
      this.#lateUntil = now + PROBE_PERIOD_MS;
    this.#tickedAt = now;
    for (const turn of this.#turns) {
      if (turn.dueAt > now || turn.asking) continue;
      if (this.#underWay >= PROBES_AT_ONCE) {
        this.counters.probesDeferred += 1;
        return;
      }
      turn.dueAt = now + PROBE_PERIOD_MS + (2 * chance() - 1) * PROBE_JITTER_MS;
      void this.#ask(turn);
    }
  }

  async #ask(turn: Turn): Promise<void> {
    const { ask, clock, found } = this.#parts;
    turn.asking = true;
    turn.asked += 1;
    this.#underWay += 1;
    this.counters.probes += 1;
    const large = turn.edge.foreign === true && turn.asked % PROBE_LARGE_EVERY === 0;
    const probe = await ask(turn.edge, large).catch((failure: unknown): Probe => ({
      ok: false,
      why: sentenceOf(failure),
    }));
    this.#underWay -= 1;
    turn.asking = false;
    if (this.#closed) return;
    const now = clock.monotonic();
    // What a busy process measures is its own slowness.
    if (now < this.#lateUntil) {
      this.counters.probesVoid += 1;
      return;
    }
    if (!probe.ok) this.counters.probeFailures += 1;
    found(turn.edge, probe, now);
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#timer.cancel();
  }
}
