// Where viewers are: how many play from each edge, step by step.
import { EDGES_TOLD_LIMIT } from "../limits.ts";

/** Viewers of one network that play from one edge now. */
export interface EdgeCount {
  /** Index into the settings' networks. */
  readonly network: number;
  readonly edge: string;
  readonly playing: number;
}

/** Under this name stand all edges beyond the limit. */
export const OTHER_EDGES = "other edges";

/** Counts by name within the limit. */
export function addTo(counts: Map<string, number>, edge: string, playing: number): void {
  const name = counts.has(edge) || counts.size < EDGES_TOLD_LIMIT ? edge : OTHER_EDGES;
  counts.set(name, (counts.get(name) ?? 0) + playing);
}

/** By edge a column of one length; an edge that nobody used before begins with zeros. */
export class EdgeColumns {
  readonly #columns = new Map<string, number[]>();
  #steps = 0;

  push(counts: ReadonlyMap<string, number>): void {
    for (const [edge] of counts) {
      const known = this.#columns.has(edge) || this.#columns.size < EDGES_TOLD_LIMIT;
      const name = known ? edge : OTHER_EDGES;
      if (!this.#columns.has(name)) this.#columns.set(name, Array<number>(this.#steps).fill(0));
    }
    for (const column of this.#columns.values()) column.push(0);
    for (const [edge, playing] of counts) {
      const column = this.#columns.get(edge) ?? this.#columns.get(OTHER_EDGES);
      if (column) column[this.#steps] = (column[this.#steps] ?? 0) + playing;
    }
    this.#steps += 1;
  }

  /** Viewers by edge at the latest step. */
  get now(): Record<string, number> {
    return Object.fromEntries(
      [...this.#columns].map(([edge, column]) => [edge, column.at(-1) ?? 0]),
    );
  }

  toJSON(): Record<string, number[]> {
    return Object.fromEntries(this.#columns);
  }
}
