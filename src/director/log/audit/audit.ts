// Proves from directors' logs that each contract was obeyed, or shows where it was not.
import { sentenceOf } from "#base";
import { DirectorJudge } from "./judge.ts";
import { DRAIN_S, WINDOW_S } from "./limits.ts";
import { noCounts, readLog } from "./readLog.ts";
import { type AuditReport, type Judged, verdictOf } from "./verdict.ts";

export interface AuditOptions {
  /** How long viewers may take to leave beyond the 5 s. Default: {@link DRAIN_S}. */
  readonly drainS?: number | undefined;
  /** Over how long the mean of what is measured is taken, s. Default: {@link WINDOW_S}. */
  readonly windowS?: number | undefined;
  /** One a director. */
  readonly folders: readonly string[];
  /** The one network that is asked about; null: all. */
  readonly asn: number | null;
  /** Told after each chunk: bytes read so far. */
  readonly onProgress?: ((bytes: number) => void) | undefined;
}

/** Reads every folder to its end, in bounded memory. A folder that cannot be read is part of the report. */
export async function auditLogs(options: AuditOptions): Promise<AuditReport> {
  const judging = { drainS: options.drainS ?? DRAIN_S, windowS: options.windowS ?? WINDOW_S };
  const judged: Judged[] = [];
  let before = 0;
  for (const folder of options.folders) {
    const judge = new DirectorJudge(judging, options.asn);
    const counts = noCounts();
    let problem: string | null = null;
    try {
      for await (const records of readLog(folder, counts)) {
        for (const record of records) judge.take(record);
        options.onProgress?.(before + counts.bytes);
      }
    } catch (failure) {
      problem = sentenceOf(failure);
    }
    judge.end();
    before += counts.bytes;
    judged.push({ folder, judge, counts, problem });
  }
  return verdictOf(judged);
}
