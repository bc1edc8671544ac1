// Follows every frame that the video element presents: when it was captured, due and on the screen.
import type { BarcodeReader } from "./barcodeReader.ts";
import type { PageClock } from "./clock.ts";
import { FrameMeter } from "./frames.ts";
import type { ShownFrame } from "./partStamps.ts";
import { usualRate } from "./view.ts";

/** One measurement of one frame, by the picture and by the page's own figure. */
export interface Sample {
  /** From the barcode's wall clock to the screen, ms; null without a barcode. */
  g2gBarcodeMs: number | null;
  /** The same by the frame's media time, ms; null while that is not known. */
  g2gPageMs: number | null;
  mediaTime: number;
  /** When it is on the screen, UTC ms. */
  presentedAt: number;
}

/** What the screen is told of the world. */
export interface ScreenOptions {
  clock: PageClock;
  barcode: BarcodeReader;
  /** The capture time of a media time, by the player that plays now. */
  captureMs: (mediaTime: number) => number | null;
  /** Each frame whose capture time is known. */
  onFrame: (frame: ShownFrame) => void;
}

/** So long after the playhead was moved frames may still come from where it was, ms. */
const MOVE_MS = 500;
/** A frame this near to the place that was sought comes from there, s. */
const ARRIVED_WITHIN_S = 0.15;

/** Frames whose spacing tells the frame rate. */
const STEPS_KEPT = 25;

export class Screen {
  readonly meter = new FrameMeter();
  readonly #video: HTMLVideoElement;
  readonly #options: ScreenOptions;
  readonly #waiting: ((sample: Sample) => void)[] = [];
  #steps: number[] = [];
  #mediaTime = Number.NaN;
  #firstFrameAt: number | null = null;
  #lastFrameAt: number | null = null;
  #onDisplay: ((captureMs: number, displayAt: number) => void) | null = null;
  #closed = false;
  #moveUntil = Number.NEGATIVE_INFINITY;
  #movePlaceS: number | null = null;
  #moveCounts = false;

  constructor(video: HTMLVideoElement, options: ScreenOptions) {
    this.#video = video;
    this.#options = options;
    this.#next();
  }

  /** When the session's first frame was presented, monotonic ms; null before it. */
  get firstFrameAt(): number | null {
    return this.#firstFrameAt;
  }

  /** When the last frame was presented, monotonic ms; null before the first since the last {@link restart}. */
  get lastFrameAt(): number | null {
    return this.#lastFrameAt;
  }

  /** The picture's frame rate, by the spacing of its frames. */
  get fps(): number | null {
    return usualRate(Math.min(...this.#steps));
  }

  /** The next frame comes from another player, in the same session or in a new one. */
  restart(newSession: boolean): void {
    if (newSession) {
      this.meter.reset();
      this.#firstFrameAt = null;
      this.#video.removeAttribute("poster");
    } else this.meter.cut(this.#options.clock.monotonic());
    this.#steps = [];
    this.#mediaTime = Number.NaN;
    this.#lastFrameAt = null;
  }

  /** A player that starts moves its playhead to its place: no stall, and what was shown before does not count. */
  settle(): void {
    this.#move(null, false);
  }

  /**
   * The playhead was moved to `placeS` on the media timeline: frames from where it was say nothing of the latency any
   * more. A jump that `counts` is a stall if it is as long as one.
   */
  moved(placeS: number, counts: boolean): void {
    this.#move(placeS, counts);
  }

  /** Keeps the last picture in sight while another player starts; without it the page would go black. */
  holdPicture(): void {
    const { videoWidth, videoHeight, readyState } = this.#video;
    if (readyState < HTMLMediaElement.HAVE_CURRENT_DATA) return;
    const canvas = document.createElement("canvas");
    canvas.width = videoWidth;
    canvas.height = videoHeight;
    canvas.getContext("2d")?.drawImage(this.#video, 0, 0);
    this.#video.poster = canvas.toDataURL("image/jpeg");
  }

  /** The barcode of the frame shown now, as the instant at which the source drew it. */
  barcode(): number | null {
    return this.#options.barcode.read(this.#video, this.#options.clock.utc());
  }

  /** Measures the next presented frame. */
  sample(): Promise<Sample> {
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  /** Tells of every frame whose capture time is known, also of one that does not count: when it is on the screen, monotonic ms. */
  follow(onDisplay: (captureMs: number, displayAt: number) => void): void {
    this.#onDisplay = onDisplay;
  }

  close(): void {
    this.#closed = true;
  }

  #next(): void {
    if (this.#closed) return;
    this.#video.requestVideoFrameCallback((now, metadata) => {
      this.#presented(now, metadata);
      this.#next();
    });
  }

  #presented(now: number, metadata: VideoFrameCallbackMetadata): void {
    const { clock, captureMs, onFrame } = this.#options;
    const { mediaTime, expectedDisplayTime, presentationTime, presentedFrames } = metadata;
    const capture = captureMs(mediaTime);
    const shownMs = clock.utcAt(expectedDisplayTime);
    const latencyMs = capture === null ? null : shownMs - capture;
    if (capture !== null) this.#onDisplay?.(capture, expectedDisplayTime);
    this.#answer(mediaTime, shownMs, latencyMs);
    this.#firstFrameAt ??= now;
    this.#lastFrameAt = now;
    this.#step(mediaTime);
    const moving = this.#moving(now, mediaTime);
    if (document.hidden || this.#video.paused || (moving && !this.#moveCounts)) {
      this.meter.interrupt();
      return;
    }
    this.meter.frame({
      presentedAt: presentationTime,
      presentedFrames,
      mediaTime,
      latencyMs: moving ? null : latencyMs,
    });
    if (capture === null || moving) return;
    const ahead = ((this.#video.currentTime - mediaTime) * 1_000) / (this.#video.playbackRate || 1);
    onFrame({ captureMs: capture, dueMs: Math.min(clock.utcAt(now) - ahead, shownMs), shownMs });
  }

  #move(placeS: number | null, counts: boolean): void {
    this.#moveUntil = this.#options.clock.monotonic() + MOVE_MS;
    this.#movePlaceS = placeS;
    this.#moveCounts = counts;
    if (counts) this.meter.forgetLatency();
    else this.meter.interrupt();
  }

  /** Whether frames may still come from where the playhead was. */
  #moving(now: number, mediaTime: number): boolean {
    const place = this.#movePlaceS;
    if (place !== null && Math.abs(mediaTime - place) <= ARRIVED_WITHIN_S)
      this.#moveUntil = Number.NEGATIVE_INFINITY;
    return now < this.#moveUntil;
  }

  #answer(mediaTime: number, shownMs: number, latencyMs: number | null): void {
    if (this.#waiting.length === 0) return;
    const drawnMs = this.#options.barcode.read(this.#video, shownMs);
    const g2gBarcodeMs = drawnMs === null ? null : shownMs - drawnMs;
    for (const resolve of this.#waiting.splice(0))
      resolve({ g2gBarcodeMs, g2gPageMs: latencyMs, mediaTime, presentedAt: shownMs });
  }

  #step(mediaTime: number): void {
    const step = (mediaTime - this.#mediaTime) * 1_000;
    this.#mediaTime = mediaTime;
    if (step > 0) this.#steps = [...this.#steps, step].slice(-STEPS_KEPT);
  }
}
