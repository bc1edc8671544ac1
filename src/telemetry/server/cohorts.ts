// What the viewers of each place hold: the latest word of each viewer, summarised when somebody asks.
import type { MonoMs } from "#base";
import { COHORT_LATE_MS, type Cohorts, COHORTS_LIMIT } from "#protocol";
import { quantilesOf } from "./distribution.ts";
import { SUMMARY_WINDOW_MS, VIEWER_FRESH_MS, VIEWER_MEMORY_MS } from "./limits.ts";
import { Members } from "./members.ts";
import type { ViewerWord } from "./words.ts";

type Row = Cohorts["cohorts"][number];

/** A place with the viewers that named it. It is forgotten with the last of them. */
interface Cohort {
  readonly id: string;
  readonly index: number;
  members: number;
  /** Since its first viewer came. */
  cuesLate: number;
  cuesLost: number;
}

/** The viewers of all cohorts. One that names no cohort is in none. */
export class CohortBook {
  readonly #members = new Members();
  readonly #cohorts = new Map<string, Cohort>();
  readonly #byIndex: (Cohort | null)[] = [];
  readonly #freeIndices: number[] = [];

  /** Viewers and cohorts remembered now. */
  get size(): { cohortViewers: number; cohorts: number } {
    return { cohortViewers: this.#members.count, cohorts: this.#cohorts.size };
  }

  /** Takes a viewer's word. False when the book is full and does not know the viewer. */
  take(session: string, word: ViewerWord, now: MonoMs): boolean {
    const members = this.#members;
    const known = members.slotOf(session);
    if (known === undefined && word.cohort === undefined) return true;
    const slot = known ?? members.add(session);
    if (slot === null) return false;
    if (known === undefined) {
      members.cohort[slot] = this.#join(word.cohort as string).index;
      // What it stalled before it was first heard is no stall of this window; cues count from its session's begin.
      members.stalls[slot] = word.stalls ?? 0;
    } else if (word.cohort !== undefined && word.cohort !== this.#cohortIn(slot).id) {
      this.#leave(this.#cohortIn(slot));
      members.cohort[slot] = this.#join(word.cohort).index;
    }
    this.#update(slot, word, now);
    return true;
  }

  /** Forgets who has been silent for {@link VIEWER_MEMORY_MS}: long enough to know the counters of one who returns. */
  expire(now: MonoMs): void {
    const members = this.#members;
    for (let slot = 0; slot < members.end; slot++) {
      if (!(now - (members.seenAt[slot] as number) > VIEWER_MEMORY_MS)) continue;
      this.#leave(this.#cohortIn(slot));
      members.remove(slot);
    }
  }

  /** Each cohort with its viewers heard of freshly, the largest first, {@link COHORTS_LIMIT} at most. */
  list(now: MonoMs): Row[] {
    const fresh = new FreshViewers(this.#members, this.#byIndex.length, now);
    // Names can be made up: a real place must not be pushed out by them, so the largest are listed.
    return [...this.#cohorts.values()]
      .sort((a, b) => fresh.viewers(b.index) - fresh.viewers(a.index) || (a.id < b.id ? -1 : 1))
      .slice(0, COHORTS_LIMIT)
      .map(({ id, index, cuesLate, cuesLost }) => ({
        id,
        ...fresh.row(index),
        cuesLate,
        cuesLost,
      }));
  }

  #cohortIn(slot: number): Cohort {
    return this.#byIndex[this.#members.cohort[slot] as number] as Cohort;
  }

  #join(id: string): Cohort {
    let cohort = this.#cohorts.get(id);
    if (!cohort) {
      const index = this.#freeIndices.pop() ?? this.#byIndex.length;
      cohort = { id, index, members: 0, cuesLate: 0, cuesLost: 0 };
      this.#cohorts.set(id, cohort);
      this.#byIndex[index] = cohort;
    }
    cohort.members += 1;
    return cohort;
  }

  #leave(cohort: Cohort): void {
    cohort.members -= 1;
    if (cohort.members > 0) return;
    this.#cohorts.delete(cohort.id);
    this.#byIndex[cohort.index] = null;
    this.#freeIndices.push(cohort.index);
  }

  /** What was not said stands; what was refused is not known any more. */
  #update(slot: number, word: ViewerWord, now: MonoMs): void {
    const members = this.#members;
    members.seenAt[slot] = now;
    for (const figure of ["latencyMs", "needMs", "syncMs"] as const)
      if (word[figure] !== undefined) members[figure][slot] = word[figure] ?? Number.NaN;
    const stalled = members.stalls[slot] as number;
    const stalls = word.stalls ?? stalled;
    if (stalls > stalled) members.stalledAt[slot] = now;
    members.stalls[slot] = stalls;
    const cohort = this.#cohortIn(slot);
    for (const cues of ["cuesLate", "cuesLost"] as const) {
      const before = members[cues][slot] as number;
      const count = word[cues] ?? before;
      cohort[cues] += Math.max(0, count - before);
      members[cues][slot] = count;
    }
  }
}

/** The viewers heard of within {@link VIEWER_FRESH_MS}, put together by cohort: each figure's values side by side. */
class FreshViewers {
  readonly #viewers: Uint32Array;
  readonly #late: Uint32Array;
  readonly #stalling: Uint32Array;
  readonly #latency: Column;
  readonly #need: Column;
  readonly #distance: Column;

  constructor(members: Members, cohorts: number, now: MonoMs) {
    this.#viewers = new Uint32Array(cohorts);
    this.#late = new Uint32Array(cohorts);
    this.#stalling = new Uint32Array(cohorts);
    const { seenAt, cohort, latencyMs, needMs, syncMs, stalledAt, end } = members;
    const slots = new Uint32Array(end);
    let count = 0;
    for (let slot = 0; slot < end; slot++) {
      if (!(now - (seenAt[slot] as number) <= VIEWER_FRESH_MS)) continue;
      slots[count++] = slot;
      increase(this.#viewers, cohort[slot] as number);
    }
    this.#latency = new Column(this.#viewers, count);
    this.#need = new Column(this.#viewers, count);
    this.#distance = new Column(this.#viewers, count);
    for (let at = 0; at < count; at++) {
      const slot = slots[at] as number;
      const index = cohort[slot] as number;
      const sync = syncMs[slot] as number;
      this.#latency.add(index, latencyMs[slot] as number);
      this.#need.add(index, needMs[slot] as number);
      this.#distance.add(index, Math.abs(sync));
      if (sync > COHORT_LATE_MS) increase(this.#late, index);
      if (now - (stalledAt[slot] as number) <= SUMMARY_WINDOW_MS) increase(this.#stalling, index);
    }
  }

  viewers(index: number): number {
    return this.#viewers[index] as number;
  }

  row(index: number): Omit<Row, "id" | "cuesLate" | "cuesLost"> {
    const viewers = this.viewers(index);
    const latency = quantilesOf(this.#latency.of(index));
    return {
      viewers,
      late: this.#late[index] as number,
      latency: latency.spread,
      spreadMs: latency.width,
      need: quantilesOf(this.#need.of(index), true).spread,
      sync: quantilesOf(this.#distance.of(index)).spread,
      stalling: viewers === 0 ? 0 : (this.#stalling[index] as number) / viewers,
    };
  }
}

/** The values of one figure, those of a cohort side by side; what is not known is left out. */
class Column {
  readonly #values: Float64Array;
  readonly #starts: Uint32Array;
  readonly #ends: Uint32Array;

  /** `counts`: the most values that each cohort can have; `all`, their sum. */
  constructor(counts: Uint32Array, all: number) {
    this.#values = new Float64Array(all);
    this.#starts = new Uint32Array(counts.length);
    let start = 0;
    for (let index = 0; index < counts.length; index++) {
      this.#starts[index] = start;
      start += counts[index] as number;
    }
    this.#ends = this.#starts.slice();
  }

  add(index: number, value: number): void {
    if (Number.isNaN(value)) return;
    this.#values[this.#ends[index] as number] = value;
    increase(this.#ends, index);
  }

  of(index: number): Float64Array {
    return this.#values.subarray(this.#starts[index], this.#ends[index]);
  }
}

function increase(counts: Uint32Array, at: number): void {
  counts[at] = (counts[at] as number) + 1;
}
