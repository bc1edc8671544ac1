// Tables of whose address is whose, read into whatever takes them, beside whatever else the process does.
import { createReadStream } from "node:fs";
import { RegistaError } from "#base";
import type { Clock } from "#base/clock";
import {
  MMDB_BYTES_LIMIT,
  readAsnCsv,
  readAsnMmdb,
  type TableRow,
  type TableSum,
} from "#network/formats";
import type { NetworkModel } from "#protocol";
import { boundedBytes } from "./boundedFile.ts";
import { modelErrors } from "./errors.ts";
import { PAUSE_MS } from "./limits.ts";

/** Who takes the rows, and who is told how far it is. */
export interface TablesContext {
  /** A range of addresses, to be made into prefixes; of two that overlap the longer prefix wins. */
  readonly take: (row: TableRow) => void;
  readonly clock: Clock;
  /** Told every few thousand rows. */
  readonly onProgress?: ((file: string, done: TableSum) => void) | undefined;
}

/**
 * Reads the model's tables one after another; resolves with what all of them held. CSV is streamed; other work gets its
 * turn between chunks. Throws `model/file-unreadable` and `formats/…`: rows before the mistake were taken by then.
 */
export async function loadTables(
  { tables }: Pick<NetworkModel, "tables">,
  { take, clock, onProgress }: TablesContext,
): Promise<TableSum> {
  const sum = { rows: 0, skipped: 0 };
  for (const { file, format } of tables) {
    const reader = { file, take, onProgress: (done: TableSum) => onProgress?.(file, done) };
    const pause = (): Promise<void> => clock.sleep(PAUSE_MS);
    try {
      const done =
        format === "csv"
          ? await readAsnCsv(createReadStream(file), reader)
          : await readAsnMmdb(await boundedBytes(file, MMDB_BYTES_LIMIT), { ...reader, pause });
      sum.rows += done.rows;
      sum.skipped += done.skipped;
    } catch (failure) {
      if (failure instanceof RegistaError) throw failure;
      throw modelErrors.make("file-unreadable", { file, why: (failure as Error).message }, failure);
    }
  }
  return sum;
}
