// The operator's contract file: read at the start, and again whenever it changes.
import { readFile, stat } from "node:fs/promises";
import { type Closable, sentenceOf } from "#base";
import type { Clock, Timer } from "#base/clock";
import type { Log } from "#base/log";
import type { NetworkContract } from "./contract.ts";
import { ispErrors } from "./errors.ts";
import { CONTRACT_BODY_LIMIT, CONTRACT_FILE_PERIOD_MS } from "./limits.ts";

/** Keeps a contract what its file says. A file that is lost or broken leaves the last good one, and is told once. */
export class ContractFile implements Closable {
  readonly #file: string;
  readonly #contract: NetworkContract;
  readonly #log: Log;
  readonly #timer: Timer;
  #seen = "";
  #reading = false;
  #closed = false;
  /** What is wrong with the file now; null: nothing. */
  problem: string | null = null;

  private constructor(
    file: string,
    contract: NetworkContract,
    { clock, log }: { clock: Clock; log: Log },
  ) {
    this.#file = file;
    this.#contract = contract;
    this.#log = log;
    this.#timer = clock.every(CONTRACT_FILE_PERIOD_MS, () => void this.check());
  }

  /** Reads the file for the first time. Rejects with `isp/contract-file`. */
  static async open(
    file: string,
    contract: NetworkContract,
    context: { clock: Clock; log: Log },
  ): Promise<ContractFile> {
    const kept = new ContractFile(file, contract, context);
    try {
      await kept.#read();
    } catch (failure) {
      await kept.close();
      throw ispErrors.make("contract-file", { file, problem: sentenceOf(failure) }, failure);
    }
    return kept;
  }

  /** Reads the file again when it has changed. Never rejects. */
  async check(): Promise<void> {
    if (this.#reading || this.#closed) return;
    this.#reading = true;
    try {
      if (await this.#read())
        this.#log.info({ file: this.#file }, "the contract file is read again");
    } catch (failure) {
      const problem = sentenceOf(failure);
      if (this.problem !== problem)
        this.#log.warn({ file: this.#file }, `the contract file is not used: ${problem}`);
      this.problem = problem;
      this.#seen = "";
    } finally {
      this.#reading = false;
    }
  }

  /** Whether there was something new. */
  async #read(): Promise<boolean> {
    const { mtimeMs, size, ino } = await stat(this.#file);
    const stamp = `${mtimeMs} ${size} ${ino}`;
    if (stamp === this.#seen) return false;
    if (size > CONTRACT_BODY_LIMIT)
      throw new Error(`it is larger than ${CONTRACT_BODY_LIMIT} bytes`);
    const text = await readFile(this.#file, "utf8");
    this.#seen = stamp;
    this.#contract.put(text, "file");
    this.problem = null;
    return true;
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#timer.cancel();
  }
}
