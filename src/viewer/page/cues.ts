// The cues of one person watching: held by the client until their frame, then over the picture and in a list.
import { CueClient, type CueKind, type CueSource, type ToldCue, wordsOf } from "../cues/index.ts";
import type { PageClock } from "./clock.ts";

/** A cue stays over the picture for so long, ms; of more than so many the oldest goes. */
const SHOWN_MS = 6_000;
const SHOWN_LIMIT = 3;
/** Cues in the list of the drawer, and those that are remembered for whoever measures. */
export const CUES_LISTED = 20;
const RECORDS_LIMIT = 1_000;

/** Odds and chat are read by those who look for them: only the match itself goes over the picture. */
const overPicture: ReadonlySet<CueKind> = new Set(["goal", "card", "var", "score", "push"]);

/** One cue as the page shows it. */
export interface CueLine {
  readonly seq: number;
  readonly kind: CueKind;
  readonly word: string;
  readonly detail: string;
  readonly mediaTimeMs: number;
  readonly timing: ToldCue["timing"];
  readonly lateMs: number;
}

/** What there is to show. */
export interface CueView {
  /** Over the picture now, the oldest first. */
  readonly shown: readonly CueLine[];
  /** The last ones, the newest first. */
  readonly listed: readonly CueLine[];
  /** Since the page began: shown late, and never come. */
  readonly late: number;
  readonly lost: number;
}

export const noCues: CueView = { shown: [], listed: [], late: 0, lost: 0 };

/** One cue for a test or a benchmark. */
export interface CueRecord {
  seq: number;
  kind: CueKind;
  mediaTimeMs: number;
  /** When it was on the screen, UTC ms: the animation frame after the one in which it was painted. */
  shownAtMs: number;
  /** How long after its frame that was, ms. */
  lateMs: number;
  timing: ToldCue["timing"];
}

export interface PageCuesOptions {
  readonly clock: PageClock;
  readonly source: CueSource;
  /** Calls `work` before the next paint, with the paint's monotonic time; `requestAnimationFrame` on a page. */
  readonly nextPaint: (work: (at: number) => void) => void;
  readonly onChange: (view: CueView) => void;
}

export class PageCues {
  readonly #options: PageCuesOptions;
  readonly #client: CueClient;
  readonly #records: CueRecord[] = [];
  readonly #hide = new Set<() => void>();
  #view = noCues;
  #listening = false;

  constructor(options: PageCuesOptions) {
    this.#options = options;
    const { clock } = options;
    this.#client = new CueClient({
      clock: {
        monotonic: () => clock.monotonic(),
        after: (delayMs, work) => clock.after(delayMs, work),
        utc: () => (clock.errorMs === null ? null : clock.utc()),
      },
      tell: (told) => this.#told(told),
    });
  }

  get view(): CueView {
    return this.#view;
  }

  get late(): number {
    return this.#client.counters.late;
  }

  get lost(): number {
    return this.#client.lost;
  }

  /** Every cue that was told, the oldest first. */
  get records(): readonly CueRecord[] {
    return this.#records;
  }

  /** A frame is on the screen at `displayAt`, monotonic ms. The first one begins listening: no cue is due before it. */
  frame(captureMs: number, displayAt: number): void {
    if (!this.#listening) {
      this.#listening = true;
      this.#client.follow(this.#options.source);
    }
    this.#client.frame(captureMs, displayAt);
  }

  /** Counters may have grown since the last cue. */
  refresh(): void {
    const { late, lost } = this;
    if (late !== this.#view.late || lost !== this.#view.lost) this.#show({});
  }

  close(): void {
    this.#client.close();
    for (const cancel of this.#hide) cancel();
    this.#hide.clear();
  }

  #told(told: ToldCue): void {
    const { cue, timing, lateMs } = told;
    const { seq, kind, mediaTimeMs } = cue;
    const line: CueLine = { seq, kind, mediaTimeMs, timing, lateMs, ...wordsOf(cue) };
    this.#record(told);
    const shows = timing !== "past" && overPicture.has(kind);
    this.#show({
      shown: shows ? [...this.#view.shown, line].slice(-SHOWN_LIMIT) : this.#view.shown,
      listed: [line, ...this.#view.listed].slice(0, CUES_LISTED),
    });
    if (!shows) return;
    const cancel = this.#options.clock.after(SHOWN_MS, () => {
      this.#hide.delete(cancel);
      this.#show({ shown: this.#view.shown.filter((each) => each !== line) });
    });
    this.#hide.add(cancel);
  }

  /** What is drawn now is painted in the next animation frame and on the screen by the one after it. */
  #record({ cue, timing, frameAt, lateMs }: ToldCue): void {
    const { clock, nextPaint } = this.#options;
    const { seq, kind, mediaTimeMs } = cue;
    const toldAt = clock.monotonic();
    const record = { seq, kind, mediaTimeMs, shownAtMs: clock.utcAt(toldAt), lateMs, timing };
    this.#records.push(record);
    if (this.#records.length > RECORDS_LIMIT) this.#records.shift();
    nextPaint(() =>
      nextPaint((at) => {
        const shownAt = Math.max(toldAt, at);
        record.shownAtMs = clock.utcAt(shownAt);
        record.lateMs = shownAt - frameAt;
      }),
    );
  }

  #show(change: Partial<Pick<CueView, "shown" | "listed">>): void {
    this.#view = { ...this.#view, ...change, late: this.late, lost: this.lost };
    this.#options.onChange(this.#view);
  }
}
