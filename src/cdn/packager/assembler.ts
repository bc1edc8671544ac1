// Frames into parts: joins the fragments of one body, checks them against the grid, and gives a part as soon as it is whole.
import { type RegistaError, type UtcMs } from "#base";
import { type Fragment, isSync, type Sample } from "#media/cmaf";
import {
  type Grid,
  partStart,
  partStartTicks,
  partTicks,
  type Position,
  positionOfTicks,
} from "#media/grid";
import { writeChunk } from "./chunk.ts";
import { packagerErrors } from "./errors.ts";
import { PART_SAMPLES_LIMIT } from "./limits.ts";
import type { Part } from "./part.ts";

/** When the first and last byte of something came in. */
export interface Arrival {
  readonly first: UtcMs;
  readonly last: UtcMs;
}

/** What the frames are of. */
export interface Shape {
  readonly grid: Grid;
  readonly rendition: string;
  readonly kind: "video" | "audio" | "text";
  readonly timescale: number;
  /** The track's id in the header that is served. */
  readonly trackId: number;
}

export interface AssemblyCounters {
  /** Samples made longer because the next one was missing. */
  stretchedSamples: number;
  /** Samples of parts that were never whole. */
  droppedSamples: number;
}

interface Open {
  readonly position: Position;
  readonly endTicks: number;
  readonly samples: Sample[];
  readonly events: Uint8Array[];
  readonly firstByteAt: UtcMs;
  lastByteAt: UtcMs;
  /** Where the next sample belongs. */
  nextTicks: number;
}

export class Assembler {
  readonly #shape: Shape;
  readonly #counters: AssemblyCounters;
  readonly #partTicks: number;
  #open: Open | null = null;

  constructor(shape: Shape, counters: AssemblyCounters) {
    this.#shape = shape;
    this.#counters = counters;
    this.#partTicks = partTicks(shape.grid, shape.timescale);
  }

  /** The part that a fragment belongs to. */
  positionOf(fragment: Fragment): Position & { readonly into: number } {
    return positionOfTicks(this.#shape.grid, {
      ticks: fragment.decodeTime,
      timescale: this.#shape.timescale,
    });
  }

  /**
   * Takes the next fragment, and the event messages before it. Returns the parts that are whole now: the one that it
   * ends, and before it one that it shows to be over.
   * @throws packager/off-grid, packager/broken-body, packager/too-large
   */
  add(fragment: Fragment, events: readonly Uint8Array[], arrival: Arrival): Part[] {
    const lasts = this.#length(fragment);
    const position = this.positionOf(fragment);
    if (position.into + lasts > this.#partTicks) {
      throw this.#offGrid(
        fragment,
        `it runs ${position.into + lasts - this.#partTicks} ticks past its part's end`,
      );
    }
    const parts: Part[] = [];
    const over = this.#open && fragment.decodeTime >= this.#open.endTicks ? this.finish() : null;
    if (over) parts.push(over);
    const open = this.#continued(fragment) ?? this.#begun(fragment, position, arrival);
    if (open.samples.length + fragment.samples.length > PART_SAMPLES_LIMIT) {
      const facts = {
        what: "part",
        rendition: this.#shape.rendition,
        limit: `${PART_SAMPLES_LIMIT} samples`,
      };
      throw packagerErrors.make("too-large", facts);
    }
    open.samples.push(...fragment.samples);
    open.events.push(...events);
    open.nextTicks = fragment.decodeTime + lasts;
    open.lastByteAt = arrival.last;
    if (open.nextTicks === open.endTicks) {
      this.#open = null;
      parts.push(this.#part(open));
    }
    return parts;
  }

  /**
   * The body, or the part, is over: a part that lacks up to half of its time at the end is made whole by holding its last
   * sample, for an encoder that was cut off ends short. Null when there is none.
   */
  finish(): Part | null {
    const open = this.#open;
    this.#open = null;
    if (!open) return null;
    if (open.endTicks - open.nextTicks <= this.#partTicks / 2) {
      this.#stretch(open, open.endTicks);
      return this.#part(open);
    }
    this.#counters.droppedSamples += open.samples.length;
    return null;
  }

  /** The body broke: what is not a part yet is gone. */
  discard(): void {
    this.#counters.droppedSamples += this.#open?.samples.length ?? 0;
    this.#open = null;
  }

  #length(fragment: Fragment): number {
    if (fragment.samples.length === 0) throw this.#broken("a fragment has no samples");
    let lasts = 0;
    for (const { duration } of fragment.samples) {
      if (duration === 0) throw this.#broken("a sample lasts 0 ticks");
      lasts += duration;
    }
    return lasts;
  }

  /** The open part, if the fragment goes on with it; a hole before it is filled by holding the sample before. */
  #continued(fragment: Fragment): Open | null {
    const open = this.#open;
    if (!open) return null;
    const hole = fragment.decodeTime - open.nextTicks;
    if (hole < 0)
      throw this.#offGrid(fragment, `it begins ${-hole} ticks before the one before it ends`);
    if (hole > this.#partTicks / 2)
      throw this.#offGrid(fragment, `${hole} ticks are missing before it`);
    if (hole > 0) this.#stretch(open, fragment.decodeTime);
    return open;
  }

  #begun(fragment: Fragment, position: Position & { into: number }, arrival: Arrival): Open {
    const { grid, timescale, kind } = this.#shape;
    if (position.into !== 0)
      throw this.#offGrid(fragment, `its part began ${position.into} ticks before`);
    const [first] = fragment.samples;
    if (kind === "video" && position.part === 0 && first && !isSync(first)) {
      throw this.#offGrid(fragment, "its segment does not begin with a key frame");
    }
    const startTicks = partStartTicks(grid, position, timescale);
    this.#open = {
      position: { segment: position.segment, part: position.part },
      endTicks: startTicks + this.#partTicks,
      samples: [],
      events: [],
      firstByteAt: arrival.first,
      lastByteAt: arrival.last,
      nextTicks: startTicks,
    };
    return this.#open;
  }

  #stretch(open: Open, until: number): void {
    const last = open.samples.pop();
    if (!last || until === open.nextTicks) {
      if (last) open.samples.push(last);
      return;
    }
    open.samples.push({ ...last, duration: last.duration + until - open.nextTicks });
    open.nextTicks = until;
    this.#counters.stretchedSamples += 1;
  }

  #part(open: Open): Part {
    const { grid } = this.#shape;
    const { position, events } = open;
    const samples = open.samples as [Sample, ...Sample[]];
    return {
      ...position,
      bytes: writeChunk({ ...this.#shape, position, samples, events }),
      independent: isSync(samples[0]),
      gap: false,
      frames: samples.length,
      captureMs: partStart(grid, position),
      firstByteAt: open.firstByteAt,
      lastByteAt: open.lastByteAt,
    };
  }

  #offGrid(fragment: Fragment, problem: string): RegistaError {
    const { rendition, grid } = this.#shape;
    const facts = { rendition, ticks: fragment.decodeTime, partMs: grid.partMs, problem };
    return packagerErrors.make("off-grid", facts);
  }

  #broken(problem: string): RegistaError {
    return packagerErrors.make("broken-body", { rendition: this.#shape.rendition, problem });
  }
}
