// Why a request was answered as it was: one row a reason, which feeds the counters, /status and /metrics.

export const reasons = {
  hit: "A fresh stored object answered.",
  miss: "Nobody had asked for the object: it is fetched.",
  stale: "A stale stored object answered, as its origin allows, while it was asked about.",
  staleOnError:
    "A stale stored object answered, as its origin allows, because the upstream failed.",
  variant: "Only other variants of the object were stored: this one is fetched.",
  expired: "The stored object had outlived its time: the upstream is asked about it.",
  revalidated: "The upstream said that the stored object still holds.",
  collapsed: "Another had asked already: the request joined that fetch.",
  alone: "The answer was for one receiver only, and was fetched for each.",
  passed: "The method is not cached: the request went through to the upstream.",
  onlyStored: "Only what is stored was wanted, and nothing was.",
  crowded: "As many requests for one object were under way or waiting as there may be.",
  badQuery: "The query could be read in two ways.",
  own: "The edge itself was asked: clock, status, metrics or a preflight.",
  notModified: "The viewer has the object already.",
  conditionFailed: "The object is not the one that the viewer makes its condition.",
  partial: "A range of the object was asked for.",
  unsatisfiable: "The range lies behind the object's end.",
  notAllowed: "The method is not served.",
  noEntry: "Something was to be entered, which only the origin takes.",
  loop: "The request had passed this edge before, or very many others.",
  busy: "Too many objects were under way.",
  tooLarge: "The object is larger than is carried.",
  upstreamDown: "The upstream could not be reached, or broke off before its head.",
  upstreamSlow: "The upstream did not answer in time.",
  upstreamBroke:
    "The upstream broke off within an object: its receivers were cut, nothing was stored.",
  upstreamError: "The upstream answered with a server's error.",
  viewerGone: "The viewer went before its answer was complete.",
  stored: "A complete object was kept.",
  notStored: "A complete object was not kept, because its upstream does not allow it.",
  refreshed: "A stale object was asked about behind the viewers' backs.",
  invalidated: "A stored object was dropped, because a request had changed it.",
  evicted: "A stored object made room for others.",
} as const;
export type Reason = keyof typeof reasons;

/** Counts since the start, for every reason. */
export class Tally {
  readonly #counts = new Map<Reason, number>();

  count(reason: Reason): void {
    this.#counts.set(reason, this.of(reason) + 1);
  }

  of(reason: Reason): number {
    return this.#counts.get(reason) ?? 0;
  }

  /** All reasons, also those that never were. */
  all(): Record<Reason, number> {
    const counts = {} as Record<Reason, number>;
    for (const reason of Object.keys(reasons) as Reason[]) counts[reason] = this.of(reason);
    return counts;
  }
}
