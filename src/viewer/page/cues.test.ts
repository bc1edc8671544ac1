import assert from "node:assert/strict";
import { test } from "node:test";
import { ms, utcMs } from "#base";
import { manualClock } from "#base/clock";
import type { CueEvent } from "../cues/index.ts";
import type { PageClock } from "./clock.ts";
import { type CueView, CUES_LISTED, PageCues } from "./cues.ts";
import { behindText, clockText, cueTroubles } from "./cueText.ts";

const T0 = 1_795_300_000_000;

function stage() {
  const clock = manualClock(utcMs(T0));
  const paints: ((at: number) => void)[] = [];
  const views: CueView[] = [];
  let hear = (_event: CueEvent): void => undefined;
  let listening = 0;
  const page = new PageCues({
    clock: {
      monotonic: () => clock.monotonic(),
      utc: () => clock.utc(),
      utcAt: (monotonic: number) => T0 + monotonic,
      errorMs: 1,
      after: (delayMs: number, work: () => void) => {
        const timer = clock.after(ms(delayMs), work);
        return () => timer.cancel();
      },
    } as PageClock,
    source: {
      listen: (_last, heard) => {
        listening += 1;
        hear = heard;
        return () => undefined;
      },
      ask: () => Promise.reject(new Error("404")),
    },
    nextPaint: (work) => paints.push(work),
    onChange: (view) => views.push(view),
  });
  return {
    clock,
    page,
    views,
    listening: () => listening,
    paint: (at: number) => {
      for (const work of paints.splice(0)) work(at);
    },
    say: (seq: number, kind = "goal", mediaTimeMs = T0) =>
      hear({
        event: "cue",
        text: JSON.stringify({ v: 1, seq, mediaTimeMs, kind, data: {}, enteredMs: T0 + seq }),
      }),
  };
}

test("nothing is listened for before the first picture", () => {
  const { page, listening } = stage();
  assert.equal(listening(), 0);
  page.frame(T0, 0);
  page.frame(T0 + 40, 40);
  assert.equal(listening(), 1);
});

test("a goal stands over the picture for a few seconds, and in the list", () => {
  const { page, say, clock } = stage();
  page.frame(T0, 0);
  say(1);
  assert.deepEqual(
    page.view.shown.map(({ word }) => word),
    ["GOAL"],
  );
  clock.advance(ms(6_000));
  assert.deepEqual(page.view.shown, []);
  assert.equal(page.view.listed[0]?.seq, 1);
});

test("odds and chat are in the list alone, and so is what came before the viewer", () => {
  const { page, say } = stage();
  page.frame(T0, 0);
  say(1, "odds");
  say(2, "chat");
  say(3, "goal", T0 - 5_000);
  assert.deepEqual(page.view.shown, []);
  assert.deepEqual(
    page.view.listed.map(({ seq, timing }) => [seq, timing]),
    [
      [3, "past"],
      [2, "on time"],
      [1, "on time"],
    ],
  );
});

test("a burst of cues leaves three over the picture and twenty in the list", () => {
  const { page, say } = stage();
  page.frame(T0, 0);
  for (let seq = 1; seq <= 30; seq += 1) say(seq);
  assert.deepEqual(
    page.view.shown.map(({ seq }) => seq),
    [28, 29, 30],
  );
  assert.equal(page.view.listed.length, CUES_LISTED);
});

test("a cue counts as shown in the animation frame after the one that paints it", () => {
  const { page, say, paint } = stage();
  page.frame(T0, 0);
  say(1);
  paint(16);
  paint(33);
  assert.deepEqual(page.records, [
    { seq: 1, kind: "goal", mediaTimeMs: T0, shownAtMs: T0 + 33, lateMs: 33, timing: "on time" },
  ]);
});

test("late cues are counted for the person and for the report", () => {
  const { page, say, clock, views } = stage();
  page.frame(T0, 0);
  clock.advance(ms(500));
  say(1);
  assert.deepEqual([page.late, page.lost, page.view.late], [1, 0, 1]);
  const drawn = views.length;
  page.refresh();
  assert.equal(views.length, drawn);
  assert.equal(cueTroubles(page.view), "cue 1 late");
  assert.equal(cueTroubles({ late: 1, lost: 2 }), "cues 1 late, 2 lost");
  assert.equal(cueTroubles({ late: 0, lost: 0 }), "");
});

test("a cue's times are words", () => {
  assert.equal(clockText(T0), "22:26:40");
  assert.equal(behindText({ timing: "late", lateMs: 1_230 }), "late by 1.23 s");
  assert.equal(behindText({ timing: "on time", lateMs: 20 }), "");
});

test("closed, the page changes no more", () => {
  const { page, say, clock, views } = stage();
  page.frame(T0, 0);
  say(1);
  page.close();
  const drawn = views.length;
  clock.advance(ms(60_000));
  say(2);
  assert.equal(views.length, drawn);
});
