// The run step by step: what each process tells of a second is added up, and a step is closed into a few numbers.
import { TIMELINE_OPEN_LIMIT, TIMELINE_STEPS_LIMIT } from "../limits.ts";
import { Tally } from "./tally.ts";
import { addTo, type EdgeCount, EdgeColumns } from "./whereabouts.ts";

/** One scope's steps as columns of one length; null: nothing to say (nobody joined, nobody played). */
export interface TimelineColumns {
  readonly playing: number[];
  readonly joins: number[];
  readonly joinP50: (number | null)[];
  readonly joinP95: (number | null)[];
  readonly joinP99: (number | null)[];
  readonly latencyP5: (number | null)[];
  readonly latencyP50: (number | null)[];
  readonly latencyP95: (number | null)[];
  readonly stalls: number[];
  readonly errors: number[];
  readonly faults: number[];
  readonly mbps: number[];
}

interface OpenStep {
  /** By network. */
  tallies: Tally[];
  /** Viewers playing at the step's latest second, by process and network. */
  playing: Map<number, readonly number[]>;
  /** Where they are, by process. */
  edges: Map<number, readonly EdgeCount[]>;
}

export interface TimelineOptions {
  readonly networks: number;
  readonly durationMs: number;
}

/** How long a step of a run of `durationMs` is, whole seconds in ms, so that the report stays within its limit. */
export function stepOf(durationMs: number): number {
  return Math.max(1, Math.ceil(durationMs / 1_000 / TIMELINE_STEPS_LIMIT)) * 1_000;
}

/** Columns for all viewers and for each network. */
export class Timeline {
  readonly stepMs: number;
  readonly all: TimelineColumns = noColumns();
  readonly byNetwork: readonly TimelineColumns[];
  /** Viewers by edge, of all and of each network. */
  readonly edges = new EdgeColumns();
  readonly edgesByNetwork: readonly EdgeColumns[];
  readonly #open = new Map<number, OpenStep>();
  /** The step that each process that still runs has begun. */
  readonly #begun = new Map<number, number>();
  /** How many play in each process by its latest word: who said nothing of a step has not changed since. */
  readonly #playing = new Map<number, readonly number[]>();
  readonly #edges = new Map<number, readonly EdgeCount[]>();
  /** The step that each process told of last, and the same of those that are gone. */
  readonly #told = new Map<number, number>();
  readonly #left = new Map<number, number>();
  #closed = 0;

  constructor({ networks, durationMs }: TimelineOptions) {
    this.stepMs = stepOf(durationMs);
    this.byNetwork = Array.from({ length: networks }, noColumns);
    this.edgesByNetwork = Array.from({ length: networks }, () => new EdgeColumns());
  }

  /** A process is waited for from now on. */
  expect(process: number): void {
    this.#begun.set(process, 0);
  }

  /** What `process` did in a second: by network its tally, how many play at its end, and from which edges. Late ones go into the oldest open step. */
  add(
    process: number,
    second: number,
    told: {
      tallies: readonly Tally[];
      playing: readonly number[];
      edges: readonly EdgeCount[];
    },
  ): void {
    const step = Math.max(this.#closed, Math.floor((second * 1_000) / this.stepMs));
    const open = this.#step(step);
    told.tallies.forEach((tally, network) => open.tallies[network]?.merge(tally));
    open.playing.set(process, told.playing);
    open.edges.set(process, told.edges);
    this.#told.set(process, step);
    const endsStep = ((second + 1) * 1_000) % this.stepMs === 0;
    this.#begun.set(process, endsStep ? step + 1 : step);
    this.#close();
  }

  /** The process tells nothing more. */
  left(process: number): void {
    this.#left.set(process, this.#told.get(process) ?? -1);
    this.#begun.delete(process);
    this.#close();
  }

  /** Closes what is still open: the run is over. */
  end(): void {
    const last = Math.max(-1, ...this.#open.keys());
    while (this.#closed <= last) this.#closeStep();
  }

  #step(step: number): OpenStep {
    let open = this.#open.get(step);
    if (!open) {
      open = {
        tallies: this.byNetwork.map(() => new Tally()),
        playing: new Map(),
        edges: new Map(),
      };
      this.#open.set(step, open);
    }
    return open;
  }

  /** A step stays open for one more: what viewers tell when they leave belongs to their last second. */
  #close(): void {
    const newest = Math.max(-1, ...this.#open.keys());
    const waitedFor = Math.min(Infinity, ...this.#begun.values());
    while (
      this.#closed <= newest &&
      (this.#closed + 1 < waitedFor || newest - this.#closed >= TIMELINE_OPEN_LIMIT)
    )
      this.#closeStep();
  }

  #closeStep(): void {
    const step = this.#closed;
    const { tallies, playing, edges } = this.#step(step);
    for (const [process, counts] of playing) this.#playing.set(process, counts);
    for (const [process, counts] of edges) this.#edges.set(process, counts);
    for (const [process, last] of this.#left)
      if (last < step) {
        this.#playing.delete(process);
        this.#edges.delete(process);
      }
    this.#open.delete(step);
    this.#closed += 1;
    const whole = new Tally();
    let sum = 0;
    tallies.forEach((tally, network) => {
      let count = 0;
      for (const counts of this.#playing.values()) count += counts[network] ?? 0;
      sum += count;
      whole.merge(tally);
      this.#push(this.byNetwork[network] as TimelineColumns, tally, count);
    });
    this.#push(this.all, whole, sum);
    this.#pushEdges();
  }

  #pushEdges(): void {
    const all = new Map<string, number>();
    const networks = this.edgesByNetwork.map(() => new Map<string, number>());
    for (const counts of this.#edges.values())
      for (const { network, edge, playing } of counts) {
        addTo(all, edge, playing);
        const own = networks[network];
        if (own) addTo(own, edge, playing);
      }
    this.edges.push(all);
    networks.forEach((counts, network) => this.edgesByNetwork[network]?.push(counts));
  }

  #push(columns: TimelineColumns, tally: Tally, playing: number): void {
    const { counters, distributions } = tally;
    const join = distributions.joinMs.figures();
    const latency = distributions.latencyMs.figures();
    const perSecond = 1_000 / this.stepMs;
    columns.playing.push(playing);
    columns.joins.push(counters.joins * perSecond);
    columns.joinP50.push(whole(join?.p50));
    columns.joinP95.push(whole(join?.p95));
    columns.joinP99.push(whole(join?.p99));
    columns.latencyP5.push(whole(latency?.p5));
    columns.latencyP50.push(whole(latency?.p50));
    columns.latencyP95.push(whole(latency?.p95));
    columns.stalls.push(counters.stalls * perSecond);
    columns.errors.push(counters.errors * perSecond);
    columns.faults.push(counters.faults * perSecond);
    columns.mbps.push(Number(((counters.bytes * 8 * perSecond) / 1e6).toFixed(3)));
  }
}

const whole = (value: number | undefined): number | null =>
  value === undefined ? null : Math.round(value * 10) / 10;

const noColumns = (): TimelineColumns => ({
  playing: [],
  joins: [],
  joinP50: [],
  joinP95: [],
  joinP99: [],
  latencyP5: [],
  latencyP50: [],
  latencyP95: [],
  stalls: [],
  errors: [],
  faults: [],
  mbps: [],
});
