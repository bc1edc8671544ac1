import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { ms, utcMs } from "#base";
import { manualClock } from "#base/clock";
import { cueKinds } from "#protocol";
import { CUE_LATE_MS } from "#telemetry/cmcd";
import { usefulMs } from "./cue.ts";
import { stage, T0, textOf } from "./fixtures/stage.ts";
import { CueClient, LATE_MS } from "./index.ts";
import { WAITING_LIMIT } from "./limits.ts";

const FRAME_MS = 40;

test("a cue waits for the first frame captured at its media time or later, and for its instant on the screen", () => {
  const { say, show, clock, told } = stage();
  show(0);
  say(1, { mediaTimeMs: T0 + 50 });
  show(40);
  assert.equal(told.length, 0);
  show(80, 16);
  clock.advance(ms(15));
  assert.equal(told.length, 0);
  clock.advance(ms(1));
  assert.deepEqual(
    told.map(({ cue, timing, lateMs }) => [cue.seq, timing, lateMs]),
    [[1, "on time", 0]],
  );
});

test("cues of one frame are told by media time, then by number", () => {
  const { say, show, seqs } = stage();
  show(0);
  say(1, { mediaTimeMs: T0 + 30 });
  say(2, { mediaTimeMs: T0 + 20 });
  say(3, { mediaTimeMs: T0 + 20 });
  show(40);
  assert.deepEqual(seqs(), [2, 3, 1]);
});

test("a cue that comes again, by replay or by another connection, is told once", () => {
  const { say, show, seqs, client, lastSeq } = stage();
  show(0);
  say(1, { mediaTimeMs: T0 + 40 });
  say(1, { mediaTimeMs: T0 + 40 });
  show(40);
  say(1, { mediaTimeMs: T0 + 40 });
  assert.deepEqual(seqs(), [1]);
  assert.equal(client.counters.again, 2);
  assert.equal(lastSeq(), 1);
});

test("a cue that comes after its frame is told at once, and counted as late", () => {
  const { say, show, clock, told, client } = stage();
  for (const at of [0, 40, 80]) {
    show(at);
    clock.advance(ms(40));
  }
  clock.advance(ms(500));
  say(1, { mediaTimeMs: T0 + 40 });
  assert.deepEqual(
    told.map(({ timing, lateMs }) => [timing, lateMs]),
    [["late", 580]],
  );
  assert.equal(client.counters.late, 1);
});

test("within the limit a cue is on time, a millisecond more is late; telemetry counts alike", () => {
  assert.equal(LATE_MS, CUE_LATE_MS);
  const { say, show, clock, told } = stage();
  show(0);
  show(40);
  clock.advance(ms(LATE_MS));
  say(1, { mediaTimeMs: T0 + 40 });
  clock.advance(ms(1));
  say(2, { mediaTimeMs: T0 + 40 });
  assert.deepEqual(
    told.map(({ timing }) => timing),
    ["on time", "late"],
  );
});

test("what is too late for its kind goes to the list only", () => {
  for (const kind of cueKinds) {
    const { say, show, clock, told } = stage();
    show(0);
    show(40);
    clock.advance(ms(usefulMs[kind]));
    say(1, { kind, mediaTimeMs: T0 + 40 });
    clock.advance(ms(1));
    say(2, { kind, mediaTimeMs: T0 + 40 });
    assert.deepEqual(
      told.map(({ timing }) => timing),
      ["late", "past"],
      kind,
    );
  }
});

test("what came before the viewer's first frame is past, and not late", () => {
  const { say, show, told, client } = stage();
  say(1, { mediaTimeMs: T0 });
  show(5_000);
  say(2, { mediaTimeMs: T0 + 4_999 });
  assert.deepEqual(
    told.map(({ timing }) => timing),
    ["past", "past"],
  );
  assert.equal(client.counters.late, 0);
});

test("a jump over a cue tells it with the frame it lands on; a jump back does not tell it again", () => {
  const { say, show, told, client } = stage();
  show(0);
  say(1, { mediaTimeMs: T0 + 10_000 });
  show(20_000);
  assert.deepEqual(
    told.map(({ cue, timing }) => [cue.seq, timing]),
    [[1, "on time"]],
  );
  show(5_000);
  show(20_000);
  assert.equal(told.length, 1);
  assert.equal(client.counters.late, 0);
});

test("while the picture stands, cues wait with it", () => {
  const { say, show, clock, told } = stage();
  show(0);
  say(1, { mediaTimeMs: T0 + 1_000 });
  clock.advance(ms(600_000));
  assert.equal(told.length, 0);
  show(1_000);
  assert.equal(told[0]?.timing, "on time");
});

test("of frames announced for one instant only the last is shown, and none before its instant", () => {
  const { say, show, clock, seqs } = stage();
  show(0);
  say(1, { mediaTimeMs: T0 + 100 });
  show(120, 30);
  show(60, 30);
  clock.advance(ms(30));
  assert.deepEqual(seqs(), []);
});

test("the thousand and first waiting cue costs the oldest, which is counted", () => {
  const { say, show, seqs, client } = stage();
  show(0);
  for (let seq = 1; seq <= WAITING_LIMIT + 1; seq += 1)
    say(seq, { mediaTimeMs: T0 + 10_000 + seq });
  assert.deepEqual([client.waiting, client.counters.dropped, client.lost], [WAITING_LIMIT, 1, 1]);
  show(60_000);
  assert.equal(seqs()[0], 2);
});

test("a frame that cannot be is not believed", () => {
  const { say, client, clock, seqs } = stage({ utc: () => T0 });
  say(1, { mediaTimeMs: T0 + 40 });
  for (const [captureMs, displayAt] of [
    [Number.NaN, 0],
    [T0 + 3_600_000, 0],
    [T0 + 500, Number.NEGATIVE_INFINITY],
    [T0 + 500, clock.monotonic() + 3_600_000],
  ] as const)
    client.frame(captureMs, displayAt);
  assert.equal(client.counters.frames, 4);
  assert.deepEqual(seqs(), []);
});

test("an entry from the future is refused where the time is known", () => {
  const { say, show, client } = stage({ utc: () => T0 });
  show(0);
  say(1, { mediaTimeMs: T0 + 3_600_000, enteredMs: T0 + 3_600_000 });
  assert.equal(client.refused["bad-time"], 1);
  assert.equal(client.waiting, 0);
});

test("an app that throws at one cue is told the next", () => {
  const seen: number[] = [];
  const clock = manualClock(utcMs(T0));
  const client = new CueClient({
    clock: { monotonic: () => clock.monotonic(), after: () => () => undefined },
    tell: ({ cue }) => {
      seen.push(cue.seq);
      throw new Error("the app is broken");
    },
  });
  client.follow({
    listen: (_last, heard) => {
      for (const seq of [1, 2]) heard({ event: "cue", text: textOf(seq) });
      return () => undefined;
    },
    ask: () => Promise.reject(new Error("404")),
  });
  client.frame(T0, 0);
  assert.deepEqual([seen, client.counters.failed], [[1, 2], 2]);
});

test("closed, it tells nothing more, and it may be closed again", () => {
  const { say, show, client, clock, told } = stage();
  show(0);
  say(1, { mediaTimeMs: T0 + 40 });
  show(40, 10);
  client.close();
  client.close();
  clock.advance(ms(100));
  say(2);
  assert.deepEqual([told.length, client.waiting], [0, 0]);
});

test("in any interleaving of arrivals, replays, frames and seeks: each once at most, none before its frame", () => {
  const step = fc.oneof(
    { weight: 5, arbitrary: fc.record({ do: fc.constant("frame" as const), by: fc.nat(5) }) },
    { weight: 3, arbitrary: fc.record({ do: fc.constant("cue" as const), by: fc.nat(30) }) },
    { weight: 1, arbitrary: fc.record({ do: fc.constant("seek" as const), by: fc.integer() }) },
    { weight: 1, arbitrary: fc.record({ do: fc.constant("again" as const), by: fc.nat(3) }) },
  );
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), fc.array(fc.nat(4_000)), (steps, times) => {
      const { say, show, clock, told, client } = stage();
      /** The frames on the screen: capture, and when. */
      const shown: [number, number][] = [];
      let at = 0;
      const told0 = (seq: number): void => say(seq, { mediaTimeMs: T0 + (times[seq] ?? seq * 37) });
      for (const { do: what, by } of steps) {
        if (what === "cue") told0(by + 1);
        if (what === "seek") at = Math.abs(by) % 5_000;
        if (what === "again") for (let seq = 1; seq <= by; seq += 1) told0(seq);
        if (what === "frame") {
          at += by * FRAME_MS;
          shown.push([T0 + at, clock.monotonic() + by * 8]);
          show(at, by * 8);
          clock.advance(ms(FRAME_MS));
        }
        for (const { cue, frameAt, lateMs } of told) {
          const seen = shown.some(
            ([captureMs, displayAt]) =>
              captureMs >= cue.mediaTimeMs && displayAt <= frameAt + lateMs,
          );
          assert.ok(seen, `cue ${cue.seq} was told before its frame`);
        }
      }
      const seqs = told.map(({ cue }) => cue.seq);
      assert.equal(new Set(seqs).size, seqs.length);
      client.close();
    }),
    { seed: 4, numRuns: 1_000 },
  );
});
