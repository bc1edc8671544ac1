// The network view without its page: asks every director for its map each second, and any of them to explain an address.
import { type Closable, ms } from "#base";
import type { Clock } from "#base/clock";
import { explanationSchema, type NetworkMap, networkMapSchema, parseJson } from "#protocol";
import { controlRoomErrors } from "../errors.ts";
import { EXPLAIN_AT_ONCE, EXPLAIN_DEADLINE_MS, POLL_PERIOD_MS } from "../limits.ts";
import { Party } from "../party.ts";
import { merge } from "./merge.ts";
import type { Explained, NetworkView } from "./view.ts";

export interface NetworkRoomOptions {
  readonly title: string;
  readonly watchUrl: string;
  readonly directorUrls: readonly string[];
  /** From this share of its capacity on an edge counts as full; default 0.95. */
  readonly fullAt?: number | undefined;
}

/** Asks, adds up, remembers the order. */
export class NetworkRoom implements Closable {
  readonly counters = { views: 0, explained: 0, explainRefused: 0 };
  readonly #options: NetworkRoomOptions;
  readonly #clock: Clock;
  readonly #told: (view: NetworkView) => void;
  readonly #directors: readonly Party<NetworkMap>[];
  readonly #timer: { cancel(): void };
  #view: NetworkView;
  #round: Promise<void> | null = null;
  #asking = 0;
  #closed = false;

  /** `told` hears of every view. */
  constructor(
    options: NetworkRoomOptions,
    told: (view: NetworkView) => void,
    context: { clock: Clock },
  ) {
    this.#options = options;
    this.#clock = context.clock;
    this.#told = told;
    this.#directors = options.directorUrls.map(
      (url) =>
        new Party(
          { url: at(url, "/map"), read: (text) => parseJson("map", networkMapSchema, text) },
          context.clock,
        ),
    );
    this.#view = this.#merged([]);
    this.#timer = context.clock.every(ms(POLL_PERIOD_MS), () => void this.round());
  }

  get view(): NetworkView {
    return this.#view;
  }

  /** Asks every director at once. One at a time: a call while one is under way joins it. */
  round(): Promise<void> {
    this.#round ??= this.#ask().finally(() => {
      this.#round = null;
    });
    return this.#round;
  }

  /**
   * Where `ip` would go: the first director that answers says it. Rejects with `controlroom/explain-too-many`,
   * `controlroom/explain-refused` with the director's own sentence, or `controlroom/no-explanation`.
   */
  async explain(ip: string): Promise<Explained> {
    if (this.#asking >= EXPLAIN_AT_ONCE)
      throw controlRoomErrors.make("explain-too-many", { limit: EXPLAIN_AT_ONCE });
    this.#asking += 1;
    try {
      const explained = await this.#firstThatExplains(ip);
      this.counters.explained += 1;
      return explained;
    } catch (failure) {
      this.counters.explainRefused += 1;
      throw failure;
    } finally {
      this.#asking -= 1;
    }
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#timer.cancel();
    await this.#round;
  }

  async #firstThatExplains(ip: string): Promise<Explained> {
    let problem = "there is none";
    for (const base of this.#options.directorUrls) {
      const director = new Party(
        {
          url: `${at(base, "/explain")}?ip=${encodeURIComponent(ip)}`,
          read: (text) => parseJson("explanation", explanationSchema, text),
        },
        this.#clock,
        { deadlineMs: EXPLAIN_DEADLINE_MS },
      );
      await director.ask();
      const { body, problem: why, refusal } = director.answer;
      if (body) return { v: 1, director: base, explanation: body };
      if (refusal) throw controlRoomErrors.make("explain-refused", { problem: refusal });
      problem = why ?? problem;
    }
    throw controlRoomErrors.make("no-explanation", { problem });
  }

  async #ask(): Promise<void> {
    await Promise.all(this.#directors.map((director) => director.ask()));
    if (this.#closed) return;
    this.#view = this.#merged(this.#view.networks.map(({ id }) => id));
    this.counters.views += 1;
    this.#told(this.#view);
  }

  #merged(shown: readonly string[]): NetworkView {
    const { title, watchUrl, fullAt = 0.95 } = this.#options;
    return merge({
      ...{ at: this.#clock.utc(), title, watchUrl, fullAt, shown },
      directors: this.#directors.map(({ answer }) => answer),
    });
  }
}

const at = (base: string, path: string): string => base.replace(/\/+$/, "") + path;
