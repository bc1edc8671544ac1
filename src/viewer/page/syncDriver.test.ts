import assert from "node:assert/strict";
import test from "node:test";
import { deviceProfiles } from "#viewer/sync";
import type { Player, RungLimit } from "../players/player.ts";
import { FrameMeter } from "./frames.ts";
import { SyncDriver } from "./syncDriver.ts";

const UTC = 1_795_300_000_000;
const FRAME_MS = 20;
const STEP_MS = 50;

/** A player whose picture is its playhead's, on a timeline of capture time in seconds, and a clock moved by hand. */
class Stage {
  now = 0;
  targetMs = 1_500;
  /** Media is in the buffer until so long before now, ms. */
  edgeMs = 500;
  frozen = false;
  readonly seeks: number[] = [];
  readonly told: number[] = [];
  readonly rungs: RungLimit[] = [];
  readonly moves: boolean[] = [];
  readonly meter = new FrameMeter();
  lastFrameAt: number | null = null;
  bitrateKbps = 3_000;
  readonly driver: SyncDriver;
  #step = (): void => undefined;
  readonly #video = {
    playbackRate: 1,
    currentTime: UTC / 1_000,
    paused: false,
    readyState: 4,
    buffered: { length: 1, start: () => UTC / 1_000 - 60, end: () => this.utc / 1_000 - this.edge },
  };

  constructor() {
    this.driver = new SyncDriver({
      video: this.#video,
      clock: {
        monotonic: () => this.now,
        utc: () => this.utc,
        every: (_period, work) => {
          this.#step = work;
          return () => (this.#step = () => undefined);
        },
      },
      screen: this,
      targetAt: () => this.targetMs,
    });
  }

  get utc(): number {
    return UTC + this.now;
  }

  get edge(): number {
    return this.edgeMs / 1_000;
  }

  get rate(): number {
    return this.#video.playbackRate;
  }

  get latencyMs(): number {
    return this.utc - this.#video.currentTime * 1_000;
  }

  moved(_placeS: number, counts: boolean): void {
    this.moves.push(counts);
    this.meter.forgetLatency();
  }

  get player(): Player {
    return {
      profile: deviceProfiles.desktop,
      state: () => ({
        edge: null,
        rendition: null,
        bitrateKbps: this.bitrateKbps,
        width: null,
        height: null,
        topBitrateKbps: 3_000,
        lowestBitrateKbps: 500,
        throughputKbps: null,
      }),
      captureMs: (mediaTimeS) => mediaTimeS * 1_000,
      mediaTimeS: (captureMs) => captureMs / 1_000,
      renditionAt: () => null,
      seekTo: (mediaTimeS) => {
        this.seeks.push(mediaTimeS);
        this.#video.currentTime = mediaTimeS;
      },
      retarget: (targetMs) => this.told.push(targetMs),
      limitRung: (limit) => this.rungs.push(limit),
      setSubtitles: () => undefined,
      toLive: () => undefined,
      close: () => undefined,
    };
  }

  begin({ latencyMs, frames = true }: { latencyMs: number; frames?: boolean }): void {
    this.#video.currentTime = (this.utc - latencyMs) / 1_000;
    this.driver.begin(this.player, this.targetMs);
    if (frames) this.frame();
  }

  frame(): void {
    this.lastFrameAt = this.now;
    this.meter.frame({
      presentedAt: this.now,
      presentedFrames: this.now / FRAME_MS,
      mediaTime: this.#video.currentTime,
      latencyMs: this.latencyMs,
    });
  }

  pass(durationMs: number, shown = true): void {
    for (const end = this.now + durationMs; this.now < end;) {
      this.now += 10;
      if (!this.frozen && shown) this.#video.currentTime += (this.#video.playbackRate * 10) / 1_000;
      if (this.now % FRAME_MS === 0 && !this.frozen && shown) this.frame();
      if (this.now % STEP_MS === 0) this.#step();
    }
  }
}

test("a player that is off is led to its place by the rate, both ways, and then left alone", () => {
  for (const latencyMs of [1_420, 1_590]) {
    const stage = new Stage();
    stage.begin({ latencyMs });
    stage.pass(1_000);
    assert.ok(latencyMs < 1_500 ? stage.rate < 1 : stage.rate > 1, `${stage.rate}`);
    stage.pass(14_000);
    assert.ok(Math.abs(stage.latencyMs - 1_500) < 15, `${stage.latencyMs} ms behind`);
    assert.equal(stage.driver.state?.sentence, "in sync");
    assert.deepEqual(stage.seeks, []);
  }
});

test("before the first picture the playhead is put right once, and that is no jump", () => {
  const stage = new Stage();
  stage.begin({ latencyMs: 2_300, frames: false });
  stage.driver.appended();
  assert.ok(Math.abs(stage.latencyMs - 1_500) < 100, `${stage.latencyMs} ms behind`);
  stage.pass(400, false);
  stage.driver.appended();
  assert.equal(stage.seeks.length, 1);
  assert.deepEqual(stage.moves, [false]);
});

test("a place that is not in the buffer yet is not sought, nor one for a player that has not chosen its own", () => {
  const early = new Stage();
  early.edgeMs = 1_400;
  early.begin({ latencyMs: 2_300, frames: false });
  early.driver.appended();
  const unchosen = new Stage();
  unchosen.begin({ latencyMs: 900_000, frames: false });
  unchosen.driver.appended();
  const playing = new Stage();
  playing.begin({ latencyMs: 2_300 });
  playing.driver.appended();
  for (const { seeks } of [early, unchosen, playing]) assert.deepEqual(seeks, []);
});

test("the first jump belongs to the start; one in the middle of the match counts", () => {
  const stage = new Stage();
  stage.begin({ latencyMs: 2_300 });
  stage.pass(1_000);
  assert.deepEqual(stage.moves, [false]);
  stage.pass(10_000);
  stage.frozen = true;
  stage.pass(3_000);
  stage.frozen = false;
  stage.pass(3_000);
  assert.deepEqual(stage.moves, [false, true]);
  assert.ok(Math.abs(stage.latencyMs - 1_500) < 100, `${stage.latencyMs} ms behind`);
});

test("who waits is given a lower rung, and one lower still as long as it stays late", () => {
  const stage = new Stage();
  stage.begin({ latencyMs: 1_500 });
  stage.pass(2_000);
  stage.edgeMs = 2_600;
  stage.frozen = true;
  stage.pass(1_000);
  assert.deepEqual(stage.rungs, ["lower"]);
  stage.pass(8_000);
  assert.deepEqual(stage.rungs.slice(0, 2), ["lower", "lower"]);
  stage.bitrateKbps = 500;
  const before = stage.rungs.length;
  stage.pass(8_000);
  assert.equal(stage.rungs.length, before);
});

test("the player's scheduling hears of a target that has moved far, not of each step", () => {
  const stage = new Stage();
  stage.begin({ latencyMs: 1_500 });
  stage.pass(500);
  for (let at = 0; at < 40; at += 1) {
    stage.targetMs += 5;
    stage.pass(100);
  }
  assert.deepEqual(stage.told, [1_605]);
});

test("another player begins anew at its own speed, and nobody is led after the end", () => {
  const stage = new Stage();
  stage.begin({ latencyMs: 1_600 });
  stage.pass(1_000);
  assert.notEqual(stage.rate, 1);
  stage.lastFrameAt = null;
  stage.begin({ latencyMs: 1_500, frames: false });
  assert.equal(stage.rate, 1);
  assert.equal(stage.driver.state?.kind, "measuring");
  stage.driver.end();
  stage.pass(200);
  assert.equal(stage.driver.state, null);
  stage.driver.close();
  stage.driver.close();
});
