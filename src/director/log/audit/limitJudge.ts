// One limit under one director: what was allowed when, what was measured, and where it was above.
import { BREACHES_LIMIT, GAP_S, OBEY_S, SHOWN_DECISIONS } from "./limits.ts";
import { Spans } from "./spans.ts";

/** A decision that may have to do with a breach. */
export interface Witness {
  readonly at: number;
  readonly session: string;
  readonly prefix: string | null;
  readonly edge: string;
  readonly from: string | null;
  readonly leastBad: boolean;
}

/** A stretch of time in which a limit was passed. */
export interface Breach {
  from: number;
  to: number;
  /** What was allowed at its worst, and the mean that was measured there, Mb/s. */
  limitMbps: number;
  worstMbps: number;
  /** Viewers who were sent there meanwhile. */
  decisions: number;
  /** The first of these; where there are none, the last before. */
  witnesses: Witness[];
}

/** How an audit judges. */
export interface Judging {
  /** How long viewers take to leave, s. */
  readonly drainS: number;
  /** Over how long the mean of what is measured is taken, s. */
  readonly windowS: number;
}

/** A window with fewer measurements is no mean yet; of a window of a second one is all there is. */
const LEAST_SAMPLES = 3;

export class LimitJudge {
  readonly breaches: Breach[] = [];
  moreBreaches = 0;
  /** When it had to be obeyed, and when it was measured. */
  readonly inForce = new Spans();
  readonly measured = new Spans();
  /** The least that was allowed, Mb/s; for the table. */
  leastMbps = Infinity;
  readonly #judging: Judging;
  #allowed = Infinity;
  #toldAt = 0;
  /** What was allowed before stays allowed for a while. */
  #former: { mbps: number; until: number }[] = [];
  #samples: { at: number; mbps: number; allowed: number }[] = [];
  #breach: Breach | null = null;
  readonly #recent: Witness[] = [];
  /** It is told with its own measurements: those of the whole network are not taken for it. */
  ownMeasures = false;

  constructor(judging: Judging) {
    this.#judging = judging;
  }

  /** A limit is told; null: there is none any more. Told again as it was, it stands since when it stood. */
  tell(mbps: number | null, at: number): void {
    const next = mbps ?? Infinity;
    if (next === this.#allowed) return;
    this.#forceUntil(at);
    this.#former = this.#former.filter(({ until }) => until > at);
    this.#former.push({ mbps: this.#allowed, until: at + OBEY_S + this.#judging.drainS });
    this.#allowed = next;
    this.#toldAt = at;
    this.leastMbps = Math.min(this.leastMbps, next);
  }

  /** Another process took over: what was told holds, and it has the same time to obey it. */
  restart(at: number): void {
    this.#forceUntil(at);
    this.#former.push({ mbps: Infinity, until: at + OBEY_S + this.#judging.drainS });
    this.#toldAt = at;
    this.#samples = [];
    this.#breach = null;
  }

  #forceUntil(at: number): void {
    const from = this.#toldAt + OBEY_S + this.#judging.drainS;
    if (this.#allowed !== Infinity && at > from) this.inForce.add({ from, to: at }, 0);
  }

  #allowedAt(at: number): number {
    let allowed = this.#allowed;
    for (const { mbps, until } of this.#former) if (until > at && mbps > allowed) allowed = mbps;
    return allowed;
  }

  /** What was measured over the second before `at`. */
  measure(mbps: number, at: number): void {
    const { windowS } = this.#judging;
    this.measured.add({ from: at - 1, to: at }, GAP_S);
    const allowed = this.#allowedAt(at);
    // What came under another limit says nothing of this one.
    const window = this.#samples.filter(
      (sample) => sample.at > at - windowS && sample.allowed === allowed,
    );
    this.#samples = window;
    window.push({ at, mbps, allowed });
    if (allowed === Infinity) this.#breach = null;
    if (window.length < Math.min(LEAST_SAMPLES, windowS)) return;
    const mean = window.reduce((sum, sample) => sum + sample.mbps, 0) / window.length;
    if (mean > allowed) this.#above(at, { limitMbps: allowed, worstMbps: mean });
    else this.#breach = null;
  }

  #above(at: number, now: { limitMbps: number; worstMbps: number }): void {
    if (!this.#breach) {
      const witnesses = [...this.#recent];
      this.#breach = { from: at - 1, to: at, ...now, decisions: 0, witnesses };
      if (this.breaches.length < BREACHES_LIMIT) this.breaches.push(this.#breach);
      else this.moreBreaches += 1;
    }
    const breach = this.#breach;
    breach.to = at;
    if (now.worstMbps - now.limitMbps > breach.worstMbps - breach.limitMbps)
      Object.assign(breach, now);
  }

  /** A viewer was sent where this limit counts. */
  decide(witness: Witness): void {
    const breach = this.#breach;
    if (breach) {
      if (breach.decisions === 0) breach.witnesses = [];
      breach.decisions += 1;
      if (breach.witnesses.length < SHOWN_DECISIONS) breach.witnesses.push(witness);
    }
    this.#recent.push(witness);
    if (this.#recent.length > SHOWN_DECISIONS) this.#recent.shift();
  }

  /** The log ends here. */
  end(at: number): void {
    this.#forceUntil(at);
  }
}
