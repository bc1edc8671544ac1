// Plays: viewers of a short-parted channel in real time, side by side, so that all take as long as the longest.
import assert from "node:assert/strict";
import { describe, test, type TestContext } from "node:test";
import { ms } from "#base";
import { systemClock } from "#base/clock";
import { decodeCmcdQuery } from "#telemetry/cmcd";
import { LiveChannel, PART_MS, partBytes, PARTS, SEGMENT_MS, type Twist } from "./liveFixture.ts";
import type { FaultKind, ViewerErrorKind } from "./reasons.ts";
import { SharedContent } from "./shared.ts";
import { SocketViewer } from "./socketViewer.ts";
import { crowdProtocols, type ViewerOptions, type ViewerSink } from "./types.ts";

const TARGET_MS = 450;
/** How long a play waits for what it has caused, ms: far longer than it takes. */
const PATIENCE_MS = 8_000;

/** What a viewer told. */
class Told implements ViewerSink {
  joinedAfter: number | null = null;
  stalls: number[] = [];
  latencies: number[] = [];
  bytes = 0;
  objects = 0;
  failures: { kind: ViewerErrorKind; what: string }[] = [];
  switches: string[] = [];
  moves: { edge: string; afterMs: number }[] = [];
  faults: { kind: FaultKind; what: string }[] = [];
  skips: number[] = [];
  hashes = new Map<string, string>();
  lefts = 0;

  joined(afterMs: number): void {
    assert.equal(this.joinedAfter, null, "it joins once");
    this.joinedAfter = afterMs;
  }
  stalled(stalledMs: number): void {
    this.stalls.push(stalledMs);
  }
  latency(latencyMs: number): void {
    this.latencies.push(latencyMs);
  }
  received(bytes: number, objects: number): void {
    this.bytes += bytes;
    this.objects += objects;
  }
  failed(kind: ViewerErrorKind, what: string): void {
    this.failures.push({ kind, what });
  }
  switched(from: string, to: string): void {
    this.switches.push(`${from}>${to}`);
  }
  moved(edge: string, afterMs: number): void {
    this.moves.push({ edge, afterMs });
  }
  fault(kind: FaultKind, what: string): void {
    this.faults.push({ kind, what });
  }
  skipped(mediaMs: number): void {
    this.skips.push(mediaMs);
  }
  hashed(object: string, hash: string): void {
    this.hashes.set(object, hash);
  }
  left(): void {
    this.lefts += 1;
  }
}

interface Play {
  readonly viewer: SocketViewer;
  readonly told: Told;
}

let seats = 0;

function watch(
  t: TestContext,
  channels: readonly LiveChannel[],
  options: Partial<ViewerOptions> = {},
  shared = sharedOf(t),
): Play {
  const told = new Told();
  seats += 1;
  const viewer = new SocketViewer(
    {
      ...{ id: seats, protocol: "dash", channel: "match", localAddress: undefined, seed: seats },
      ...{ targetLatencyMs: TARGET_MS, rendition: "lowest", audio: true, cmcd: true },
      ...{ sampled: true, payload: 1, edges: channels.map(({ url }) => url), ...options },
    },
    { clock: systemClock, sink: told, shared },
  );
  t.after(() => viewer.stop());
  viewer.start();
  return { viewer, told };
}

function sharedOf(t: TestContext): SharedContent {
  const shared = new SharedContent({ clock: systemClock });
  t.after(() => shared.close());
  return shared;
}

async function until(what: string, holds: () => boolean): Promise<void> {
  const end = systemClock.monotonic() + PATIENCE_MS;
  while (!holds()) {
    if (systemClock.monotonic() > end) assert.fail(`waited in vain: ${what}`);
    await systemClock.sleep(ms(5));
  }
}

/** Until it has taken so many more objects without standing still. */
async function plays({ told, viewer }: Play, objects: number): Promise<void> {
  await until("it joins", () => told.joinedAfter !== null);
  const before = told.objects;
  await until("it goes on", () => told.objects >= before + objects && viewer.playing);
}

const clean = ({ told }: Play): void => {
  assert.deepEqual(told.faults, []);
  assert.deepEqual(told.failures, []);
};

/** Spoils the video object that is asked for `nth`, once. */
function spoil(channel: LiveChannel, twist: Twist, nth = 3): void {
  let seen = 0;
  channel.twist = (path) => {
    if (!/^\/match\/v1\/\d+(\.\d)?\.m4s/.test(path)) return null;
    seen += 1;
    return seen === nth ? twist : null;
  };
}

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
      assert.deepEqual(play.told.stalls, []);
      assert.ok(play.told.bytes < 0.8 * whole.told.bytes, "playlists are asked for whole");
      assert.equal(play.told.hashes.size, 0);
    });
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
    assert.ok(stalledMs > 300 && stalledMs < 1_200, `${stalledMs} ms`);
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
    await until("it is out for long", () => systemClock.monotonic() - since > 4 * SEGMENT_MS);
    out = false;
    await until("it jumps", () => play.told.skips.length > 0);
    const told = play.told.latencies.length;
    await until("its latency is told", () => play.told.latencies.length > told);
    const latency = play.told.latencies.at(-1) ?? Infinity;
    assert.ok(latency < TARGET_MS + 1_500, `${latency} ms behind`);
  });
});
