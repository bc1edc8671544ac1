// Which parts enter the store: in order, from one source a segment, and whole segments only after a gap.
import { type UtcMs } from "#base";
import type { Clock } from "#base/clock";
import type { Log } from "#base/log";
import { partEnd, partIndex, type Position } from "#media/grid";
import { Claims, type Source } from "./claims.ts";
import { packagerErrors } from "./errors.ts";
import { AHEAD_LIMIT_MS, SOURCE_DELAY_LIMIT_MS, TEXT_OVERDUE_MS } from "./limits.ts";
import type { Part, Track } from "./part.ts";
import type { PartStore } from "./store.ts";

export interface AdmissionCounters {
  parts: number;
  /** Of parts that were declared gaps before they came. */
  lateParts: number;
  /** Sent again after a reconnect, byte for byte. */
  duplicateParts: number;
  /** Whole, but in a segment with a gap before them. */
  partsAfterGap: number;
  otherSources: number;
}

/** The weight of the newest part in a rendition's usual delay. */
const DELAY_WEIGHT = 1 / 8;

export class Admission {
  readonly #store: PartStore;
  readonly #clock: Clock;
  readonly #log: Log;
  readonly #counters: AdmissionCounters;
  readonly #claims = new Claims();
  /** How long after its end a part usually is whole here, ms, by rendition. */
  readonly #delays = new Map<string, number>();
  readonly #inGap = new Set<string>();

  constructor(
    parts: { store: PartStore; counters: AdmissionCounters },
    context: { clock: Clock; log: Log },
  ) {
    this.#store = parts.store;
    this.#counters = parts.counters;
    this.#clock = context.clock;
    this.#log = context.log;
  }

  /** Asks whether a source may push the part that it begins. @throws packager/not-now, packager/other-source */
  begin(rendition: string, position: Position, source: Source): void {
    const now = this.#clock.utc();
    const end = partEnd(this.#store.grid, position);
    if (end - now > AHEAD_LIMIT_MS || now - end > SOURCE_DELAY_LIMIT_MS) {
      const seconds = Math.round((end - now) / 100) / 10;
      throw packagerErrors.make("not-now", { rendition, segment: position.segment, seconds });
    }
    try {
      this.#claims.take(rendition, position.segment, source);
    } catch (refusal) {
      this.#counters.otherSources += 1;
      throw refusal;
    }
  }

  /** The body of `source` has ended. A segment of which it gave nothing is free again. */
  release(rendition: string, source: Source): void {
    const gave = (segment: number): boolean =>
      this.#store.parts(rendition, segment).some((part) => !part.gap && !part.silent);
    this.#claims.release(rendition, source, gave);
  }

  /** Stores a whole part, or drops and counts it. @throws packager/other-source when it contradicts one that is stored */
  offer(rendition: string, part: Part): void {
    this.#learnDelay(rendition, part);
    const index = partIndex(this.#store.grid, part);
    const next = this.#store.nextIndex(rendition);
    if (next !== null && index < next) return this.#again(rendition, part);
    const before = this.#store.parts(rendition, part.segment);
    // Text goes on anywhere: each of its parts stands alone, and what is missing before it is silence.
    if (
      !this.#isText(rendition) &&
      (before.length !== part.part || before.some((one) => one.gap))
    ) {
      this.#counters.partsAfterGap += 1;
      if (next !== null) this.#store.declareGaps(rendition, index + 1, part.lastByteAt);
      return;
    }
    this.#counters.parts += 1;
    this.#store.append(rendition, part);
    if (this.#inGap.delete(rendition)) {
      this.#log.info({ rendition, segment: part.segment }, "ingest is back");
    }
  }

  #isText(rendition: string): boolean {
    return this.#store.track(rendition)?.kind === "text";
  }

  #again(rendition: string, part: Part): void {
    const stored = this.#store.parts(rendition, part.segment)[part.part];
    if (!stored || stored.gap || stored.silent) {
      this.#counters.lateParts += 1;
      return;
    }
    if (Buffer.compare(stored.bytes, part.bytes) !== 0) {
      this.#counters.otherSources += 1;
      throw packagerErrors.make("other-source", { segment: part.segment, rendition });
    }
    this.#counters.duplicateParts += 1;
  }

  // A source that always runs some seconds late (a contribution link) is not late: what counts is the change. Parts that
  // come too late teach too, so that a link which has become slow is waited for.
  #learnDelay(rendition: string, part: Part): void {
    const delay = part.lastByteAt - partEnd(this.#store.grid, part);
    const usual = this.#delays.get(rendition) ?? delay;
    const learnt = usual + (delay - usual) * DELAY_WEIGHT;
    this.#delays.set(rendition, Math.min(Math.max(learnt, 0), SOURCE_DELAY_LIMIT_MS));
  }

  /** Declares gaps for what is `overdueMs` later than usual; text is not waited for that long. */
  sweep(overdueMs: number): void {
    const now = this.#clock.utc();
    const tracks = this.#store.tracks();
    for (const { rendition, kind } of tracks) {
      const lateness =
        kind === "text"
          ? Math.min(overdueMs, TEXT_OVERDUE_MS) + this.#pictureDelay(tracks)
          : overdueMs + (this.#delays.get(rendition) ?? 0);
      this.#sweepOne(rendition, now, lateness);
    }
  }

  /** How late the other tracks usually are: text has time until then, however late it usually is itself. */
  #pictureDelay(tracks: readonly Track[]): number {
    const delays = tracks.map(({ rendition, kind }) =>
      kind === "text" ? 0 : (this.#delays.get(rendition) ?? 0),
    );
    return Math.max(0, ...delays);
  }

  #sweepOne(rendition: string, now: UtcMs, lateness: number): void {
    const next = this.#store.nextIndex(rendition);
    if (next === null) return;
    const index = Math.floor((now - lateness) / this.#store.grid.partMs);
    if (index <= next) return;
    this.#store.declareGaps(rendition, index, now);
    if (this.#inGap.has(rendition)) return;
    this.#inGap.add(rendition);
    this.#log.warn(
      { rendition, segment: this.#store.newest(rendition)?.segment },
      this.#isText(rendition)
        ? "no text: silence is put in its place"
        : "no ingest: gaps are declared",
    );
  }
}
