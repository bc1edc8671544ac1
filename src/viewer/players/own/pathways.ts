// Which location serves next: the director's order, less those that failed lately. Pure.
import { SILENCE_LIMIT_MS } from "../byteGuard.ts";
import { LOCATIONS_LIMIT, LONGEST_PENALTY_S } from "./limits.ts";
import { EDGE_PENALTY_S, FAILURES_LIMIT, LONE_PATIENCE } from "../limits.ts";
import type { Location } from "./profile.ts";
import type { LocationClone } from "./steering.ts";

interface Rest {
  readonly at: number;
  readonly until: number;
  readonly lastsS: number;
}

/** The locations of a stream. Instants are monotonic ms. */
export class Pathways {
  #order: readonly Location[];
  readonly #rests = new Map<string, Rest>();
  #failures = 0;

  /** `first` is the name that the director chose; unknown names leave the order of the MPD. */
  constructor(locations: readonly Location[], first: string | null) {
    this.#order = locations;
    if (first !== null) this.prefer([first]);
  }

  /** Failures in a row, of whatever location. */
  get failures(): number {
    return this.#failures;
  }

  /** Whether so much failed in a row that no location can help. */
  get exhausted(): boolean {
    return this.#failures >= FAILURES_LIMIT;
  }

  /** The best that has not failed lately; when all have, the one whose rest ends first. */
  current(now: number): Location {
    const until = ({ name }: Location): number => this.#rests.get(name)?.until ?? 0;
    const well = this.#order.find((location) => until(location) <= now);
    const sooner = (one: Location, two: Location): Location =>
      until(two) < until(one) ? two : one;
    return well ?? this.#order.reduce(sooner);
  }

  /**
   * How long a location may be silent, ms. Where no other is well the source is the likelier cause, and leaving a request
   * that would have gone on costs more than waiting.
   */
  patienceMs(now: number): number {
    const well = this.#order.filter(({ name }) => (this.#rests.get(name)?.until ?? 0) <= now);
    return well.length > 1 ? SILENCE_LIMIT_MS : SILENCE_LIMIT_MS * LONE_PATIENCE;
  }

  /** Takes locations that steering makes of others; those beyond the limit are passed over. */
  clone(clones: readonly LocationClone[]): void {
    for (const { base, name, host } of clones) {
      const from = this.#order.find((location) => location.name === base);
      if (!from || !URL.canParse(from.url)) continue;
      const url = new URL(from.url);
      url.host = host;
      const others = this.#order.filter((location) => location.name !== name);
      const known = this.#order.find((location) => location.name === name);
      if (known?.url === url.href || others.length >= LOCATIONS_LIMIT) continue;
      this.#order = [...others, { name, url: url.href }];
    }
  }

  /** The director's order; names that are not ours are passed over, ours that are not named come last. */
  prefer(names: readonly string[]): void {
    const rank = ({ name }: Location): number => {
      const at = names.indexOf(name);
      return at < 0 ? names.length : at;
    };
    this.#order = this.#order.toSorted((one, two) => rank(one) - rank(two));
  }

  /**
   * What was asked of a location at `askedAt` failed. It rests, longer each time until it delivers again. Returns whether
   * this was news: of several requests that fail together one counts.
   */
  failed(location: Location, askedAt: number, now: number): boolean {
    const rest = this.#rests.get(location.name);
    if (rest && rest.at >= askedAt) return false;
    const lastsS = Math.min(rest ? rest.lastsS * 2 : EDGE_PENALTY_S, LONGEST_PENALTY_S);
    this.#rests.set(location.name, { at: now, until: now + lastsS * 1_000, lastsS });
    this.#failures += 1;
    return true;
  }

  /** Media came. */
  delivered(location: Location): void {
    this.#failures = 0;
    this.#rests.delete(location.name);
  }
}
