// Asks each exchange and network what it is, and telemetry how viewers fare, each second. The director knows it in no
// other way.
import { type Closable, type MonoMs, sentenceOf } from "#base";
import type { Clock } from "#base/clock";
import type { Log } from "#base/log";
import { type Cohorts, cohortsSchema, exchangeSchema, networkSchema, parseJson } from "#protocol";
import { directorErrors } from "./errors.ts";
import { POLL_PERIOD_MS } from "./limits.ts";
import type { Topology } from "./topology.ts";

/** Fetches a whole answer, within time and size limits; rejects when it cannot. */
export type Fetch = (url: string) => Promise<{ status: number; body: Uint8Array }>;

/** Who is asked, and for what: a carrier for itself, telemetry for the cohorts. */
export interface Source {
  readonly kind: "exchange" | "network" | "cohorts";
  /** Base URL, without a slash at the end. */
  readonly url: string;
}

interface SourceState {
  asking: boolean;
  /** What is wrong with it; null while it answers. */
  problem: string | null;
  toldAt: MonoMs | null;
}

const decoder = new TextDecoder();

/** Keeps what the director knows fresh. A source that is lost, or talks nonsense, leaves what it told last. */
export class Poller implements Closable {
  readonly #sources: ReadonlyMap<Source, SourceState>;
  readonly #topology: Topology;
  readonly #hear: (cohorts: Cohorts) => void;
  readonly #fetch: Fetch;
  readonly #clock: Clock;
  readonly #log: Log;
  readonly #timer: { cancel(): void };
  readonly #counters = { polls: 0, failures: 0 };
  #closed = false;

  constructor(
    parts: {
      sources: readonly Source[];
      topology: Topology;
      /** Told what telemetry says. */
      hear: (cohorts: Cohorts) => void;
      fetch: Fetch;
    },
    context: { clock: Clock; log: Log },
  ) {
    this.#sources = new Map(
      parts.sources.map((source) => [source, { asking: false, problem: null, toldAt: null }]),
    );
    this.#topology = parts.topology;
    this.#hear = parts.hear;
    this.#fetch = parts.fetch;
    this.#clock = context.clock;
    this.#log = context.log;
    this.#timer = context.clock.every(POLL_PERIOD_MS, () => void this.round());
  }

  get counters(): Readonly<{ polls: number; failures: number }> {
    return this.#counters;
  }

  /** Each source with what is wrong with it, if anything, and when it told something last. */
  *state(): Iterable<Source & { problem: string | null; toldAt: MonoMs | null }> {
    for (const [source, { problem, toldAt }] of this.#sources) yield { ...source, problem, toldAt };
  }

  /** Asks every source that is not being asked already; resolves when all have answered or failed. Never rejects. */
  async round(): Promise<void> {
    await Promise.all([...this.#sources].map(([source, state]) => this.#ask(source, state)));
  }

  async #ask(source: Source, state: SourceState): Promise<void> {
    if (state.asking || this.#closed) return;
    state.asking = true;
    this.#counters.polls += 1;
    try {
      const { status, body } = await this.#fetch(`${source.url}/${source.kind}`);
      if (status !== 200) throw new Error(`it answered ${status}`);
      this.#learn(source, decoder.decode(body));
      if (state.problem !== null)
        this.#log.info({ url: source.url }, `${source.kind} answers again`);
      state.problem = null;
      state.toldAt = this.#clock.monotonic();
    } catch (failure) {
      this.#counters.failures += 1;
      if (!this.#closed) this.#lost(source, state, failure);
    } finally {
      state.asking = false;
    }
  }

  #learn(source: Source, text: string): void {
    const now = this.#clock.monotonic();
    if (source.kind === "cohorts") {
      this.#hear(parseJson("cohorts", cohortsSchema, text));
    } else if (source.kind === "exchange") {
      this.#topology.learnExchange(source.url, parseJson("exchange", exchangeSchema, text), now);
    } else {
      this.#topology.learnNetwork(source.url, parseJson("network", networkSchema, text), now);
    }
  }

  #lost(source: Source, state: SourceState, failure: unknown): void {
    const problem = sentenceOf(failure);
    const code = source.kind === "cohorts" ? "telemetry-silent" : "carrier-silent";
    const error = directorErrors.make(code, { url: source.url, problem });
    if (state.problem === null) this.#log.warn({ code: error.code }, sentenceOf(error));
    state.problem = problem;
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#timer.cancel();
  }
}
