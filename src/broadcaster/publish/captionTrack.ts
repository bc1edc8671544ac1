// One language of text on the grid: what is said in a part goes out when the part ends, as one fragment.
// ISO/IEC 14496-30: samples cover the timeline without a gap, and a cue is in each sample that it spans.
import { segmentType, SYNC_FLAGS, writeFragment } from "#media/cmaf";
import {
  type Grid,
  partEnd,
  partStart,
  type Position,
  positionOfIndex,
  TEXT_TIMESCALE,
} from "#media/grid";
import { type TextCue, writeTextSample } from "#media/isobmff";
import { type Caption, type CaptionLanguage, captionsBetween } from "../testsignal/captions.ts";
import { TRACK_ID, writeHeader } from "./header.ts";
import { capturedAt, type TrackListener } from "./track.ts";

/** Ticks in a millisecond. */
const TICKS_PER_MS = TEXT_TIMESCALE / 1_000;

export class CaptionTrack {
  /** Counted since the start. `missed`: parts that this process was too late for. */
  readonly counters = { parts: 0, missed: 0, bytes: 0 };
  readonly #language: CaptionLanguage;
  readonly #grid: Grid;
  readonly #listener: Pick<TrackListener, "header" | "fragment">;
  #newest: Position | null = null;
  #sequence = 0;

  constructor(
    language: CaptionLanguage,
    context: { grid: Grid; listener: Pick<TrackListener, "header" | "fragment"> },
  ) {
    this.#language = language;
    this.#grid = context.grid;
    this.#listener = context.listener;
  }

  /** Its rendition's name. */
  get name(): string {
    return this.#language.rendition;
  }

  /** The part that was made last; null before the first. */
  get newest(): Position | null {
    return this.#newest;
  }

  /** Gives the header. */
  describe(): void {
    const { iso639, tag } = this.#language;
    this.#listener.header(writeHeader({ kind: "text", language: { iso639, tag } }));
  }

  /** The part of this index, counted from the epoch, is over. Parts come in order; one may be missing. */
  end(index: number): void {
    const position = positionOfIndex(this.#grid, index);
    const span = { fromMs: partStart(this.#grid, position), toMs: partEnd(this.#grid, position) };
    const samples = captionsBetween(this.#language, span).map(({ fromMs, toMs, caption }) => ({
      duration: (toMs - fromMs) * TICKS_PER_MS,
      compositionOffset: 0,
      flags: SYNC_FLAGS,
      bytes: writeTextSample(caption ? [cueOf(caption)] : []),
    }));
    const decodeTime = span.fromMs * TICKS_PER_MS;
    const bytes = writeFragment({
      ...{ sequence: ++this.#sequence, trackId: TRACK_ID, decodeTime, samples },
      ...(position.part === 0 ? { styp: segmentType } : {}),
      prft: capturedAt(decodeTime, TEXT_TIMESCALE),
    });
    this.#newest = position;
    this.counters.parts += 1;
    this.counters.bytes += bytes.length;
    const last = position.part === this.#grid.partsPerSegment - 1;
    this.#listener.fragment({ position, bytes, first: position.part === 0, last });
  }
}

/** Its number says that it is one and the same cue in every sample; its name is the second of UTC at its start. */
function cueOf({ index, startMs, text }: Caption): TextCue {
  return { sourceId: index, id: String(startMs / 1_000), settings: null, text };
}
