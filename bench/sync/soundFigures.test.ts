import assert from "node:assert/strict";
import test from "node:test";
import type { Moment } from "../../test/support/frameWatch.ts";
import { flashesOf, pairsOf } from "./soundFigures.ts";

const T = 1_800_000_000_000;
/** Three seconds of 25 frames, the first of each second lit. */
const frames: Moment[] = Array.from({ length: 75 }, (_, index) => ({
  at: 0,
  shownAt: T + index * 40,
  mediaTime: index / 25,
  presented: index,
  rate: 1,
  drawnAt: null,
  flash: index % 25 === 0 ? 235 : 16,
}));

test("a flash begins with the first lit frame after a dark one, if no frame between was missed", () => {
  assert.deepEqual(flashesOf(frames), [T + 1_000, T + 2_000]);
  assert.deepEqual(flashesOf(frames.filter((_, index) => index !== 24)), [T + 2_000]);
});

test("a beep is measured from the flash nearest to it, and alone from none", () => {
  const beep = (at: number) => ({ at: T + at, heardAt: T + at + 30, rate: 1 });
  assert.deepEqual(
    pairsOf([beep(1_012), beep(1_990), beep(2_600)], frames).map(
      ({ afterFlashMs, heardAfterFlashMs }) => [afterFlashMs, heardAfterFlashMs],
    ),
    [
      [12, 42],
      [-10, 20],
    ],
  );
});
