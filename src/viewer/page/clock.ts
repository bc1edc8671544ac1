// The page's only clock and its only timers. UTC is the edge's, learned by asking it; the browser's own may be wrong.
import { ClockEstimate } from "./clockEstimate.ts";

/** Exchanges at the start, one after the other. */
const FIRST_EXCHANGES = 8;
/** Time between later exchanges, ms. */
const EXCHANGE_PERIOD_MS = 10_000;
/** The longest that an edge may take to tell the time, ms. */
const EXCHANGE_DEADLINE_MS = 1_000;

/** Time for the rest of the page. Monotonic readings are those of `performance.now()`, as in frame callbacks. */
export interface PageClock {
  /** Now in UTC by the edge's clock, ms. */
  utc(): number;
  /** A monotonic reading as UTC by the edge's clock, ms. */
  utcAt(monotonic: number): number;
  monotonic(): number;
  /** What is added to this machine's clock, ms; 0 before the edge was asked. */
  readonly offsetMs: number;
  /** Bound on the error of `utc`, ms; null before the edge was asked. */
  readonly errorMs: number | null;
  /** Calls `work` once after `delayMs`; the returned function takes it back. */
  after(delayMs: number, work: () => void): () => void;
  /** Calls `work` each `periodMs`; the returned function ends it. */
  every(periodMs: number, work: () => void): () => void;
  /** Asks `timeUrl()` from now on, at once and then every 10 s; replaces the one asked before. */
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

/** The browser's own record of the last exchange with `url` tells the wire's times, free of a busy page's delay. */
function wireTimes(url: string): { sentAt: number; receivedAt: number } | null {
  const entry = performance.getEntriesByName(url).at(-1);
  if (!(entry instanceof PerformanceResourceTiming)) return null;
  const { requestStart, responseStart } = entry;
  return requestStart > 0 && responseStart >= requestStart
    ? { sentAt: requestStart, receivedAt: responseStart }
    : null;
}

async function ask(url: string, estimate: ClockEstimate): Promise<void> {
  try {
    const sentAt = performance.now();
    const answer = await fetch(url, {
      cache: "no-store",
      signal: AbortSignal.timeout(EXCHANGE_DEADLINE_MS),
    });
    const receivedAt = performance.now();
    const header = answer.headers.get("regista-utc-ms");
    const body = await answer.text();
    const serverUtcMs = header === null ? Date.parse(body) : Number(header);
    const times = wireTimes(url) ?? { sentAt, receivedAt };
    if (answer.ok) estimate.add({ ...times, serverUtcMs });
  } catch {
    // An edge that does not tell the time costs an exchange; the last offset stands.
  }
}

/** Starts the page's clock, on this machine's time until {@link PageClock.follow} is called. */
export function createPageClock(): PageClock {
  const estimate = new ClockEstimate();
  let stop = (): void => undefined;
  const offset = (): number => estimate.best?.offsetMs ?? performance.timeOrigin;
  const utcAt = (monotonic: number): number => monotonic + offset();
  return {
    utc: () => utcAt(performance.now()),
    utcAt,
    monotonic: () => performance.now(),
    get offsetMs() {
      return offset() - performance.timeOrigin;
    },
    get errorMs() {
      return estimate.best?.errorMs ?? null;
    },
    after,
    every,
    follow(timeUrl) {
      stop();
      estimate.clear();
      const asked = new AbortController();
      const burst = async (count: number): Promise<void> => {
        for (let at = 0; at < count && !asked.signal.aborted; at += 1)
          await ask(timeUrl(), estimate);
        performance.clearResourceTimings();
      };
      void burst(FIRST_EXCHANGES);
      const stopTimer = every(EXCHANGE_PERIOD_MS, () => void burst(1));
      stop = () => {
        asked.abort();
        stopTimer();
      };
    },
    close: () => stop(),
  };
}
