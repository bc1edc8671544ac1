// Who is to be told, by cohort, in memory and in one file of lines.
import { appendFile, mkdir, readFile, rename, stat, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import { type Closable, ms, sentenceOf } from "#base";
import type { Clock, Timer } from "#base/clock";
import type { Log } from "#base/log";
import { pushErrors } from "./errors.ts";
import {
  COHORTS_FOLLOWED_LIMIT,
  FILE_BYTES_LIMIT,
  FILE_PERIOD_MS,
  FILE_SPARE_LINES,
  SUBSCRIPTIONS_LIMIT,
} from "./limits.ts";
import type { Subscription } from "./subscription.ts";

export interface SubscriptionsOptions {
  readonly file: string;
  readonly clock: Clock;
  readonly log: Log;
  /** A cohort has its first subscription, or has lost its last. */
  readonly onCohort: (cohort: string, wanted: boolean) => void;
}

/** Subscriptions by endpoint. Each change is a line of the file: a subscription, or the endpoint of one that has ended. */
export class Subscriptions implements Closable {
  readonly #options: SubscriptionsOptions;
  readonly #all = new Map<string, Subscription>();
  readonly #cohorts = new Map<string, Map<string, Subscription>>();
  #unwritten: string[] = [];
  /** Lines of the file. */
  #lines = 0;
  #writing: Promise<void> | null = null;
  #timer: Timer | null = null;

  private constructor(options: SubscriptionsOptions) {
    this.#options = options;
  }

  /** Reads the file, writes it anew without what has ended. Rejects with `push/subscriptions-unreadable`. */
  static async open(options: SubscriptionsOptions): Promise<Subscriptions> {
    const kept = new Subscriptions(options);
    try {
      await mkdir(dirname(options.file), { recursive: true, mode: 0o700 });
      kept.#read(await textOf(options.file));
      await kept.#rewrite();
    } catch (failure) {
      const facts = { file: options.file, problem: sentenceOf(failure) };
      throw pushErrors.make("subscriptions-unreadable", facts, failure);
    }
    kept.#timer = options.clock.every(ms(FILE_PERIOD_MS), () => kept.#flush());
    return kept;
  }

  get size(): number {
    return this.#all.size;
  }

  get cohorts(): readonly string[] {
    return [...this.#cohorts.keys()];
  }

  /** Adds a subscription, or puts it in the place of an earlier one of its endpoint. Throws `push/full`. */
  add(subscription: Subscription): void {
    const { endpoint, cohort } = subscription;
    const newCohort = !this.#cohorts.has(cohort);
    if (newCohort && this.#cohorts.size >= COHORTS_FOLLOWED_LIMIT)
      throw pushErrors.make("full", { limit: COHORTS_FOLLOWED_LIMIT, what: "cohorts" });
    if (!this.#all.has(endpoint) && this.#all.size >= SUBSCRIPTIONS_LIMIT)
      throw pushErrors.make("full", { limit: SUBSCRIPTIONS_LIMIT, what: "subscriptions" });
    this.#take(endpoint);
    this.#put(subscription);
    this.#note(JSON.stringify(subscription));
  }

  /** Ends a subscription; whether there was one. */
  remove(endpoint: string): boolean {
    const removed = this.#take(endpoint);
    if (removed) this.#note(JSON.stringify({ gone: endpoint }));
    return removed;
  }

  /** Those of a cohort who want to hear of `kind`, without those that have run out at `nowMs`. */
  of(cohort: string, kind: string, nowMs: number): Subscription[] {
    return [...(this.#cohorts.get(cohort)?.values() ?? [])].filter(
      ({ kinds, expiresMs }) =>
        (kinds === null || kinds.some((each) => each === kind)) &&
        (expiresMs === null || expiresMs > nowMs),
    );
  }

  /** Writes what is left. May be called again. */
  async close(): Promise<void> {
    this.#timer?.cancel();
    this.#timer = null;
    await this.#writing;
    this.#flush();
    await this.#writing;
  }

  #put(subscription: Subscription): void {
    const { endpoint, cohort } = subscription;
    this.#all.set(endpoint, subscription);
    const there = this.#cohorts.get(cohort);
    if (there) there.set(endpoint, subscription);
    else {
      this.#cohorts.set(cohort, new Map([[endpoint, subscription]]));
      this.#options.onCohort(cohort, true);
    }
  }

  #take(endpoint: string): boolean {
    const known = this.#all.get(endpoint);
    if (!known) return false;
    this.#all.delete(endpoint);
    const there = this.#cohorts.get(known.cohort);
    there?.delete(endpoint);
    if (there?.size === 0) {
      this.#cohorts.delete(known.cohort);
      this.#options.onCohort(known.cohort, false);
    }
    return true;
  }

  #read(text: string): void {
    const kept = new Map<string, Subscription>();
    for (const line of text.split("\n")) {
      // A line that was cut by the end of the process is the last one, and was never promised to anybody.
      const entry = lineOf(line);
      if (entry && "gone" in entry) kept.delete(entry.gone);
      else if (entry) kept.set(entry.endpoint, entry);
    }
    for (const subscription of [...kept.values()].slice(0, SUBSCRIPTIONS_LIMIT))
      this.#put(subscription);
  }

  /** One writing at a time; what comes meanwhile goes with the next. */
  #flush(): void {
    if (this.#writing || this.#unwritten.length === 0) return;
    const { file, log } = this.#options;
    const lines = this.#unwritten.splice(0);
    this.#lines += lines.length;
    const anew = this.#lines > this.#all.size + FILE_SPARE_LINES;
    this.#writing = (anew ? this.#rewrite() : appendFile(file, `${lines.join("\n")}\n`))
      .catch((failure: unknown) => log.error({ err: failure, file }, "subscriptions not written"))
      .finally(() => (this.#writing = null));
  }

  /** A change for the file. When a disk takes none, memory holds so many and no more: the file is behind then. */
  #note(line: string): void {
    if (this.#unwritten.length < 2 * SUBSCRIPTIONS_LIMIT) this.#unwritten.push(line);
  }

  async #rewrite(): Promise<void> {
    const { file } = this.#options;
    const lines = [...this.#all.values()].map((each) => `${JSON.stringify(each)}\n`);
    this.#lines = lines.length;
    await writeFile(`${file}.new`, lines.join(""), { mode: 0o600 });
    await rename(`${file}.new`, file);
  }
}

async function textOf(file: string): Promise<string> {
  try {
    if ((await stat(file)).size > FILE_BYTES_LIMIT) throw new Error("it is too large");
    return await readFile(file, "utf8");
  } catch (failure) {
    if ((failure as NodeJS.ErrnoException).code === "ENOENT") return "";
    throw failure;
  }
}

function lineOf(line: string): Subscription | { gone: string } | null {
  try {
    return JSON.parse(line) as Subscription | { gone: string };
  } catch {
    return null;
  }
}
