// What the presented frames say: how far behind the camera they are, and whether they stalled. Pure.

/** A stall: no new frame presented for this long while playing, ms; a jump over as much of the match counts too. */
export const STALL_MS = 200;

/** The latency that a person is shown is the median over this long, ms. */
const LATENCY_WINDOW_MS = 1_000;

/** The latency that the playhead is steered by is the median over this long, ms: three frames at 25 a second. */
const STEERING_WINDOW_MS = 120;

/** Frames kept for the median at most: one second at 120 a second. */
const FRAMES_KEPT = 120;

/** One presented frame. Instants are readings of the page's monotonic clock. */
export interface PresentedFrame {
  presentedAt: number;
  /** Frames presented since the start; callbacks may be missed, frames then count all the same. */
  presentedFrames: number;
  /** Its place in the media, s. */
  mediaTime: number;
  /** From its capture to the screen, ms; null while it is not known. */
  latencyMs: number | null;
}

/** Counts stalls as docs/design/viewer.md defines them, and smooths the latency. */
export class FrameMeter {
  #last: PresentedFrame | null = null;
  #recent: { at: number; latencyMs: number }[] = [];
  #stalls = 0;

  /** Takes a frame that was presented while the player was playing. */
  frame(frame: PresentedFrame): void {
    const last = this.#last;
    this.#last = frame;
    if (last && this.#stalled(last, frame)) this.#stalls += 1;
    if (frame.latencyMs === null) return;
    this.#recent.push({ at: frame.presentedAt, latencyMs: frame.latencyMs });
    const oldest = frame.presentedAt - LATENCY_WINDOW_MS;
    while (
      this.#recent.length > FRAMES_KEPT ||
      (this.#recent[0]?.at ?? Number.POSITIVE_INFINITY) < oldest
    )
      this.#recent.shift();
  }

  /** The next frame follows a pause, a hidden page or another player: the time in between is no stall. */
  interrupt(): void {
    this.#last = null;
    this.forgetLatency();
  }

  /** The playhead was moved: what the frames said of the latency holds no longer. */
  forgetLatency(): void {
    this.#recent = [];
  }

  /** The player is given up at `now` because its picture stands still: that is a stall, and the next frame is a first one. */
  cut(now: number): void {
    if (this.waitingMs(now) > STALL_MS) this.#stalls += 1;
    this.interrupt();
  }

  /** A new session counts anew. */
  reset(): void {
    this.interrupt();
    this.#stalls = 0;
  }

  /** Stalls until `now`, the one under way included. */
  stalls(now: number): number {
    return this.#stalls + (this.waitingMs(now) > STALL_MS ? 1 : 0);
  }

  /** How long no new frame has been presented, ms; 0 before the first. */
  waitingMs(now: number): number {
    return this.#last ? Math.max(0, now - this.#last.presentedAt) : 0;
  }

  /** The median latency over the last second, ms; null when no frame told one. */
  get latencyMs(): number | null {
    return medianOf(this.#recent.map((each) => each.latencyMs));
  }

  /** The median latency of the frames presented shortly before `now`, ms; null when there was none. */
  latencyAt(now: number): number | null {
    const recent = this.#recent.filter(({ at }) => now - at <= STEERING_WINDOW_MS);
    return medianOf(recent.map((each) => each.latencyMs));
  }

  #stalled(last: PresentedFrame, frame: PresentedFrame): boolean {
    const passed = frame.presentedAt - last.presentedAt;
    const jumped = (frame.mediaTime - last.mediaTime) * 1_000 - passed;
    if ((last.mediaTime - frame.mediaTime) * 1_000 > STALL_MS) return true;
    if (frame.presentedFrames - last.presentedFrames > 1) {
      // Callbacks were missed while frames went on: only a jump tells of a stall then.
      return jumped > STALL_MS;
    }
    return passed > STALL_MS || jumped > STALL_MS;
  }
}

function medianOf(values: number[]): number | null {
  if (values.length === 0) return null;
  const sorted = values.sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  const upper = sorted[middle] ?? 0;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? 0) + upper) / 2;
}
