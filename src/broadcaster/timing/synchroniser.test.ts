// A source and the grid, each with its own clock, told as numbers: an hour takes milliseconds.
import assert from "node:assert/strict";
import { test } from "node:test";
import { PICTURES_LIMIT_MS, READY_PICTURES_LIMIT } from "../limits.ts";
import { CHANNELS, SAMPLE_RATE } from "../testsignal/murmur.ts";
import { Synchroniser } from "./synchroniser.ts";

/** The grid's first frame, far from zero as in life. */
const FIRST = 89_765_083_200;

let held = 0;

class Picture {
  readonly index: number;
  constructor(index: number) {
    this.index = index;
    held++;
  }
  release(): void {
    held--;
  }
}

/** Shows what a source gives that sends picture i at `arrivals(i)` ms; returns what was shown at each grid frame. */
function play(options: { fps: number; seconds: number; arrivals: (index: number) => number }) {
  const sync = new Synchroniser<Picture>(options.fps);
  sync.hasSound = false;
  const shown: (number | null)[] = [];
  let sent = 0;
  for (let tick = 0; tick < options.seconds * options.fps; tick++) {
    const now = (tick * 1000) / options.fps;
    while (options.arrivals(sent) <= now) sync.pushPicture(new Picture(sent++));
    shown.push(sync.picture(FIRST + tick)?.index ?? null);
  }
  return { shown, sync, sent };
}

/** A repeatable spread in [0, 1). */
const dice = (index: number): number => ((index * 2_654_435_761) % 4_294_967_296) / 4_294_967_296;

for (const [name, ppm] of [
  ["fast", 100],
  ["slow", -100],
] as const) {
  test(`a source whose clock runs 100 ppm ${name} costs eighteen frames an hour at 50 fps, and no growing delay`, () => {
    const step = 20 / (1 + ppm / 1e6);
    const { shown, sync, sent } = play({
      fps: 50,
      seconds: 3_600,
      arrivals: (index) => 5 + index * step,
    });
    const { duplicated, dropped } = sync.counters;
    const [lost, repeated] = ppm > 0 ? [dropped, duplicated] : [duplicated, dropped];
    assert.ok(Math.abs(lost - 18) <= 2, `${lost} corrected`);
    assert.ok(repeated <= 1, `${repeated} the other way`);
    const last = shown.at(-1) as number;
    assert.ok(sent - 1 - last <= 2, `${sent - 1 - last} pictures behind at the end`);
  });
}

test("arrivals that jitter by a frame and a half settle behind a buffer and are then shown without a miss", () => {
  const { shown, sync } = play({
    ...{ fps: 50, seconds: 60, arrivals: (index) => index * 20 + 30 * dice(index) },
  });
  const settled = shown.slice(200);
  const steps = settled.slice(1).map((index, at) => (index as number) - (settled[at] as number));
  const misses = steps.filter((step) => step !== 1).length;
  assert.ok(misses <= 6, `${misses} misses in a minute`);
  assert.ok(sync.counters.duplicated <= 10 && sync.counters.dropped <= 10);
});

test("a source that stops for a second repeats its last picture, and the burst after it does not become delay", () => {
  const stop = (index: number): number =>
    index * 20 > 5_000 && index * 20 < 6_000 ? 6_000 : index * 20;
  const { shown, sync, sent } = play({ fps: 50, seconds: 30, arrivals: stop });
  const during = shown.slice(255, 298);
  assert.equal(new Set(during).size, 1, "one picture stands");
  assert.ok(sync.counters.duplicated >= 45);
  assert.ok(sync.counters.dropped >= 40);
  assert.ok(sent - 1 - (shown.at(-1) as number) <= READY_PICTURES_LIMIT);
});

test("what is dropped and replaced is given back, and memory is bounded while nobody asks", () => {
  held = 0;
  const sync = new Synchroniser<Picture>(50);
  for (let index = 0; index < 1_000; index++) sync.pushPicture(new Picture(index));
  assert.ok(held <= (PICTURES_LIMIT_MS * 50) / 1000);
  assert.equal(sync.counters.dropped, 1_000 - held);
  sync.picture(FIRST);
  sync.reset();
  assert.equal(held, 0);
  assert.equal(sync.picture(FIRST + 1), null, "a new connection begins without a picture");
});

/** Sound whose samples tell their own place: 10 ms steps. */
function spoken(first: number, count: number): Int16Array {
  const out = new Int16Array(count * CHANNELS);
  for (let index = 0; index < count; index++)
    out.fill(placeOf(first + index), index * CHANNELS, (index + 1) * CHANNELS);
  return out;
}
const placeOf = (sample: number): number => Math.floor(sample / 480) % 20_000;

test("sound stays within 20 ms of its picture while the source's clock drifts and frames are repeated", () => {
  const fps = 25;
  const perFrame = SAMPLE_RATE / fps;
  const sync = new Synchroniser<Picture>(fps);
  let sent = 0;
  let heard = 0;
  const worst: number[] = [];
  const out = new Int16Array(perFrame * CHANNELS);
  for (let tick = 0; tick < fps * 50; tick++) {
    // 2,000 ppm slow: twenty times worse than any camera, and a repeated frame every 20 s.
    const now = tick * 0.998;
    for (; sent + 0.5 < now; sent++) {
      sync.pushPicture(new Picture(sent));
      sync.pushSound(spoken(heard, perFrame));
      heard += perFrame;
    }
    const picture = sync.picture(FIRST + tick);
    sync.sound(out, (FIRST + tick) * perFrame);
    // What sounds in the middle of the picture's time, against what belongs there. The fade after a jump is over by then.
    if (picture && tick > fps) {
      const wanted = placeOf(picture.index * perFrame + perFrame / 2);
      worst.push(Math.abs((out[perFrame] as number) - wanted));
    }
  }
  assert.ok(sync.counters.duplicated >= 2);
  assert.ok(
    worst.filter((steps) => steps > 2).length === 0,
    `${Math.max(...worst) * 10} ms off at worst`,
  );
  assert.ok(sync.counters.soundMoved > 0 || sync.counters.duplicated > 0);
});

test("pictures wait for sound that comes later in the multiplex, and go on alone when it never comes", () => {
  const fps = 25;
  const perFrame = SAMPLE_RATE / fps;
  const late = new Synchroniser<Picture>(fps);
  const shown: (number | null)[] = [];
  for (let tick = 0; tick < fps * 4; tick++) {
    late.pushPicture(new Picture(tick));
    if (tick >= 10) late.pushSound(spoken((tick - 10) * perFrame, perFrame));
    shown.push(late.picture(FIRST + tick)?.index ?? null);
  }
  assert.equal(shown[9], null);
  assert.equal(late.counters.dropped, 0);
  assert.equal(shown.at(-1), fps * 4 - 1 - 10, "ten frames behind, with its sound");

  const never = new Synchroniser<Picture>(fps);
  let first: number | null = null;
  for (let tick = 0; tick < fps * 4; tick++) {
    never.pushPicture(new Picture(tick));
    if (never.picture(FIRST + tick) && first === null) first = tick;
  }
  assert.ok(first !== null && first < fps * 2, `went on at frame ${first}`);
});

test("silence is counted where there is no sound", () => {
  const sync = new Synchroniser<Picture>(50);
  const out = new Int16Array(960 * CHANNELS).fill(7);
  sync.sound(out, FIRST * 960);
  assert.ok(out.every((value) => value === 0));
  assert.equal(sync.counters.soundSilence, 960);
});
