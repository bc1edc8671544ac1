// What all measurements share: a name, and rows of figures with their ratios.
import { type Row, shortRow } from "../../result.ts";
import { ours } from "../ours.ts";
import type { Figures, Stage } from "../stage.ts";

export interface Measurement {
  /** As `--only` takes it. */
  readonly name: string;
  run(stage: Stage): Promise<Row[]>;
}

/** One row a contender: `figure` of each run. The limit is for ours. */
export function rowsOf<Figure>(
  figures: Figures<Figure>,
  { name, unit, ...limit }: { name: string; unit: string; limit?: number; atLeast?: boolean },
  figure: (
    figure: Figures<Figure> extends ReadonlyMap<string, readonly (infer One)[]> ? One : never,
  ) => number,
): Row[] {
  return [...figures].map(([contender, runs]) =>
    shortRow(
      name,
      unit,
      runs.map((run) => figure(run)),
      contender === ours.name ? limit : { comparator: contender },
    ),
  );
}

/** How many times better ours is than each of `limits`, run by run; `sooner`: less is better. */
export function ratioRows(
  rows: { name: string; sooner: boolean; limits: Readonly<Record<string, number | null>> },
  samples: ReadonlyMap<string, readonly number[]>,
): Row[] {
  const own = samples.get(ours.name) ?? [];
  return Object.entries(rows.limits).map(([comparator, limit]) => {
    const theirs = samples.get(comparator) ?? [];
    const ratios = own.map((value, run) => {
      const other = theirs[run] ?? Number.NaN;
      return rows.sooner ? other / value : value / other;
    });
    const judged = limit === null ? {} : { limit, atLeast: true };
    return shortRow(rows.name, "×", ratios, { ...judged, comparator });
  });
}

/** One number of every run, by contender. */
export function samplesOf<Figure>(
  figures: ReadonlyMap<string, readonly Figure[]>,
  figure: (figure: Figure) => number,
): Map<string, number[]> {
  return new Map([...figures].map(([name, runs]) => [name, runs.map((run) => figure(run))]));
}
