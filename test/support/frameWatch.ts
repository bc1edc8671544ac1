// What a tab shows, in true time: the frame on the screen at instants that all tabs have in common, read off its picture.
import { BARCODE, decodeCells, nearestInstant } from "#viewer/barcode";
import { utcMs } from "#base";
import type { Page } from "playwright-core";
import type { TrueFrame, Truth } from "./falseClock.ts";

/** How a tab is watched. */
export interface WatchFrames {
  /** Where the truth is kept. */
  readonly key: string;
  /** The instants at which the picture is looked at: whole multiples of this in UTC, ms. */
  readonly everyMs: number;
  /** The strip of the picture that is read, in a picture 1280 wide. */
  readonly strip: {
    readonly x: number;
    readonly y: number;
    readonly width: number;
    readonly height: number;
  };
  /** Places within the strip whose luma is read, from its left: surround, cells, surround, flash. */
  readonly columns: readonly number[];
}

/** The frame on the screen at one of the common instants. Instants are true UTC ms. */
interface RawMoment {
  readonly at: number;
  readonly shownAt: number;
  readonly mediaTime: number;
  /** The player's own count of frames: a gap in it is a frame that was shown and not heard of. */
  readonly presented: number;
  readonly rate: number;
  readonly luma: readonly number[] | null;
}

/** No new frame for longer than the limit, or a jump over as much of the match. */
export interface Stall {
  readonly at: number;
  readonly lastsMs: number;
  readonly jumpMs: number;
}

interface Drained {
  readonly moments: readonly RawMoment[];
  readonly frames: readonly RawMoment[];
  readonly stalls: readonly Stall[];
  readonly frameCount: number;
}

interface WatchOnPage {
  drain(): Drained;
  dense(on: boolean): void;
}

/** The same with its barcode read. */
export interface Moment extends Omit<RawMoment, "luma"> {
  /** When the source drew the picture; null when its barcode could not be read. */
  readonly drawnAt: number | null;
  /** Luma of the patch that flashes on every full second, 0 to 255. */
  readonly flash: number | null;
}

export interface Watched {
  readonly moments: readonly Moment[];
  /** Every frame, while {@link FrameWatch.dense} is on. */
  readonly frames: readonly Moment[];
  readonly stalls: readonly Stall[];
  /** Frames since the page was loaded. */
  readonly frameCount: number;
}

/** The flash stands beside the barcode, 520 to 580 of 1280. */
const FLASH_CENTRE = 550;
const MARGIN = BARCODE.surround;
const cellCentre = (bit: number): number => MARGIN + (bit + 0.5) * BARCODE.cell;
/** The surround is black: anything lighter is another picture. */
const SURROUND_TO = 100;

/** What {@link watchFrames} is to read. */
export const watchedStrip = {
  strip: { x: BARCODE.x - MARGIN, y: BARCODE.y, width: 568, height: BARCODE.cell },
  columns: [
    MARGIN / 2,
    ...Array.from({ length: BARCODE.bits }, (_, bit) => cellCentre(bit)),
    cellCentre(BARCODE.bits) - BARCODE.cell / 2 + MARGIN / 2,
    FLASH_CENTRE - (BARCODE.x - MARGIN),
  ],
} as const;

interface VideoElement {
  videoWidth: number;
  playbackRate: number;
  paused: boolean;
}
interface Context2d {
  drawImage(video: VideoElement, ...numbers: number[]): void;
  getImageData(...numbers: number[]): { data: Uint8ClampedArray };
}
interface Realm {
  document: {
    querySelector(what: "video"): VideoElement | null;
    createElement(what: "canvas"): {
      width: number;
      height: number;
      getContext(kind: "2d", options: object): Context2d | null;
    };
  };
  setInterval(work: () => void, periodMs: number): number;
}

/** Runs in the page, after {@link falsify} and before any script of the page; stands alone. */
export function watchFrames(options: WatchFrames): void {
  const STALL_MS = 200;
  /** A frame that is due so soon before an instant may be the one on the screen then: 40 ms at 25 a second, and a beat. */
  const READ_WITHIN_MS = 60;
  /** An instant is settled so long after it at the latest: no frame before it is told after that. */
  const SETTLED_MS = 150;
  const LOOK_EVERY_MS = 100;
  const KEPT = 4_000;
  /** Pixels of the small canvas for one of the picture that is 1280 wide. */
  const SCALE = 0.25;
  const { strip, columns, everyMs } = options;
  const realm = globalThis as unknown as Realm & Record<string, unknown>;
  const truth = realm[options.key] as Truth;
  const moments: RawMoment[] = [];
  const frames: RawMoment[] = [];
  const stalls: Stall[] = [];
  let context: Context2d | null = null;
  let video: VideoElement | null = null;
  let last: {
    shownAt: number;
    mediaTime: number;
    presented: number;
    luma: number[] | null;
  } | null = null;
  let next = 0;
  let frameCount = 0;
  let dense = false;
  const keep = <Item>(list: Item[], item: Item): void => {
    list.push(item);
    if (list.length > KEPT) list.shift();
  };

  function canvas(): Context2d | null {
    const made = realm.document.createElement("canvas");
    made.width = strip.width * SCALE;
    made.height = strip.height * SCALE;
    return made.getContext("2d", { willReadFrequently: true });
  }

  function lumaNow(): number[] | null {
    context ??= canvas();
    if (!context || !video || video.videoWidth === 0) return null;
    const across = video.videoWidth / 1280;
    const [width, height] = [strip.width * SCALE, strip.height * SCALE];
    context.drawImage(
      video,
      ...[strip.x, strip.y, strip.width, strip.height].map((length) => length * across),
      ...[0, 0, width, height],
    );
    const { data } = context.getImageData(0, Math.floor(height / 2), width, 1);
    const at = (column: number): number => {
      const pixel = Math.floor(column) * 4;
      return (
        ((data[pixel] ?? 0) * 54 + (data[pixel + 1] ?? 0) * 183 + (data[pixel + 2] ?? 0) * 19) / 256
      );
    };
    return columns.map(
      (column) => (at(column * SCALE - 1) + at(column * SCALE) + at(column * SCALE + 1)) / 3,
    );
  }

  function settle(at: number): void {
    if (!last || !video) return;
    const { shownAt, mediaTime, presented } = last;
    // Nothing has been presented since: what the element holds is this frame.
    last.luma ??= lumaNow();
    const { playbackRate: rate } = video;
    keep(moments, { at, shownAt, mediaTime, presented, rate, luma: last.luma });
  }

  function heard(_now: number, told: TrueFrame): void {
    if (!video) return;
    const shownAt = truth.utcAt(told.expectedDisplayTime);
    const { mediaTime, presentedFrames: presented } = told;
    frameCount += 1;
    if (last) {
      const passed = shownAt - last.shownAt;
      const jumpMs = (mediaTime - last.mediaTime) * 1_000 - passed;
      const stood = presented - last.presented === 1 && passed > STALL_MS;
      if (stood || Math.abs(jumpMs) > STALL_MS)
        keep(stalls, { at: last.shownAt, lastsMs: passed, jumpMs });
    } else next = Math.ceil(shownAt / everyMs) * everyMs;
    for (; next < shownAt; next += everyMs) settleUnread(next);
    const luma = dense || next - shownAt < READ_WITHIN_MS ? lumaNow() : null;
    last = { shownAt, mediaTime, presented, luma };
    const { playbackRate: rate } = video;
    if (dense) keep(frames, { at: shownAt, shownAt, mediaTime, presented, rate, luma });
    truth.frame(video, heard);
  }

  /** The picture has changed since: only what was read in time counts. */
  function settleUnread(at: number): void {
    if (!last || !video) return;
    const { shownAt, mediaTime, presented, luma } = last;
    keep(moments, { at, shownAt, mediaTime, presented, rate: video.playbackRate, luma });
  }

  realm.setInterval(() => {
    if (!video) {
      video = realm.document.querySelector("video");
      if (video) truth.frame(video, heard);
    }
    if (last) for (; next < truth.utc() - SETTLED_MS; next += everyMs) settle(next);
  }, LOOK_EVERY_MS);
  const watch: WatchOnPage = {
    drain: () => ({
      moments: moments.splice(0),
      frames: frames.splice(0),
      stalls: stalls.splice(0),
      frameCount,
    }),
    dense: (on) => void (dense = on),
  };
  Object.defineProperty(realm, `${options.key}-frames`, { value: watch });
}

/** The bench's end of {@link watchFrames}. */
export class FrameWatch {
  readonly #page: Page;
  readonly #name: string;

  constructor(page: Page, key: string) {
    this.#page = page;
    this.#name = `${key}-frames`;
  }

  /** What has been seen since the last call. */
  async drain(): Promise<Watched> {
    const drained = await this.#page.evaluate(
      (name) => (globalThis as unknown as Record<string, WatchOnPage>)[name]?.drain(),
      this.#name,
    );
    const { moments = [], frames = [], stalls = [], frameCount = 0 } = drained ?? {};
    return { moments: moments.map(read), frames: frames.map(read), stalls, frameCount };
  }

  /** Reads every frame, or only those at the common instants. */
  dense(on: boolean): Promise<void> {
    return this.#page.evaluate(
      ([name, on]) => (globalThis as unknown as Record<string, WatchOnPage>)[name]?.dense(on),
      [this.#name, on] as const,
    );
  }
}

function read({ luma, ...moment }: RawMoment): Moment {
  const [before = 255, after = 255] = [luma?.[0], luma?.[BARCODE.bits + 1]];
  const value =
    luma && before < SURROUND_TO && after < SURROUND_TO
      ? decodeCells(luma.slice(1, BARCODE.bits + 1))
      : null;
  return {
    ...moment,
    drawnAt: value === null ? null : nearestInstant(value, utcMs(moment.shownAt)),
    flash: luma?.at(-1) ?? null,
  };
}
