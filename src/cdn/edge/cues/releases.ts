// How long after its media time a cue is released to each cohort, as the director says.
import type { HeartbeatAnswer } from "#protocol";
import { GATES_LIMIT, UNHEARD_AFTER_MS, UNNAMED_AFTER_MS } from "./limits.ts";

/** What the director told of one cohort. */
export type Release = HeartbeatAnswer["releases"][number];

/** The last that the director said; its silence changes nothing. */
export class Releases {
  /** In order of being named, the longest ago first. */
  readonly #known = new Map<string, number>();
  #named = new Map<string, number>();
  #slowest = 0;
  #heard = false;

  hear(releases: readonly Release[]): void {
    this.#heard = true;
    this.#named = new Map(releases.map(({ cohort, afterMs }) => [cohort, afterMs]));
    this.#slowest = Math.max(0, ...this.#named.values());
    for (const [cohort, afterMs] of this.#named) {
      this.#known.delete(cohort);
      this.#known.set(cohort, afterMs);
    }
    for (const cohort of this.#known.keys()) {
      if (this.#known.size <= GATES_LIMIT) break;
      this.#known.delete(cohort);
    }
  }

  /**
   * The delay of a cohort, ms. One that is not named has nobody who watches, as far as the director knows: it may be wrong,
   * and the name may be. So it waits as long as broadcast television, as the slowest cohort, and as it waited before.
   */
  afterMs(cohort: string): number {
    if (!this.#heard) return UNHEARD_AFTER_MS;
    const named = this.#named.get(cohort);
    if (named !== undefined) return named;
    return Math.max(UNNAMED_AFTER_MS, this.#slowest, this.#known.get(cohort) ?? 0);
  }
}
