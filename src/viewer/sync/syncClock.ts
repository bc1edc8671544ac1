// UTC out of exchanges with a time source, on a local clock of which only the differences count. Pure.
import { Drift } from "./drift.ts";
import {
  type Exchange,
  exchangeFault,
  type ExchangeOutcome,
  type ExchangeRefusal,
  exchangeRefusals,
  type Sample,
  sampleOf,
} from "./exchange.ts";
import {
  AHEAD_LIMIT_MS,
  CONTRARY_EXCHANGES,
  CONTRARY_MARGIN_MS,
  CONTRARY_SPREAD_MS,
  LARGE_SLEW,
  SAMPLE_AGE_LIMIT_MS,
  SAMPLES_KEPT,
  SMALL_GAP_MS,
  SMALL_SLEW,
  START_MS,
  START_STEP_LEAST_MS,
  STEP_GAP_MS,
} from "./limits.ts";
import { SteadyLine } from "./steadyLine.ts";

/**
 * UTC of a source, continuous and monotone. Local readings (`at`, `monotonic`) are ms of one clock that never steps back,
 * such as a page's performance clock; how far it is from UTC is of no matter.
 */
export class SyncClock {
  readonly #line = new SteadyLine();
  readonly #drift = new Drift();
  readonly #refused = new Map<ExchangeRefusal, number>();
  #samples: Sample[] = [];
  #contrary: Sample[] = [];
  /** The exchange that says most; it stands through silence, with a bound that grows. */
  #best: Sample | null = null;
  #startedAt = 0;
  #taken = 0;
  #stepped = 0;
  /** The latest reading that was answered for: what was told of it stands. */
  #asked = Number.NEGATIVE_INFINITY;

  /** Takes an exchange; one that is refused is counted and changes nothing. */
  take(exchange: Exchange): ExchangeOutcome {
    const fault = exchangeFault(exchange);
    if (fault) return this.#refuse(fault);
    const sample = sampleOf(exchange);
    const newest = this.#samples.at(-1);
    if (newest && sample.at < newest.at - SAMPLE_AGE_LIMIT_MS) return this.#refuse("too-old");
    if (this.#best && this.#contradicts(sample, this.#best) && !this.#moved(sample))
      return this.#refuse("contrary");
    this.#contrary = [];
    this.#keep(sample);
    this.#correct(exchange.receivedAt);
    return "taken";
  }

  /** Another source is asked from now on: the old one's exchanges are forgotten, its UTC goes on until the new one's is known. */
  anotherSource(): void {
    this.#samples = [];
    this.#contrary = [];
    this.#drift.forgetSamples();
  }

  /** UTC at a local reading, ms; null before the first exchange. */
  utcAt(monotonic: number): number | null {
    if (!this.#line.started || !Number.isFinite(monotonic)) return null;
    if (monotonic > this.#asked) this.#asked = monotonic;
    return monotonic + this.#line.offsetAt(monotonic);
  }

  /** The local reading at which UTC is, was or will be `utcMs`; null before the first exchange. */
  monotonicAt(utcMs: number): number | null {
    return Number.isFinite(utcMs) ? this.#line.readingAt(utcMs) : null;
  }

  /** How far `utcAt` may be from the source's UTC, ms: the exchange's own error, drift since, and what is still owed. */
  errorAt(monotonic: number): number | null {
    const best = this.#best;
    if (!best || !Number.isFinite(monotonic)) return null;
    const owed = Math.abs(this.#offsetBy(best, monotonic) - this.#line.offsetAt(monotonic));
    return this.#boundOf(best, monotonic) + owed;
  }

  /** How fast UTC runs against the local clock, parts of a million; 0 until it was measured. */
  get driftPpm(): number {
    return this.#drift.estimate.ppm;
  }

  /** What happened so far; `steps` are the times that `utcAt` jumped after its start. */
  get counters(): { taken: number; steps: number; refused: Record<ExchangeRefusal, number> } {
    const names = Object.keys(exchangeRefusals) as ExchangeRefusal[];
    const refused = names.map((name) => [name, this.#refused.get(name) ?? 0]);
    return {
      taken: this.#taken,
      steps: this.#stepped,
      refused: Object.fromEntries(refused) as Record<ExchangeRefusal, number>,
    };
  }

  #refuse(why: ExchangeRefusal): ExchangeRefusal {
    this.#refused.set(why, (this.#refused.get(why) ?? 0) + 1);
    return why;
  }

  #offsetBy(sample: Sample, at: number): number {
    return sample.offsetMs + (this.#drift.estimate.ppm / 1e6) * (at - sample.at);
  }

  #boundOf(sample: Sample, at: number): number {
    return sample.errorMs + (this.#drift.estimate.errorPpm / 1e6) * Math.abs(at - sample.at);
  }

  #contradicts(sample: Sample, known: Sample): boolean {
    const apart = Math.abs(sample.offsetMs - this.#offsetBy(known, sample.at));
    return apart > sample.errorMs + this.#boundOf(known, sample.at) + CONTRARY_MARGIN_MS;
  }

  /** Whether exchange after exchange says that the source, or the local clock, is not where it was. */
  #moved(sample: Sample): boolean {
    if (this.#contrary.some((each) => this.#contradicts(sample, each))) this.#contrary = [];
    this.#contrary = [...this.#contrary, sample].slice(-SAMPLES_KEPT);
    const first = this.#contrary[0]?.at ?? sample.at;
    const long = Math.abs(sample.at - first) >= CONTRARY_SPREAD_MS;
    if (this.#contrary.length < CONTRARY_EXCHANGES || !long) return false;
    this.#samples = this.#contrary.slice(0, -1);
    this.#drift.clear();
    return true;
  }

  #keep(sample: Sample): void {
    this.#taken += 1;
    const oldest = sample.at - SAMPLE_AGE_LIMIT_MS;
    this.#samples = [...this.#samples.filter((each) => each.at >= oldest), sample]
      .sort((a, b) => a.at - b.at)
      .slice(-SAMPLES_KEPT);
    this.#drift.take(sample);
    const now = this.#samples.at(-1)?.at ?? sample.at;
    this.#best = this.#samples.reduce((best, each) =>
      this.#boundOf(each, now) <= this.#boundOf(best, now) ? each : best,
    );
  }

  /** Leads the shown line to what the best exchange says. */
  #correct(receivedAt: number): void {
    const best = this.#best;
    if (!best) return;
    const drift = this.#drift.estimate.ppm / 1e6;
    if (!this.#line.started) {
      this.#startedAt = receivedAt;
      return this.#line.step(receivedAt, { offsetMs: this.#offsetBy(best, receivedAt), drift });
    }
    const at = Math.max(receivedAt, Math.min(this.#asked, receivedAt + AHEAD_LIMIT_MS));
    const offsetMs = this.#offsetBy(best, at);
    const gap = Math.abs(offsetMs - this.#line.offsetAt(at));
    const starting = receivedAt < this.#startedAt + START_MS;
    if (gap > STEP_GAP_MS || (starting && gap > START_STEP_LEAST_MS)) {
      this.#stepped += 1;
      return this.#line.step(at, { offsetMs, drift });
    }
    this.#line.slew(at, { offsetMs, drift, slew: gap > SMALL_GAP_MS ? LARGE_SLEW : SMALL_SLEW });
  }
}
