// Which director a library asks: its manifest names one for all, here it is the viewer's own, and the next when that is silent.

/**
 * The steering questions of one session. The manifest, one object for all, names the first director and no session; a
 * director that gets no session takes all viewers of an address for one.
 */
export class SteeringTurn {
  readonly #directors: readonly URL[];
  #at = 0;
  #open = false;

  /** `urls`: where the directors steer this session, the one that is asked first to begin with; others than URLs are passed over. */
  constructor(urls: readonly string[]) {
    this.#directors = urls.flatMap((url) => (URL.canParse(url) ? [new URL(url)] : []));
  }

  /**
   * Where to ask what a library asks at `url`, its own parameters kept. A question that is still open when the next one comes
   * got no answer: another director's turn. What is no steering question passes unchanged.
   */
  question(url: string): string {
    if (!URL.canParse(url)) return url;
    const asked = new URL(url);
    if (!this.#directors.some(({ pathname }) => pathname === asked.pathname)) return url;
    if (this.#open) this.#at = (this.#at + 1) % this.#directors.length;
    this.#open = true;
    const { origin, pathname, searchParams } = this.#directors[this.#at] ?? asked;
    for (const [name, value] of searchParams) asked.searchParams.set(name, value);
    return origin + pathname + asked.search;
  }

  /** An answer came, whatever it says. */
  answered(): void {
    this.#open = false;
  }
}
