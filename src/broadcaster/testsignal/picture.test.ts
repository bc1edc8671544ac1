import assert from "node:assert/strict";
import { test } from "node:test";
import { utcMs } from "#base";
import { PITCH } from "./camera.ts";
import { TestPicture } from "./picture.ts";
import { sceneAt } from "./play.ts";
import { Slate } from "./slate.ts";
import { createSurface, type Surface } from "./surface.ts";

const MIDNIGHT = 1_795_305_600_000;
const time = (ms: number) => ({ instant: utcMs(MIDNIGHT + ms), made: utcMs(MIDNIGHT + ms + 1) });

function painted(paint: (surface: Surface) => void, before: number): Buffer {
  const surface = createSurface(256, 144);
  surface.bytes.fill(before);
  paint(surface);
  return surface.bytes;
}

test("a picture depends on its time alone, not on what was there before", () => {
  const picture = new TestPicture(144);
  const one = painted((surface) => picture.paint(surface, time(5_000)), 0);
  const other = painted((surface) => new TestPicture(144).paint(surface, time(5_000)), 255);
  assert.ok(one.equals(other));
  const later = painted((surface) => picture.paint(surface, time(5_040)), 0);
  assert.ok(!one.equals(later), "it moves");
});

test("levels stay within studio range, so that no screen clips them", () => {
  const picture = new TestPicture(144);
  const bytes = painted((surface) => picture.paint(surface, time(63_000)), 0);
  const luma = bytes.subarray(0, 256 * 144);
  assert.ok(Math.min(...luma) >= 16 && Math.max(...luma) <= 235);
});

test("a whole day of the match stays on the pitch, nobody runs faster than people do, the ball moves without jumps", () => {
  for (let at = 0; at < 86_400; at += 37.04) {
    const now = sceneAt(at);
    const next = sceneAt(at + 0.04);
    assert.equal(now.figures.length, 23);
    for (const { x, z, speed, kit } of now.figures) {
      assert.ok(
        Math.abs(x) <= PITCH.length / 2 && z >= 0 && z <= PITCH.width,
        `${kit} at ${x}, ${z}`,
      );
      assert.ok(speed < 12, `${kit} runs ${speed} m/s`);
    }
    const step = Math.hypot(next.ball.x - now.ball.x, next.ball.z - now.ball.z);
    assert.ok(step < 4, `the ball jumped ${step} m in 40 ms at ${at}`);
  }
});

test("the slate says why in letters, and moves", () => {
  const slate = new Slate(256, 144);
  const words = { title: "No signal", detail: "srt://10.0.0.1:9000" };
  const one = painted((surface) => slate.paint(surface, words, time(100)), 0);
  const other = painted(
    (surface) => slate.paint(surface, { ...words, detail: "udp" }, time(100)),
    0,
  );
  const later = painted((surface) => slate.paint(surface, words, time(140)), 0);
  assert.ok(!one.equals(other));
  assert.ok(!one.equals(later));
  assert.ok(one.equals(painted((surface) => slate.paint(surface, words, time(100)), 255)));
});
