// Documents that are the same for everybody, asked for while the director still looks for this viewer's edge. Pure but
// for the asking.

/** How long an early answer may be used, ms: a manifest is refreshed each two seconds. */
const FRESH_MS = 2_000;

/** Documents asked for ahead at most. */
const EARLY_LIMIT = 4;

/** The longest that one may take, ms. */
const EARLY_DEADLINE_MS = 1_500;

/** What is needed of the world. */
export interface EarlyParts {
  fetch: (url: string, options: { signal: AbortSignal }) => Promise<Response>;
  monotonic: () => number;
}

/** Asked for ahead by one edge's address, given out under any edge's: the path tells a shared object. */
export class EarlyDocuments {
  readonly #parts: EarlyParts;
  readonly #asked = new Map<string, { answer: Promise<Response>; at: number }>();

  constructor(parts: EarlyParts) {
    this.#parts = parts;
  }

  /** Asks for `url` now; what was asked for before is forgotten with {@link clear}. */
  ask(url: string): void {
    if (!URL.canParse(url) || this.#asked.size >= EARLY_LIMIT) return;
    const answer = this.#parts.fetch(url, { signal: AbortSignal.timeout(EARLY_DEADLINE_MS) });
    // Nobody may ever take it.
    answer.catch(() => undefined);
    this.#asked.set(pathOf(url), { answer, at: this.#parts.monotonic() });
  }

  /** The answer for `url`, once; null when it was not asked for, or too long ago. Rejects as `fetch` does. */
  take(url: string): Promise<Response> | null {
    if (!URL.canParse(url)) return null;
    const found = this.#asked.get(pathOf(url));
    this.#asked.delete(pathOf(url));
    return found && this.#parts.monotonic() - found.at <= FRESH_MS ? found.answer : null;
  }

  clear(): void {
    this.#asked.clear();
  }
}

const pathOf = (url: string): string => new URL(url).pathname;
