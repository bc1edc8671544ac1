// Plays: viewers of a short-parted channel in real time, side by side, so that all take as long as the longest.
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { decodeCmcdQuery } from "#telemetry/cmcd";
import { LiveChannel, PART_MS } from "./liveFixture.ts";
import { crowdProtocols } from "./types.ts";
import { clean, type Play, plays, TARGET_MS, until, watch } from "./watchFixture.ts";

describe("a socket viewer", { concurrency: true }, () => {
  for (const protocol of crowdProtocols)
    test(`joins by ${protocol}, plays at its target, and finds nothing wrong`, async (t) => {
      const channel = await LiveChannel.open(t);
      const play = watch(t, [channel], { protocol });
      const { told, viewer } = play;
      await until("its latency is told", () => told.latencies.length >= 2);
      clean(play);
      assert.ok((told.joinedAfter ?? Infinity) < 1_000, `joined after ${told.joinedAfter} ms`);
      for (const latency of told.latencies)
        assert.ok(latency > TARGET_MS - 50 && latency < TARGET_MS + 500, `${latency} ms behind`);
      assert.ok(told.objects >= 8);
      assert.ok(told.bytes > 10_000);
      assert.ok(told.hashes.size > 0);
      viewer.stop();
      viewer.stop();
      assert.equal(told.lefts, 1);
      assert.equal(viewer.playing, false);
      await until("its connections end", () => channel.sockets.size === 0);
    });

  test("keeps two connections for DASH, and says nothing of itself unless told to", async (t) => {
    const channel = await LiveChannel.open(t);
    const play = watch(t, [channel], { cmcd: false });
    await plays(play, 4);
    assert.equal(channel.sockets.size, 2);
    assert.ok(channel.asked.every((target) => !target.includes("CMCD")));
  });

  test("tells in CMCD who it is and what it has, in every request", async (t) => {
    const channel = await LiveChannel.open(t);
    const play = watch(t, [channel], { protocol: "hls", id: 77, seed: 255 });
    await plays(play, 8);
    for (const target of channel.asked) {
      const record = decodeCmcdQuery(target.slice(target.indexOf("?")));
      assert.equal(record?.["sid"], "crowd-ff-77");
      assert.equal(record?.["cid"], "match");
      assert.equal(record?.["sf"], "h");
      assert.equal(record?.["v"], 2);
      const keys = Object.keys(record ?? {});
      assert.deepEqual(keys, [...keys].sort(), target);
    }
    const video = channel.asked.filter(
      (target) => target.startsWith("/match/v1/") && !target.includes("init"),
    );
    const record = decodeCmcdQuery(video.at(-1)?.split("?")[1] ?? "");
    assert.equal(record?.["ot"], "v");
    assert.deepEqual(record?.["br"], [{ value: 100, params: { v: true } }]);
    assert.equal(record?.["d"], PART_MS);
    assert.ok("bl" in (record ?? {}));
  });

  test("plays pictures alone when it wants no sound", async (t) => {
    const channel = await LiveChannel.open(t);
    const play = watch(t, [channel], { audio: false });
    await plays(play, 3);
    clean(play);
    assert.ok(channel.asked.every((target) => !target.startsWith("/match/a1")));
  });

  test("plays the rung of that name, and leaves when there is none", async (t) => {
    const channel = await LiveChannel.open(t);
    const play = watch(t, [channel], { rendition: "v2" });
    await plays(play, 2);
    assert.ok(channel.asked.every((target) => !target.startsWith("/match/v1")));
    const other = watch(t, [channel], { rendition: "v9" });
    await until("it leaves", () => other.told.lefts === 1);
    assert.equal(other.told.failures[0]?.kind, "no-rendition");
  });

  for (const protocol of crowdProtocols)
    test(`asks for its share of each object by ${protocol}, and still knows the time`, async (t) => {
      const channel = await LiveChannel.open(t);
      const play = watch(t, [channel], { protocol, rendition: "v2", payload: 0.25 });
      const whole = watch(t, [channel], { protocol, rendition: "v2" });
      await until("its latency is told", () => play.told.latencies.length >= 2);
      clean(play);
      play.viewer.stop();
      whole.viewer.stop();
      // Where the machine itself stands still, so does who asks for all.
      const extraMs = stalledMs(play) - stalledMs(whole);
      assert.ok(extraMs <= PART_MS, `${extraMs} ms more than who asks for all`);
      assert.ok(play.told.bytes < 0.8 * whole.told.bytes, "playlists are asked for whole");
      assert.equal(play.told.hashes.size, 0);
    });
});

const stalledMs = ({ told }: Play): number => told.stalls.reduce((sum, each) => sum + each, 0);
