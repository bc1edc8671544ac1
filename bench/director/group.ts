// One group of figures of this benchmark.
import type { Row } from "../result.ts";

export interface GroupOptions {
  /** How often a short measurement is repeated. */
  readonly runs: number;
  /** Length of each measurement over sockets, s. */
  readonly seconds: number;
}

export interface Group {
  /** What `--only` calls it. */
  readonly name: string;
  measure(options: GroupOptions): Promise<Row[]>;
}
