// The decision log: what was decided, what was told and what was measured, as JSON lines in a folder.
import { randomBytes } from "node:crypto";
import { type Closable, sentenceOf } from "#base";
import type { Clock, Timer } from "#base/clock";
import type { Log } from "#base/log";
import type { Policy } from "#protocol";
import { directorErrors } from "../errors.ts";
import { type LogFile, LogFiles } from "./files.ts";
import {
  BATCH_RECORDS,
  FILE_BYTES,
  FLUSH_PERIOD_MS,
  LOG_VERSION,
  QUEUE_LIMIT,
  TOTAL_BYTES,
} from "./limits.ts";
import { lineOf, type Lost, lostLine, standingLine, startLine, type Waiting } from "./record.ts";
import type { DecisionSink, LoggedContract, LoggedDecision, LoggedMeasure } from "./sink.ts";

export interface DecisionLogOptions {
  /** Of this director alone; made when it is not there. */
  readonly folder: string;
  /** A file is ended after so many bytes. Default: 64 MiB. */
  readonly fileBytes?: number | undefined;
  /** All files together; the oldest are deleted. At least two files' worth is kept. Default: 4 GiB. */
  readonly totalBytes?: number | undefined;
}

/** What the first line of every file says. */
export interface LogFacts {
  readonly policy: Policy;
  /** In which access network each edge stands, null: in none; footprints are about these. */
  readonly edges: readonly { readonly id: string; readonly in: number | null }[];
}

/** Never blocks and never throws: what cannot be kept is counted and told in a `lost` record. */
export class DecisionLog implements DecisionSink, Closable {
  readonly #files: LogFiles;
  readonly #facts: LogFacts;
  readonly #clock: Clock;
  readonly #log: Log;
  /** Of this log alone and never written: a session cannot be found again by who knows its name. */
  readonly #salt = randomBytes(16).toString("hex");
  readonly #begun = randomBytes(8).toString("hex");
  readonly #timer: Timer;
  readonly #standing = new Map<number, { at: number; record: LoggedContract }>();
  #queue: Waiting[] = [];
  readonly #lost: Lost = { decision: 0, contract: 0, measure: 0 };
  #why = "";
  #problem: string | null = null;
  #writing: Promise<void> | null = null;
  #closed = false;
  readonly #counters = { logged: 0, lost: 0 };

  private constructor(
    files: LogFiles,
    facts: LogFacts,
    { clock, log }: { clock: Clock; log: Log },
  ) {
    this.#files = files;
    this.#facts = facts;
    this.#clock = clock;
    this.#log = log;
    this.#timer = clock.every(FLUSH_PERIOD_MS, () => void this.flush());
  }

  /** Opens the folder. Rejects with `director/log-unwritable`. */
  static async open(
    options: DecisionLogOptions & { create?: (path: string) => Promise<LogFile> },
    facts: LogFacts,
    context: { clock: Clock; log: Log },
  ): Promise<DecisionLog> {
    const { folder, fileBytes = FILE_BYTES, totalBytes = TOTAL_BYTES, create } = options;
    const most = Math.max(totalBytes, 2 * fileBytes);
    const files = new LogFiles({ folder, fileBytes, totalBytes: most, create });
    try {
      await files.open();
    } catch (failure) {
      const problem = sentenceOf(failure);
      throw directorErrors.make("log-unwritable", { folder, problem }, failure);
    }
    const opened = new DecisionLog(files, facts, context);
    await opened.flush();
    return opened;
  }

  decision(record: LoggedDecision): void {
    this.#put({ kind: "decision", at: this.#clock.utc(), record });
  }

  contract(record: LoggedContract): void {
    const at = this.#clock.utc();
    this.#standing.set(record.asn, { at, record });
    this.#put({ kind: "contract", at, record });
  }

  measure(record: LoggedMeasure): void {
    this.#put({ kind: "measure", at: this.#clock.utc(), record });
  }

  /** Since the start; `waiting`, `files` and `bytes` are those of now. */
  get state(): { counters: Readonly<Record<string, number>>; problem: string | null } {
    const { bytes, count, deleted } = this.#files;
    const now = { waiting: this.#queue.length, bytes, files: count, filesDeleted: deleted };
    return { counters: { ...this.#counters, ...now }, problem: this.#problem };
  }

  #put(waiting: Waiting): void {
    if (this.#closed) return;
    if (this.#queue.length < QUEUE_LIMIT) this.#queue.push(waiting);
    else this.#lose([waiting], "more was decided than could be written");
    if (this.#queue.length === BATCH_RECORDS) void this.flush();
  }

  #lose(records: readonly Waiting[], why: string): void {
    for (const { kind } of records) this.#lost[kind] += 1;
    this.#counters.lost += records.length;
    this.#why = why;
  }

  /** Writes what waits. Resolves when it is written or lost; never rejects. */
  flush(): Promise<void> {
    this.#writing ??= this.#write().finally(() => (this.#writing = null));
    return this.#writing;
  }

  async #write(): Promise<void> {
    let batch = this.#queue.splice(0, BATCH_RECORDS);
    try {
      // The first flush opens the first file, with nothing to say yet.
      await this.#append(batch);
      while (this.#queue.length > 0) {
        batch = this.#queue.splice(0, BATCH_RECORDS);
        await this.#append(batch);
      }
      if (this.#problem !== null) this.#log.info("the decision log is written again");
      this.#problem = null;
    } catch (failure) {
      const problem = sentenceOf(failure);
      this.#lose(batch, problem);
      if (this.#problem === null)
        this.#log.warn({ code: "director/log-unwritable" }, `the decision log: ${problem}`);
      this.#problem = problem;
      // Half a line may stand at the end of this file; the next record begins another.
      await this.#files.end().catch(() => undefined);
    }
  }

  async #append(batch: readonly Waiting[]): Promise<void> {
    const told = { ...this.#lost };
    const any = told.decision + told.contract + told.measure > 0;
    const lines = batch.map((waiting) => lineOf(waiting, this.#salt));
    if (any) lines.unshift(lostLine(this.#clock.utc(), told, this.#why));
    await this.#files.append(lines.map((line) => `${line}\n`).join(""), (number) =>
      this.#head(number),
    );
    this.#counters.logged += batch.length;
    // More may have been lost meanwhile.
    for (const kind of ["decision", "contract", "measure"] as const) this.#lost[kind] -= told[kind];
  }

  /** Every file can be read alone: it begins with what is in force, since when. */
  #head(number: number): string {
    const facts = { v: LOG_VERSION, log: this.#begun, file: number };
    const start = startLine(this.#clock.utc(), { ...facts, ...this.#facts });
    // Those still waiting stand in the queue with their own time.
    const waiting = new Set(this.#queue.map(({ record }) => record));
    const standing = [...this.#standing.values()].filter(({ record }) => !waiting.has(record));
    return [start, ...standing.map(standingLine)].map((line) => `${line}\n`).join("");
  }

  /** Writes what waits and ends the file. What comes later is not kept. */
  async close(): Promise<void> {
    if (this.#closed) return this.#writing ?? undefined;
    this.#closed = true;
    this.#timer.cancel();
    await this.flush();
    await this.flush();
    await this.#files.end().catch(() => undefined);
  }
}
