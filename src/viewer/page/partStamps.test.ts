import assert from "node:assert/strict";
import test from "node:test";
import { PartStamps } from "./partStamps.ts";

const segment = 935_053;
const start = segment * 1_920;
const names = { channel: "match", rendition: "v720", node: "s1" };

test("a part is told with the instants at which it was complete, due and shown", () => {
  const stamps = new PartStamps();
  stamps.arrived(start + 640, start + 700);
  stamps.arrived(start + 959.9, start + 1_010);
  const shown = { captureMs: start + 640.0002, dueMs: start + 1_495, shownMs: start + 1_510 };
  assert.deepEqual(
    stamps
      .shown(shown, names)
      .map(({ hop, segment: n, part, lastByteMs }) => [hop, n, part, lastByteMs - start]),
    [
      ["player", segment, 2, 1_010],
      ["due", segment, 2, 1_495],
      ["screen", segment, 2, 1_510],
    ],
  );
});

test("only the first frame of a part that arrived under our eyes is told, and one part a second", () => {
  const stamps = new PartStamps();
  const at = (captureMs: number, shownMs: number): number =>
    stamps.shown({ captureMs, dueMs: shownMs, shownMs }, names).length;
  assert.equal(at(start, start + 1_500), 0);
  stamps.arrived(start + 1_920, start + 2_000);
  assert.equal(at(start + 20, start + 1_520), 0);
  assert.equal(at(start + 320, start + 1_820), 3);
  assert.equal(at(start + 640, start + 2_140), 0);
  assert.equal(at(start + 1_280, start + 2_820), 3);
});

test("a part counts as arrived when its last byte did, and a second copy changes nothing", () => {
  const stamps = new PartStamps();
  stamps.arrived(start + 319, start + 400);
  stamps.arrived(start + 600, start + 500);
  stamps.arrived(start + 320, start + 900);
  const [player] = stamps.shown(
    { captureMs: start, dueMs: start + 1_000, shownMs: start + 1_010 },
    names,
  );
  assert.equal(player?.lastByteMs, start + 400);
});

test("what is remembered is bounded, and another player starts with nothing", () => {
  const stamps = new PartStamps();
  for (let part = 0; part < 10_000; part += 1) stamps.arrived(start + part * 320, start);
  assert.equal(stamps.shown({ captureMs: start, dueMs: 0, shownMs: 0 }, names).length, 0);
  const last = start + 9_999 * 320;
  stamps.clear();
  assert.equal(stamps.shown({ captureMs: last - 320, dueMs: 0, shownMs: 0 }, names).length, 0);
});
