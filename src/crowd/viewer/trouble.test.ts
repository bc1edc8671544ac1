// Plays of trouble: media that is late, wrong or missing, and edges that die or hang. Side by side, in real time.
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { systemClock } from "#base/clock";
import { LiveChannel, partBytes, PARTS, SEGMENT_MS, type Twist } from "./liveFixture.ts";
import type { FaultKind } from "./reasons.ts";
import { crowdProtocols, type ViewerOptions } from "./types.ts";
import { clean, plays, sharedOf, spoil, TARGET_MS, until, watch } from "./watchFixture.ts";

describe("a socket viewer in trouble", { concurrency: true }, () => {
  test("does not stand still when a segment is a little late", async (t) => {
    const channel = await LiveChannel.open(t);
    spoil(channel, { is: "late", ms: 100 });
    const play = watch(t, [channel]);
    await plays(play, 8);
    clean(play);
    assert.deepEqual(play.told.stalls, []);
  });

  test("tells how long it stood still when a segment came too late", async (t) => {
    const channel = await LiveChannel.open(t);
    spoil(channel, { is: "late", ms: 900 });
    const play = watch(t, [channel]);
    await until("it stands still, and plays again", () => play.told.stalls.length > 0);
    clean(play);
    const [stalledMs] = play.told.stalls as [number];
    assert.ok(stalledMs > 100 && stalledMs < 1_200, `${stalledMs} ms`);
  });

  test("tells of a stall that its leaving ends", async (t) => {
    const channel = await LiveChannel.open(t);
    const play = watch(t, [channel]);
    await plays(play, 2);
    channel.freeze();
    await until("it stands still", () => !play.viewer.playing);
    play.viewer.stop();
    assert.equal(play.told.stalls.length, 1);
  });

  const faulty: [string, FaultKind, Twist, Partial<ViewerOptions>?][] = [
    [
      "media that is missing",
      "gap",
      { is: "bytes", change: (bytes, part) => (part === 2 ? null : bytes) },
    ],
    [
      "media that comes twice",
      "duplicate",
      {
        is: "bytes",
        change: (bytes, part) => (part === 2 ? Buffer.concat([bytes, bytes]) : bytes),
      },
    ],
    [
      "bytes that are no boxes",
      "not-a-box",
      { is: "bytes", change: (bytes, part) => (part === 2 ? Buffer.alloc(bytes.length) : bytes) },
    ],
    [
      "an object that ends inside a box",
      "cut-box",
      {
        is: "bytes",
        change: (bytes, part) => (part === PARTS - 1 ? bytes.subarray(0, -9) : bytes),
      },
    ],
    [
      "an object that holds another's media",
      "wrong-object",
      { is: "bytes", change: () => partBytes("v1", 3) },
      { protocol: "dash-parts" },
    ],
    [
      "an object that does not begin with a key frame",
      "not-independent",
      {
        is: "bytes",
        change: (bytes, part) => {
          const changed = Buffer.from(bytes);
          if (part === 0) changed[changed.indexOf("trun") + 16] = 0x01;
          if (part === 0) changed[changed.indexOf("trun") + 17] = 0x01;
          return changed;
        },
      },
    ],
  ];
  for (const [what, kind, twist, options] of faulty)
    test(`says ${kind} of ${what}, and goes on`, async (t) => {
      const channel = await LiveChannel.open(t);
      spoil(channel, twist, options?.protocol === "dash-parts" ? 12 : 3);
      const play = watch(t, [channel], options);
      await until("it is told", () => play.told.faults.some((fault) => fault.kind === kind));
      const { objects } = play.told;
      await until("it goes on", () => play.told.objects > objects + 2 && play.viewer.playing);
      assert.match(play.told.faults[0]?.what ?? "", /^\/match\/v1\/\d+/);
    });

  test("two viewers of a process get the same bytes, or it is said of which object", async (t) => {
    const channel = await LiveChannel.open(t);
    const shared = sharedOf(t);
    const one = watch(t, [channel], {}, shared);
    const two = watch(t, [channel], {}, shared);
    await plays(one, 4);
    await plays(two, 4);
    const objects = one.told.hashes.size + two.told.hashes.size;
    assert.equal(new Set([...one.told.hashes.keys(), ...two.told.hashes.keys()]).size, objects);
    clean(one);
    clean(two);
    const faults = (): string[] => [...one.told.faults, ...two.told.faults].map(({ kind }) => kind);
    // Whoever asks second gets other bytes.
    const toTheSecond = (change: (bytes: Buffer) => Buffer): void => {
      const seen = new Set<string>();
      channel.twist = (path) => {
        const [name] = path.split("?") as [string];
        if (seen.has(name)) return { is: "bytes", change };
        seen.add(name);
        return null;
      };
    };
    toTheSecond((bytes) => (bytes.writeUInt8(7, bytes.length - 1), bytes));
    await until("it is told", () => faults().includes("wrong-hash"));
    toTheSecond((bytes) => Buffer.concat([bytes, Buffer.from("\0\0\0\u0008free", "latin1")]));
    await until("it is told", () => faults().includes("wrong-size"));
  });

  for (const protocol of crowdProtocols) {
    test(`goes on by another edge when its own is killed (${protocol})`, async (t) => {
      const channels = [await LiveChannel.open(t), await LiveChannel.open(t)] as const;
      const play = watch(t, channels, { protocol });
      await plays(play, 4);
      channels[0].kill();
      await until("it moves", () => play.told.moves.length > 0);
      const [move] = play.told.moves;
      assert.equal(move?.edge, channels[1].url);
      assert.ok((move?.afterMs ?? Infinity) < 500, `back after ${move?.afterMs} ms`);
      await plays(play, 4);
      assert.deepEqual(play.told.faults, []);
      assert.ok(["reset", "refused", "closed"].includes(play.told.failures[0]?.kind ?? ""));
    });

    test(`is back within two seconds when its edge hangs (${protocol})`, async (t) => {
      const channels = [await LiveChannel.open(t), await LiveChannel.open(t)] as const;
      const play = watch(t, channels, { protocol });
      await plays(play, 4);
      channels[0].freeze();
      await until("it moves", () => play.told.moves.length > 0);
      const [move] = play.told.moves;
      assert.ok((move?.afterMs ?? Infinity) < 2_000, `back after ${move?.afterMs} ms`);
      await plays(play, 4);
      assert.deepEqual(play.told.faults, []);
      assert.match(play.told.failures[0]?.kind ?? "", /^(idle|head-time-out)$/);
    });
  }

  test("asks again for a segment that broke off, and takes what it has for known", async (t) => {
    const channel = await LiveChannel.open(t);
    spoil(channel, { is: "breaks", after: 3 });
    const play = watch(t, [channel]);
    await until("it is told", () => play.told.failures.length > 0);
    await plays(play, 4);
    assert.deepEqual(play.told.faults, []);
    assert.equal(play.told.failures.length, 1);
    const [failure] = play.told.failures;
    assert.ok(failure?.kind === "reset" || failure?.kind === "closed");
  });

  test("leaves an answer that goes silent", async (t) => {
    const channel = await LiveChannel.open(t);
    spoil(channel, { is: "stops", after: 2 });
    const play = watch(t, [channel]);
    await until("it is told", () => play.told.failures.length > 0);
    assert.equal(play.told.failures[0]?.kind, "idle");
    await plays(play, 2);
    assert.deepEqual(play.told.faults, []);
  });

  test("says not-http of an answer whose chunks are broken", async (t) => {
    const channel = await LiveChannel.open(t);
    spoil(channel, {
      is: "raw",
      wire: "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nabcdefgh\r\n",
    });
    const play = watch(t, [channel]);
    await until("it is told", () => play.told.failures.length > 0);
    assert.equal(play.told.failures[0]?.kind, "not-http");
    await plays(play, 4);
  });

  test("asks again after an error, and passes over what no edge has", async (t) => {
    const channel = await LiveChannel.open(t);
    let lost: string | null = null;
    let seen = 0;
    channel.twist = (path) => {
      const [name] = path.split("?") as [string];
      if (/^\/match\/v1\/\d+\.m4s/.test(name)) {
        seen += 1;
        if (seen === 3) lost = name;
      }
      return name === lost ? { is: "status", status: 404 } : null;
    };
    const play = watch(t, [channel]);
    await until("it is passed over", () => play.told.faults.some(({ kind }) => kind === "gap"));
    assert.ok(play.told.failures.every(({ kind }) => kind === "status"));
    assert.ok(play.told.failures.length >= 2);
    await plays(play, 4);
  });

  test("waits for a channel that is not on air yet, and for an edge that is not there", async (t) => {
    const channel = await LiveChannel.open(t);
    const gone = await LiveChannel.open(t);
    gone.kill();
    let tries = 0;
    channel.twist = (path) =>
      path.startsWith("/match/live.mpd") && (tries += 1) < 3 ? { is: "status", status: 503 } : null;
    const play = watch(t, [gone, channel]);
    await plays(play, 2);
    assert.equal(play.told.failures[0]?.kind, "refused");
    assert.equal(play.told.moves.at(-1)?.edge, channel.url);
  });

  test("jumps to its target after an outage that no rate can mend", async (t) => {
    const channel = await LiveChannel.open(t);
    let out = false;
    channel.twist = (path) => (out && path.includes(".m4s") ? { is: "status", status: 503 } : null);
    const play = watch(t, [channel], { audio: false });
    await plays(play, 2);
    out = true;
    const since = systemClock.monotonic();
    await until("it is out for long", () => systemClock.monotonic() - since > 5 * SEGMENT_MS);
    out = false;
    await until("it jumps", () => play.told.skips.length > 0);
    const told = play.told.latencies.length;
    await until("its latency is told", () => play.told.latencies.length > told);
    const latency = play.told.latencies.at(-1) ?? Infinity;
    assert.ok(latency < TARGET_MS + 1_500, `${latency} ms behind`);
  });
});
