// The page's only clock and its only timers. UTC is the edge's, learned by asking it; the browser's own may be wrong.
import { type Exchange, type ExchangeOutcome, SyncClock } from "#viewer/sync";

/** Exchanges at the start, one after the other: the least round trip of them is near the path's own. */
const FIRST_EXCHANGES = 8;
/** Time between later exchanges, ms: more often until the drift of this machine can be told. */
const EARLY_PERIOD_MS = 5_000;
const LATE_PERIOD_MS = 10_000;
const EARLY_FOR_MS = 120_000;
/** After an exchange that contradicts the earlier ones the next comes this soon, ms. */
const DOUBT_PERIOD_MS = 1_000;
/** The longest that an edge may take to tell the time, ms. */
const EXCHANGE_DEADLINE_MS = 1_000;
/** Readings of one timeline agree within this, ms: browsers round them. */
const ROUNDING_MS = 2;

/** Time for the rest of the page. Monotonic readings are those of `performance.now()`, as in frame callbacks. */
export interface PageClock {
  /** Now in UTC by the edge's clock, ms; by this machine's own until the edge has answered once. */
  utc(): number;
  /** A monotonic reading as UTC by the edge's clock, ms. */
  utcAt(monotonic: number): number;
  monotonic(): number;
  /** What is added to this machine's wall clock, ms; 0 before the edge has answered. */
  readonly offsetMs: number;
  /** Bound on the error of `utc`, ms; null before the edge has answered. */
  readonly errorMs: number | null;
  /** How fast UTC runs against this machine's monotonic clock, parts of a million; 0 until it was measured. */
  readonly driftPpm: number;
  /** Calls `work` once after `delayMs`; the returned function takes it back. */
  after(delayMs: number, work: () => void): () => void;
  /** Calls `work` each `periodMs`; the returned function ends it. */
  every(periodMs: number, work: () => void): () => void;
  /** Asks `timeUrl()` from now on, at once and then every 5 to 10 s; replaces the one asked before. Its URL may change. */
  follow(timeUrl: () => string): void;
  close(): void;
}

const after = (delayMs: number, work: () => void): (() => void) => {
  const timer = setTimeout(work, delayMs);
  return () => clearTimeout(timer);
};

const every = (periodMs: number, work: () => void): (() => void) => {
  const timer = setInterval(work, periodMs);
  return () => clearInterval(timer);
};

/**
 * The browser's own record of an exchange tells the wire's times, free of a busy page's delay and of the connection's
 * set-up. It is believed where it lies within the page's own readings around this very exchange.
 */
function wireTimes(url: string, seen: { sentAt: number; receivedAt: number }): typeof seen {
  const entry = performance.getEntriesByName(url, "resource").at(-1);
  if (!(entry instanceof PerformanceResourceTiming)) return seen;
  const { requestStart, responseStart } = entry;
  const within =
    requestStart >= seen.sentAt - ROUNDING_MS &&
    responseStart >= requestStart &&
    responseStart <= seen.receivedAt + ROUNDING_MS;
  return within ? { sentAt: requestStart, receivedAt: responseStart } : seen;
}

/** The server's two instants; an edge that tells only one is taken to have answered at once. */
function serverTimes(headers: Headers, body: string): { received: number; sent: number } {
  const told = headers.get("regista-utc-ms");
  const sent = told === null ? Date.parse(body) : Number(told);
  const received = headers.get("regista-received-utc-ms");
  return { received: received === null ? sent : Number(received), sent };
}

/** One exchange; null when there was no answer in time. */
async function ask(url: string, stopped: AbortSignal): Promise<Exchange | null> {
  try {
    const sentAt = performance.now();
    const signal = AbortSignal.any([stopped, AbortSignal.timeout(EXCHANGE_DEADLINE_MS)]);
    const answer = await fetch(url, { cache: "no-store", signal });
    const receivedAt = performance.now();
    const { received, sent } = serverTimes(answer.headers, await answer.text());
    if (!answer.ok) return null;
    const times = wireTimes(url, { sentAt, receivedAt });
    return { ...times, serverReceivedUtcMs: received, serverSentUtcMs: sent };
  } catch {
    // An edge that does not tell the time costs an exchange; what is known stands, with a bound that grows.
    return null;
  }
}

/** Asks one source after the other, each at once and then for as long as it is followed. */
class TimeQuestions {
  readonly #clock: SyncClock;
  #url: string | null = null;
  #stopped = new AbortController();
  /** Wakes who waits between two exchanges. */
  #wake = (): void => undefined;

  constructor(clock: SyncClock) {
    this.#clock = clock;
  }

  follow(timeUrl: () => string): void {
    this.stop();
    this.#stopped = new AbortController();
    void this.#run(timeUrl, this.#stopped.signal);
  }

  stop(): void {
    this.#stopped.abort();
    this.#wake();
  }

  async #run(timeUrl: () => string, stopped: AbortSignal): Promise<void> {
    const startedAt = performance.now();
    let first = FIRST_EXCHANGES;
    while (!stopped.aborted) {
      if (this.#changed(timeUrl)) first = FIRST_EXCHANGES;
      first -= 1;
      const outcome = await this.#exchange(stopped);
      if (stopped.aborted) return;
      if (first > 0 && outcome !== null) continue;
      performance.clearResourceTimings();
      const early = performance.now() - startedAt < EARLY_FOR_MS;
      const calm = early ? EARLY_PERIOD_MS : LATE_PERIOD_MS;
      const doubt = outcome === null || outcome === "contrary";
      await this.#sleep(doubt ? DOUBT_PERIOD_MS : calm);
    }
  }

  async #exchange(stopped: AbortSignal): Promise<ExchangeOutcome | null> {
    const exchange = await ask(this.#url ?? "", stopped);
    return exchange && !stopped.aborted ? this.#clock.take(exchange) : null;
  }

  /** Whether another source is asked from now on. */
  #changed(timeUrl: () => string): boolean {
    let url = this.#url;
    try {
      url = timeUrl();
    } catch {
      // Between two sessions there may be no edge to ask: the last one is asked on.
    }
    if (url === this.#url) return false;
    if (this.#url !== null) this.#clock.anotherSource();
    this.#url = url;
    return true;
  }

  #sleep(delayMs: number): Promise<void> {
    return new Promise((resolve) => {
      const cancel = after(delayMs, resolve);
      this.#wake = () => {
        cancel();
        resolve();
      };
    });
  }
}

/** Starts the page's clock, on this machine's time until {@link PageClock.follow} is called. */
export function createPageClock(): PageClock {
  const clock = new SyncClock();
  const questions = new TimeQuestions(clock);
  const utcAt = (monotonic: number): number =>
    clock.utcAt(monotonic) ?? monotonic + performance.timeOrigin;
  return {
    utc: () => utcAt(performance.now()),
    utcAt,
    monotonic: () => performance.now(),
    get offsetMs() {
      const utcMs = clock.utcAt(performance.now());
      return utcMs === null ? 0 : utcMs - Date.now();
    },
    get errorMs() {
      return clock.errorAt(performance.now());
    },
    get driftPpm() {
      return clock.driftPpm;
    },
    after,
    every,
    follow: (timeUrl) => questions.follow(timeUrl),
    close: () => questions.stop(),
  };
}
