import assert from "node:assert/strict";
import { test } from "node:test";
import { ms, RegistaError, utcMs } from "#base";
import { NON_SYNC_FLAGS, readFragment, SYNC_FLAGS, writeFragment } from "#media/cmaf";
import {
  longPartGrid,
  partEnd,
  partStart,
  partStartTicks,
  segmentStart,
  standardGrid,
} from "#media/grid";
import { BoxSplitter, findBox, readBoxes, utcOfNtp, writeBoxes } from "#media/isobmff";
import { Bench, framesOf, kinds, SEGMENT, settled } from "./fixtures/encoder.ts";
import { BODIES_LIMIT, BODY_BYTES_LIMIT, EVENT_BYTES_LIMIT, HEADER_BYTES_LIMIT } from "./limits.ts";

const url = "/ingest/match/v720/1.m4s";

/** Sends single frames of one part, each a fragment of its own. */
function frame(options: {
  ticks: number;
  duration?: number;
  key?: boolean;
  count?: number;
  size?: number;
}): Uint8Array {
  const { ticks, duration = 3_600, key = true, count = 1, size = 10 } = options;
  const flags = key ? SYNC_FLAGS : NON_SYNC_FLAGS;
  const sample = { duration, compositionOffset: 0, flags, bytes: new Uint8Array(size) };
  return writeFragment({
    sequence: 1,
    trackId: 1,
    decodeTime: ticks,
    samples: Array.from({ length: count }, () => sample),
  });
}
const start = partStartTicks(standardGrid, { segment: SEGMENT, part: 0 }, 90_000);

async function live(): Promise<Bench> {
  const bench = new Bench();
  await bench.header("v720");
  return bench;
}

test("frames pushed one by one become a part in the turn in which the last of them comes", async () => {
  const bench = await live();
  const push = bench.push(url);
  const frames = framesOf({ segment: SEGMENT, part: 0 });
  bench.clock.advance(ms(320));
  push.body.send(...frames.slice(0, 7));
  await settled();
  assert.equal(bench.store.newest("v720"), null);
  let heard = 0;
  bench.store.onPart(() => (heard += 1));
  push.body.send(frames[7] as Uint8Array);
  await settled();
  assert.equal(heard, 1);
  assert.deepEqual(bench.store.newest("v720"), { segment: SEGMENT, part: 0 });
  push.body.end();
  assert.equal((await push.answered).status, 200);
});

test("a part is styp, prft of its capture, moof and mdat, with every frame in its place", async () => {
  const bench = await live();
  await bench.segment("v720", SEGMENT);
  const parts = bench.store.parts("v720", SEGMENT);
  assert.equal(parts.length, 6);
  for (const part of parts) {
    const boxes = new BoxSplitter().push(part.bytes);
    const names = boxes.map(({ fourcc }) => fourcc);
    assert.deepEqual(names, [...(part.part === 0 ? ["styp"] : []), "prft", "moof", "mdat"]);
    const [moof, mdat] = boxes.slice(-2);
    assert.ok(moof && mdat);
    const pair = { moof: moof.bytes, mdat: mdat.bytes, mdatHeaderLength: mdat.headerLength };
    const fragment = readFragment(pair, { trackId: 1, duration: 0, size: 0, flags: 0 });
    assert.equal(fragment.decodeTime, partStartTicks(standardGrid, part, 90_000));
    assert.deepEqual(
      fragment.samples.map(({ bytes }) => bytes[0]),
      [1, 2, 3, 4, 5, 6, 7, 8],
    );
    const prft = findBox(readBoxes(part.bytes), "prft");
    assert.equal(prft?.mediaTime, fragment.decodeTime);
    assert.ok(Math.abs(utcOfNtp(prft.ntp) - part.captureMs) < 0.001);
    assert.equal(part.captureMs, partStart(standardGrid, part));
    assert.equal(part.independent, part.part % 3 === 0);
    assert.equal(part.frames, 8);
  }
});

test("the header says what the track is; its bytes are served as they came", async () => {
  const bench = await live();
  await bench.header("a128-it", "audio");
  const [video, audio] = bench.store.tracks();
  assert.equal(video?.codec, "avc1.42c00a");
  assert.deepEqual([video?.width, video?.height], [64, 36]);
  assert.deepEqual(video?.init.bytes, kinds.video.header);
  assert.match(video?.init.hash ?? "", /^[0-9a-f]{8}$/);
  assert.deepEqual(
    [audio?.codec, audio?.channels, audio?.sampleRate, audio?.language],
    ["mp4a.40.2", 2, 48_000, "ita"],
  );
});

test("sound and long parts are joined as video and short ones are", async () => {
  const bench = new Bench({ grid: longPartGrid });
  await bench.header("a128", "audio");
  const long = { kind: "audio", grid: longPartGrid } as const;
  const frames = [0, 1, 2].flatMap((part) => {
    const first = framesOf({ segment: SEGMENT, part }, long);
    const ticks = partStartTicks(longPartGrid, { segment: SEGMENT, part }, 48_000) + 15 * 1_024;
    const rest = Array.from({ length: 15 }, (_, index) =>
      frame({ ticks: ticks + index * 1_024, duration: 1_024 }),
    );
    return [...first, ...rest];
  });
  bench.at(segmentStart(longPartGrid, SEGMENT + 1));
  assert.equal((await bench.post("/ingest/match/a128/1.m4s", frames)).status, 200);
  assert.deepEqual(
    bench.store.parts("a128", SEGMENT).map((part) => part.frames),
    [30, 30, 30],
  );
});

test("however the body is cut on its way, the same parts come out, and first bytes are timed", async () => {
  const bench = await live();
  const frames = framesOf({ segment: SEGMENT, part: 0 });
  const whole = Buffer.concat(frames);
  const push = bench.push(url);
  push.body.send(whole.subarray(0, 3));
  await settled();
  bench.clock.advance(ms(320));
  for (let at = 3; at < whole.length; at += 17) push.body.send(whole.subarray(at, at + 17));
  push.body.end();
  await push.answered;
  const [part] = bench.store.parts("v720", SEGMENT);
  assert.equal(part?.frames, 8);
  const began = segmentStart(standardGrid, SEGMENT);
  assert.deepEqual([part?.firstByteAt, part?.lastByteAt], [began, utcMs(began + 320)]);
});

test("a sample as long as the part fills it alone", async () => {
  const bench = await live();
  const reply = await bench.post(url, [frame({ ticks: start, duration: 28_800 })]);
  assert.equal(reply.status, 200);
  assert.equal(bench.store.parts("v720", SEGMENT)[0]?.frames, 1);
});

test("several whole parts may come in one piece, and event messages travel with theirs", async () => {
  const bench = await live();
  const event = writeBoxes([{ type: "raw", fourcc: "emsg", payload: Uint8Array.of(7) }]);
  const first = framesOf({ segment: SEGMENT, part: 0 });
  const second = framesOf({ segment: SEGMENT, part: 1 });
  await bench.post(url, [Buffer.concat([...first, event, ...second])]);
  const parts = bench.store.parts("v720", SEGMENT);
  const names = parts.map(({ bytes }) =>
    new BoxSplitter()
      .push(bytes)
      .map(({ fourcc }) => fourcc)
      .join(" "),
  );
  assert.deepEqual(names, ["styp prft moof mdat", "prft emsg moof mdat"]);
});

test("a frame that the encoder lost is made up by holding the one before, and counted", async () => {
  const bench = await live();
  const frames = framesOf({ segment: SEGMENT, part: 0 });
  const without = [
    ...frames.slice(0, 3),
    ...frames.slice(4, 7),
    ...framesOf({ segment: SEGMENT, part: 1 }),
  ];
  assert.equal((await bench.post(url, without)).status, 200);
  assert.deepEqual(
    bench.store.parts("v720", SEGMENT).map((part) => part.frames),
    [6, 8],
  );
  assert.equal(bench.ingest.counters.stretchedSamples, 2);
});

test("the last part of a body that ends a frame short is made whole", async () => {
  const bench = await live();
  await bench.post(url, framesOf({ segment: SEGMENT, part: 0 }).slice(0, 7));
  assert.equal(bench.store.parts("v720", SEGMENT)[0]?.frames, 7);
});

test("a part of which more than half is missing is dropped, and counted", async () => {
  const bench = await live();
  const few = framesOf({ segment: SEGMENT, part: 0 }).slice(0, 3);
  assert.equal((await bench.post(url, few)).status, 200);
  assert.deepEqual(bench.store.parts("v720", SEGMENT), []);
  assert.equal(bench.ingest.counters.droppedSamples, 3);
});

test("fragments off the grid are refused with the reason", async () => {
  const reasons: [string, Uint8Array[]][] = [
    ["past its part's end", [frame({ ticks: start, duration: 28_801 })]],
    ["its part began 3600 ticks before", [frame({ ticks: start + 3_600 })]],
    ["before the one before it ends", [frame({ ticks: start }), frame({ ticks: start + 3_599 })]],
    ["are missing before it", [frame({ ticks: start }), frame({ ticks: start + 20_000 })]],
    ["does not begin with a key frame", [frame({ ticks: start, key: false })]],
  ];
  for (const [reason, pieces] of reasons) {
    const bench = await live();
    const reply = await bench.post(url, pieces);
    assert.deepEqual([reply.status, reply.code], [409, "packager/off-grid"]);
    assert.ok(reply.body.includes(reason), reply.body);
    assert.equal(bench.ingest.counters.refusedBodies, 1);
  }
});

test("a body that runs into the next segment is refused, unless endless bodies are allowed", async () => {
  const pieces = [SEGMENT, SEGMENT + 1].flatMap((segment) =>
    [0, 1, 2, 3, 4, 5].flatMap((part) => framesOf({ segment, part })),
  );
  const bench = await live();
  bench.at(segmentStart(standardGrid, SEGMENT + 2));
  const reply = await bench.post(url, pieces);
  assert.deepEqual([reply.status, reply.code], [409, "packager/one-segment"]);
  const tolerant = new Bench({ endlessBodies: true });
  await tolerant.header("v720");
  tolerant.at(segmentStart(standardGrid, SEGMENT + 2));
  assert.equal((await tolerant.post(url, pieces)).status, 200);
  assert.equal(tolerant.store.isComplete("v720", SEGMENT + 1), true);
});

test("times that do not belong to now are refused", async () => {
  const bench = await live();
  for (const segment of [0, SEGMENT - 10, SEGMENT + 3, SEGMENT * 2]) {
    const reply = await bench.post(url, framesOf({ segment, part: 0 }));
    assert.deepEqual([reply.status, reply.code], [409, "packager/not-now"], String(segment));
  }
});

test("the same header again is fine, one that decodes otherwise is refused while the rendition is live", async () => {
  const bench = await live();
  await bench.segment("v720", SEGMENT);
  assert.equal((await bench.header("v720")).status, 200);
  const reply = await bench.header("v720", "audio");
  assert.deepEqual([reply.status, reply.code], [409, "packager/header-changed"]);
  assert.equal(bench.store.tracks()[0]?.codec, "avc1.42c00a");
});

test("a header that differs in nothing a decoder sees is taken, and the served one stays", async () => {
  const bench = await live();
  await bench.segment("v720", SEGMENT);
  const boxes = readBoxes(kinds.video.header).map((box) =>
    box.type === "moov"
      ? {
          ...box,
          children: box.children.map((child) =>
            child.type === "mvhd" ? { ...child, creationTime: 7 } : child,
          ),
        }
      : box,
  );
  const served = bench.store.tracks()[0]?.init;
  assert.equal((await bench.post(url, [writeBoxes(boxes)])).status, 200);
  assert.equal(bench.store.tracks()[0]?.init, served);
  assert.equal((await bench.segment("v720", SEGMENT + 1)).status, 200);
});

test("another header is welcome once the window holds no media of the old one", async () => {
  const bench = await live();
  await bench.segment("v720", SEGMENT);
  bench.clock.advance(ms(60_000));
  assert.equal((await bench.header("v720", "audio")).status, 200);
  assert.equal(bench.store.tracks()[0]?.codec, "mp4a.40.2");
});

test("media without a header gets 412, so that the encoder sends it again", async () => {
  const bench = new Bench();
  const reply = await bench.post(url, framesOf({ segment: SEGMENT, part: 0 }));
  assert.deepEqual([reply.status, reply.code], [412, "packager/no-header"]);
  const both = [kinds.video.header, ...framesOf({ segment: SEGMENT, part: 0 })];
  assert.equal((await bench.post(url, both)).status, 200);
  assert.equal(bench.store.parts("v720", SEGMENT).length, 1);
});

test("each kind of bad request has its status and code", async () => {
  const bench = await live();
  const frames = framesOf({ segment: SEGMENT, part: 0 });
  const [moof] = new BoxSplitter().push(frames[0] as Uint8Array);
  assert.ok(moof);
  const box = (fourcc: string, size: number): Uint8Array =>
    writeBoxes([{ type: "raw", fourcc, payload: new Uint8Array(size) }]);
  const big = box("emsg", EVENT_BYTES_LIMIT);
  const hevc = writeBoxes(
    readBoxes(kinds.video.header).map((one) =>
      one.type === "moov"
        ? {
            ...one,
            children: [
              ...one.children,
              { type: "raw", fourcc: "x264", payload: new Uint8Array(HEADER_BYTES_LIMIT) },
            ],
          }
        : one,
    ),
  );
  const cases: [number, string, Promise<{ status: number; code: string }>][] = [
    [404, "packager/unknown-channel", bench.post("/ingest/other/v720/1.m4s", frames)],
    [400, "packager/bad-path", bench.post("/ingest/match/", frames)],
    [405, "packager/bad-method", bench.push(url, { method: "DELETE" }).answered],
    [400, "isobmff/malformed", bench.post(url, [new Uint8Array(20)])],
    [413, "isobmff/too-large", bench.post(url, [Buffer.from("<?xml version")])],
    [400, "packager/broken-body", bench.post(url, [moof.bytes])],
    [400, "packager/broken-body", bench.post(url, [moof.bytes, moof.bytes])],
    [400, "packager/broken-body", bench.post(url, [box("mdat", 4)])],
    [400, "packager/broken-body", bench.post(url, [box("free", 40).subarray(0, 30)])],
    [413, "packager/too-large", bench.post(url, [big])],
    [413, "packager/too-large", bench.post(url, [hevc])],
    [400, "cmaf/bad-header", bench.post(url, [kinds.video.header.subarray(0, 28), box("moov", 0)])],
  ];
  for (const [status, code, answer] of cases) {
    const reply = await answer;
    assert.deepEqual([reply.status, reply.code], [status, code]);
  }
  assert.equal(bench.ingest.counters.openBodies, 0);
  assert.equal((await bench.post(url, frames)).status, 200);
});

test("a body at its limit passes, one byte more is refused", async () => {
  const bench = await live();
  const free = writeBoxes([{ type: "raw", fourcc: "free", payload: new Uint8Array(2 ** 20 - 8) }]);
  const pieces = Array.from({ length: BODY_BYTES_LIMIT / 2 ** 20 }, () => free);
  assert.equal((await bench.post(url, pieces)).status, 200);
  const reply = await bench.post(url, [...pieces, free.subarray(0, 1)]);
  assert.deepEqual([reply.status, reply.code], [413, "packager/too-large"]);
});

test("so many bodies may be open and no more; the next is told to come back", async () => {
  const bench = await live();
  const open = Array.from({ length: BODIES_LIMIT }, () => bench.push(url));
  await settled();
  const reply = await bench.post(url, []);
  assert.deepEqual([reply.status, reply.code], [503, "packager/busy"]);
  for (const { body } of open) body.end();
  await Promise.all(open.map(({ answered }) => answered));
  assert.equal(bench.ingest.counters.openBodies, 0);
});

test("an empty request tests the publishing point, and manifests are taken and ignored", async () => {
  const bench = new Bench();
  assert.equal((await bench.post(url, [])).status, 200);
  assert.equal((await bench.post("/ingest/match/live.mpd", [Buffer.from("<MPD/>")])).status, 200);
  assert.equal(bench.ingest.counters.ignoredManifests, 1);
});

test("a connection that breaks loses the frames of the part under way and nothing else", async () => {
  const bench = await live();
  const push = bench.push(url);
  push.body.send(
    ...framesOf({ segment: SEGMENT, part: 0 }),
    ...framesOf({ segment: SEGMENT, part: 1 }).slice(0, 5),
  );
  await settled();
  push.reply.gone = true;
  const row = { kind: "world", status: 400, says: "cut", cure: "again" } as const;
  push.body.break(new RegistaError("http/cut", row, {}));
  await push.answered;
  assert.equal(bench.store.parts("v720", SEGMENT).length, 1);
  assert.deepEqual(
    [bench.ingest.counters.droppedSamples, bench.ingest.counters.brokenBodies],
    [5, 1],
  );
});

test("a broken body of one rendition does not touch another", async () => {
  const bench = await live();
  await bench.header("v480");
  const good = bench.push("/ingest/match/v480/1.m4s");
  const frames = framesOf({ segment: SEGMENT, part: 0 });
  good.body.send(...frames.slice(0, 4));
  await settled();
  assert.equal((await bench.post(url, [new Uint8Array(64)])).status, 400);
  good.body.send(...frames.slice(4)).end();
  assert.equal((await good.answered).status, 200);
  assert.deepEqual(bench.store.newest("v480"), { segment: SEGMENT, part: 0 });
  assert.equal(bench.store.newest("v720"), null);
});

test("a real segment end to end takes no longer than its last frame: nothing waits for the body's end", async () => {
  const bench = await live();
  const push = bench.push(url);
  for (let part = 0; part < 6; part += 1) {
    bench.at(partEnd(standardGrid, { segment: SEGMENT, part }));
    push.body.send(...framesOf({ segment: SEGMENT, part }));
    await settled();
    assert.deepEqual(bench.store.newest("v720"), { segment: SEGMENT, part });
  }
  push.body.end();
  await push.answered;
});
