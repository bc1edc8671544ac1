// The source `test`: painted here, at the instants of the grid, so that its times are the camera's own.
import type { Clock } from "#base/clock";
import type { Ladder } from "../ladder.ts";
import { TestSound } from "../testsignal/murmur.ts";
import { TestPicture } from "../testsignal/picture.ts";
import type { Frame, FramePool } from "../timing/frames.ts";
import type { Tick } from "../timing/ticker.ts";
import type { Source, SourceStatus } from "./source.ts";

export class TestSource implements Source {
  readonly #pool: FramePool;
  readonly #clock: Clock;
  readonly #ladder: Ladder;
  readonly #picture: TestPicture;
  readonly #sound = new TestSound();

  constructor(ladder: Ladder, context: { clock: Clock; pool: FramePool }) {
    this.#ladder = ladder;
    this.#pool = context.pool;
    this.#clock = context.clock;
    this.#picture = new TestPicture(ladder.rungs[0].height);
  }

  picture(tick: Tick): Frame | null {
    // A late frame is not painted: its wall clock would belong to a later one.
    if (tick.late) return null;
    const frame = this.#pool.take();
    if (frame) this.#picture.paint(frame, { instant: tick.instant, made: this.#clock.utc() });
    return frame;
  }

  sound(out: Int16Array, first: number): void {
    this.#sound.render(out, first);
  }

  get status(): SourceStatus {
    const { width, height } = this.#ladder.rungs[0];
    return {
      input: "test",
      state: "live",
      why: null,
      captureIs: "camera",
      pictures: `painted ${width}x${height} ${this.#ladder.fps} fps`,
      sound: "murmur and beeps, 48000 Hz, stereo",
      conversion: "none",
      counters: { duplicated: 0, dropped: 0, soundMoved: 0, soundSilence: 0, slate: 0, retries: 0 },
    };
  }

  close(): Promise<void> {
    return Promise.resolve();
  }
}
