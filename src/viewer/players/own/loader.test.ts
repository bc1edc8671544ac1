import assert from "node:assert/strict";
import { test } from "node:test";
import { ms, utcMs } from "#base";
import { type ManualClock, manualClock } from "#base/clock";
import { writeFragment } from "#media/cmaf";
import { Loader } from "./loader.ts";
import { type PartGrid, newestAt, startOf } from "./partGrid.ts";
import { Pathways } from "./pathways.ts";
import type { Rung, Track } from "./profile.ts";
import { type Wire, WireFault, type WireOptions } from "./wire.ts";

const grid: PartGrid = { startMs: 0, partMs: 320, perSegment: 6, joinEvery: 3, delayMs: 80 };
const SEGMENT = 934_900_000;
const FIRST = SEGMENT * 6;
const rung = (id: string): Rung => ({
  ...{ id, type: "", kbps: 1, width: null, height: null },
  ...{ header: `${id}/init.mp4`, media: `${id}/$Number$.m4s` },
});
const [low, high] = [rung("low"), rung("high")];
const track: Track = {
  ...{ kind: "video", language: null, timescale: 90_000, partTicks: 28_800 },
  ...{ firstNumber: 0, offsetTicks: 0, rungs: [low, high] },
};
const chunk = (part: number): Uint8Array =>
  writeFragment({
    ...{ sequence: 1, trackId: 1, decodeTime: part * 28_800 },
    samples: [{ duration: 28_800, compositionOffset: 0, flags: 0, bytes: new Uint8Array(40) }],
  });

interface Way {
  /** "hangs": from then on no byte comes. */
  state: "well" | "refuses" | "hangs";
}

/** Two edges before an origin whose parts come on time, but for those that are gaps. */
class World implements Wire {
  readonly clock: ManualClock;
  readonly asked: string[] = [];
  readonly ways: Record<string, Way> = { isp: { state: "well" }, ixp: { state: "well" } };
  readonly gaps = new Set<number>();

  constructor(nowMs: number) {
    this.clock = manualClock(utcMs(nowMs));
  }

  async get(url: string, { signal, patienceMs }: WireOptions) {
    const [, edge = "", path = ""] = /^http:\/\/(\w+)\/(.+)$/.exec(url) ?? [];
    this.asked.push(`${edge} ${path}`);
    const way = this.ways[edge];
    if (way.state === "refuses") throw new WireFault("refused");
    const [, number, part] = /\/(\d+)(?:\.(\d+))?\.m4s$/.exec(path) ?? [];
    const parts = number === undefined ? [] : this.#partsOf(Number(number), part);
    const [first] = parts;
    const newest = newestAt(grid, this.clock.utc());
    if (first !== undefined && first > newest + (part === undefined ? 6 : 1))
      throw new WireFault("status", { status: 404, code: "origin/not-yet" });
    if (part !== undefined && this.gaps.has(first ?? 0))
      throw new WireFault("status", { status: 404, code: "origin/gap" });
    const left = number === undefined ? [null] : parts.filter((each) => !this.gaps.has(each));
    return {
      next: async (): Promise<Uint8Array | null> => {
        const at = left.shift();
        if (at === undefined) return null;
        const due = at === null ? 0 : (at + 1) * grid.partMs + grid.delayMs;
        await this.#until(due, way, { signal, patienceMs });
        return at === null ? new Uint8Array([1]) : chunk(at);
      },
    };
  }

  #partsOf(segment: number, part: string | undefined): number[] {
    const first = segment * 6;
    return part === undefined ? [0, 1, 2, 3, 4, 5].map((at) => first + at) : [first + Number(part)];
  }

  async #until(due: number, way: Way, { signal, patienceMs }: WireOptions): Promise<void> {
    await this.clock.sleep(ms(Math.max(0, due - this.clock.utc())), signal);
    signal.throwIfAborted();
    if (way.state !== "hangs") return;
    await this.clock.sleep(ms(patienceMs), signal);
    signal.throwIfAborted();
    throw new WireFault("silent");
  }
}

function stage(
  from: number,
  over: { playhead?: () => number; room?: (startS: number) => boolean; kind?: "audio" } = {},
) {
  // Part `from` has just become answerable.
  const world = new World((from + 1) * grid.partMs + grid.delayMs + 5);
  const { clock } = world;
  const told = {
    parts: [] as number[],
    cameMs: [] as number[],
    headers: 0,
    missing: 0,
    failed: [] as string[],
    expired: 0,
  };
  const pathways = new Pathways(
    [
      { name: "isp", url: "http://isp/" },
      { name: "ixp", url: "http://ixp/" },
    ],
    null,
  );
  const wanted = { rung: high };
  const loader = new Loader({
    ...{ grid, track: { ...track, kind: over.kind ?? track.kind }, wire: world, pathways },
    clock: {
      utc: () => clock.utc(),
      monotonic: () => clock.monotonic(),
      after: (delayMs, work) => {
        const timer = clock.after(ms(delayMs), work);
        return () => timer.cancel();
      },
    },
    rung: () => wanted.rung,
    playhead: over.playhead ?? (() => startOf(grid, from) - 1),
    room: over.room ?? (() => true),
    header: async () => void (told.headers += 1),
    chunk: async () => undefined,
    delivered: ({ part }) => {
      told.parts.push(part);
      told.cameMs.push(clock.utc() - (part + 1) * grid.partMs - grid.delayMs);
    },
    missing: (parts) => (told.missing += parts),
    failed: ({ name }, { problem }) => told.failed.push(`${name} ${problem}`),
    expired: () => (told.expired += 1),
  });
  const pass = async (durationMs: number): Promise<void> => {
    for (let passed = 0; passed < durationMs; passed += 5) {
      for (let turn = 0; turn < 40; turn += 1) await Promise.resolve();
      clock.advance(ms(5));
    }
    for (let turn = 0; turn < 40; turn += 1) await Promise.resolve();
  };
  return { world, told, pathways, wanted, loader, pass };
}
const run = (from: number, count: number): number[] =>
  Array.from({ length: count }, (_, at) => from + at);

test("a join within a segment asks for its header and its parts side by side, then for growing segments", async () => {
  const { world, told, loader, pass } = stage(FIRST + 4);
  loader.start(FIRST + 3);
  await pass(0);
  assert.deepEqual(world.asked, [
    "isp high/init.mp4",
    `isp high/${SEGMENT}.3.m4s`,
    `isp high/${SEGMENT}.4.m4s`,
  ]);
  await pass(4_000);
  loader.close();
  assert.deepEqual(world.asked.slice(3, 6), [
    `isp high/${SEGMENT}.5.m4s`,
    `isp high/${SEGMENT + 1}.m4s`,
    `isp high/${SEGMENT + 2}.m4s`,
  ]);
  assert.deepEqual(told.parts, run(FIRST + 3, told.parts.length));
  assert.ok(told.parts.length > 13);
  assert.ok(
    told.cameMs.slice(2).every((late) => late <= 5),
    "each part the moment it is answerable",
  );
  assert.equal(told.headers, 1);
});

test("an edge that hangs within a segment is left after its silence, and the other goes on at the missing part", async () => {
  const { world, told, loader, pass } = stage(FIRST);
  loader.start(FIRST);
  await pass(700);
  world.ways["isp"].state = "hangs";
  await pass(3_000);
  loader.close();
  assert.deepEqual(told.parts, run(FIRST, told.parts.length), "no part twice, none left out");
  assert.deepEqual(told.failed, ["isp silent"]);
  const after = world.asked.filter((each) => each.startsWith("ixp"));
  assert.equal(after[0], `ixp high/${SEGMENT}.3.m4s`);
  assert.ok(after.includes(`ixp high/${SEGMENT + 1}.m4s`));
});

test("sound joins within a segment by one request for all of it, and what lies before is not taken", async () => {
  const { world, told, loader, pass } = stage(FIRST + 4, { kind: "audio" });
  loader.start(FIRST + 3);
  await pass(1_000);
  loader.close();
  assert.deepEqual(world.asked, [
    "isp high/init.mp4",
    `isp high/${SEGMENT}.m4s`,
    `isp high/${SEGMENT + 1}.m4s`,
  ]);
  assert.deepEqual(told.parts, run(FIRST + 3, told.parts.length));
  assert.equal(told.missing, 0);
});

test("an edge that refuses is left at once", async () => {
  const { world, told, loader, pass } = stage(FIRST);
  world.ways["isp"].state = "refuses";
  loader.start(FIRST);
  await pass(200);
  loader.close();
  assert.deepEqual(told.parts, [FIRST]);
  assert.deepEqual(told.failed, ["isp refused"]);
});

test("with every edge gone the failures are counted and the requests are few", async () => {
  const { world, pathways, loader, pass } = stage(FIRST);
  for (const way of Object.values(world.ways)) way.state = "refuses";
  loader.start(FIRST);
  await pass(2_000);
  loader.close();
  assert.ok(pathways.exhausted);
  assert.ok(world.asked.length < 60, `${world.asked.length} requests in two seconds`);
});

test("parts that will not come are passed over and counted, in a growing segment and one by one", async () => {
  const { world, told, loader, pass } = stage(FIRST + 4);
  for (const gap of [FIRST + 5, FIRST + 7, FIRST + 8]) world.gaps.add(gap);
  loader.start(FIRST + 3);
  await pass(2_500);
  loader.close();
  assert.deepEqual(
    told.parts.slice(0, 5),
    [3, 4, 6, 9, 10].map((at) => FIRST + at),
  );
  assert.equal(told.missing, 3);
});

test("another rung begins at the last place for decoding when the playhead is far enough from it", async () => {
  const { world, told, wanted, loader, pass } = stage(FIRST + 3);
  loader.start(FIRST);
  await pass(400);
  wanted.rung = low;
  loader.changeRung();
  await pass(300);
  loader.close();
  assert.deepEqual(
    told.parts,
    [0, 1, 2, 3, 4, 3, 4, 5].map((at) => FIRST + at),
  );
  assert.deepEqual(world.asked.slice(2, 6), [
    "isp low/init.mp4",
    `isp low/${SEGMENT}.3.m4s`,
    `isp low/${SEGMENT}.4.m4s`,
    `isp low/${SEGMENT}.5.m4s`,
  ]);
  assert.equal(told.headers, 2);
});

test("too near to the playhead, the rung changes at the next place for decoding and the present one goes on until then", async () => {
  const playhead = (): number => startOf(grid, FIRST + 1);
  const { world, told, wanted, loader, pass } = stage(FIRST, { playhead });
  loader.start(FIRST);
  await pass(100);
  wanted.rung = low;
  loader.changeRung();
  await pass(1_400);
  loader.close();
  assert.deepEqual(told.parts.slice(0, 5), run(FIRST, 5));
  assert.equal(world.asked[3], `isp low/${SEGMENT}.3.m4s`);
});

test("without room ahead nothing is asked for, and it goes on when there is", async () => {
  let room = false;
  const { world, told, loader, pass } = stage(FIRST, { room: () => room });
  loader.start(FIRST);
  await pass(600);
  assert.deepEqual(world.asked, []);
  room = true;
  await pass(300);
  loader.close();
  assert.ok(told.parts.length > 0);
});

test("closed or begun anew, it leaves what is under way and says nothing of it", async () => {
  const { told, loader, pass } = stage(FIRST);
  loader.start(FIRST);
  await pass(100);
  loader.start(FIRST + 12);
  await pass(100);
  assert.equal(loader.next, FIRST + 12);
  loader.close();
  loader.close();
  await pass(6_000);
  assert.deepEqual(told.parts, [FIRST]);
  assert.deepEqual(told.failed, []);
});
