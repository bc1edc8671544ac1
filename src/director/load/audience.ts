// Whose viewers are on which edge, as sessions and steering polls tell: this director's own part of the audience.
import type { MonoMs } from "#base";
import type { PathClass } from "#protocol";
import type { Home, Path } from "../paths/path.ts";
import { hashOf } from "./hash.ts";
import { CELLS_LIMIT, VIEWERS_LIMIT } from "./limits.ts";
import { ViewerTable } from "./viewerTable.ts";

/** The viewers of one network, place and set of footprints on one edge. */
export interface Cell {
  readonly home: Home;
  readonly path: Path;
  readonly class: PathClass;
  readonly viewers: number;
}

interface Counted {
  home: Home;
  path: Path;
  readonly key: string;
  /** Seen in this period, and in the one before and not in this. */
  young: number;
  old: number;
}

const SECOND_SEED = 0x5bd1e995;

/**
 * A viewer is counted from its session on, and again at every steering poll; who is not heard for a period is gone before
 * the next one ends. Every viewer is known by a hash of its name, so that it is counted once, wherever it goes.
 */
export class Audience {
  /** Viewers that could not be counted, because too many are known. */
  overlooked = 0;
  /** The time between two steering polls, ms. */
  periodMs: number;
  readonly #cells: (Counted | null)[] = [];
  readonly #free: number[] = [];
  readonly #byKey = new Map<string, number>();
  #young = new ViewerTable();
  #old = new ViewerTable();
  #until: number;

  constructor({ periodMs, startedAt }: { periodMs: number; startedAt: MonoMs }) {
    this.periodMs = periodMs;
    this.#until = startedAt + periodMs;
  }

  /** Viewers of now. */
  get viewers(): number {
    return this.#cells.reduce((sum, cell) => sum + (cell ? cell.young + cell.old : 0), 0);
  }

  /** Where a viewer was told to be, or said to be, last; null: it is not known. */
  edgeOf(viewer: string): string | null {
    const first = hashOf(viewer);
    const second = hashOf(viewer, SECOND_SEED);
    const young = this.#young.get(first, second);
    const cell = young >= 0 ? young : this.#old.get(first, second);
    return cell < 0 ? null : (this.#cells[cell]?.path.edge.id ?? null);
  }

  /** Notes that `viewer` is on `path`. True: it was not known. */
  saw(viewer: string, { home, path }: { home: Home; path: Path }, now: MonoMs): boolean {
    this.turn(now);
    const first = hashOf(viewer);
    const second = hashOf(viewer, SECOND_SEED);
    const youngIn = this.#young.get(first, second);
    const oldIn = youngIn >= 0 ? -1 : this.#old.get(first, second);
    const before = youngIn >= 0 ? youngIn : oldIn;
    const cell = this.#cellOf(home, path);
    if (cell < 0 || (youngIn < 0 && this.#young.size >= VIEWERS_LIMIT)) {
      this.overlooked += 1;
      return before < 0;
    }
    if (youngIn >= 0) this.#at(youngIn).young -= 1;
    else if (oldIn >= 0) this.#at(oldIn).old -= 1;
    this.#at(cell).young += 1;
    this.#young.set(first, second, cell);
    return before < 0;
  }

  /** Ends a period when it is over: who was not seen in it nor since is gone. */
  turn(now: MonoMs): void {
    while (now >= this.#until) {
      // A viewer seen in both periods stands in the old table too, but is counted in neither cell of it.
      for (const [index, cell] of this.#cells.entries()) {
        if (!cell) continue;
        cell.old = cell.young;
        cell.young = 0;
        if (cell.old === 0) this.#drop(index, cell);
      }
      [this.#young, this.#old] = [this.#old, this.#young];
      this.#young.clear();
      const late = now - this.#until > 2 * this.periodMs;
      this.#until = late ? now : this.#until + this.periodMs;
    }
  }

  /** Who is where, of those with viewers. */
  *cells(): Iterable<Cell> {
    for (const cell of this.#cells) {
      if (!cell || cell.young + cell.old === 0) continue;
      const { home, path, young, old } = cell;
      yield { home, path, class: path.class, viewers: young + old };
    }
  }

  #at(index: number): Counted {
    return this.#cells[index] as Counted;
  }

  #cellOf(home: Home, path: Path): number {
    // Footprints tell whose limits count: those who share them are counted together.
    const key = `${home.asn}|${home.place}|${home.footprints.join()}|${path.edge.id}`;
    const known = this.#byKey.get(key);
    if (known !== undefined) {
      // What the network says of the way may have changed: the last word counts.
      const cell = this.#at(known);
      cell.home = home;
      cell.path = path;
      return known;
    }
    if (this.#byKey.size >= CELLS_LIMIT) return -1;
    const index = this.#free.pop() ?? this.#cells.length;
    this.#cells[index] = { home, path, key, young: 0, old: 0 };
    this.#byKey.set(key, index);
    return index;
  }

  #drop(index: number, cell: Counted): void {
    this.#cells[index] = null;
    this.#byKey.delete(cell.key);
    this.#free.push(index);
  }
}
