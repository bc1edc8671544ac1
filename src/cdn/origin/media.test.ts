import assert from "node:assert/strict";
import { connect } from "node:net";
import { test } from "node:test";
import { ms } from "#base";
import type { ResponseSink } from "#http";
import {
  FIRST,
  originFixture,
  type OriginFixture,
  partBytes,
  segmentBytes,
  until,
} from "./originFixture.ts";

const text = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);
const partText = (segment: number, part: number): string => text(partBytes("v720", segment, part));
const code = (body: Uint8Array): string => (JSON.parse(text(body)) as { code: string }).code;

interface Watched {
  status: number;
  range: string | undefined;
  /** Transfer chunks so far. */
  chunks: string[];
  state: "open" | "ended" | "failed";
}

/** Reads an answer while it comes. */
function watch(origin: OriginFixture, path: string, range?: string): Watched {
  const watched: Watched = { status: 0, range: undefined, chunks: [], state: "open" };
  const sink: ResponseSink = {
    head: (status, headers) => {
      watched.status = status;
      watched.range = headers.get("content-range");
    },
    data: (bytes, chunk) => {
      watched.chunks[chunk] = (watched.chunks[chunk] ?? "") + text(bytes);
    },
    chunkEnd: () => undefined,
    end: () => (watched.state = "ended"),
    fail: () => (watched.state = "failed"),
  };
  const headers = range === undefined ? [] : [["Range", range] as const];
  origin.client.request({ method: "GET", url: origin.url + path, headers }, sink);
  return watched;
}

/** Resolves when so many requests read growing segments; each look is a request, which ends with the test. */
async function readers(origin: OriginFixture, count: number): Promise<void> {
  const status = JSON.parse(await origin.text("/status")) as { growingReaders: number };
  if (status.growingReaders !== count) await readers(origin, count);
}

async function live(t: Parameters<typeof originFixture>[0]): Promise<OriginFixture> {
  const origin = await originFixture(t);
  origin.describe("v720");
  origin.pushSegments("v720", 2);
  return origin;
}

test("media say of themselves what they are, how long, and since when they are there", async (t) => {
  const origin = await live(t);
  const segment = await origin.get(`/match/v720/${FIRST}.m4s`);
  assert.match(
    segment.headers.get("cmsd-static") ?? "",
    /^at=\d+,br=\d+,d=1920,n="origin",ot=v,st=l$/,
  );
  const part = await origin.get(`/match/v720/${FIRST}.1.m4s`);
  assert.match(part.headers.get("cmsd-static") ?? "", /^at=\d+,br=\d+,d=320,/);
  const header = await origin.get("/match/v720/init-hash-v720.mp4");
  assert.equal(header.headers.get("cmsd-static"), 'n="origin",ot=i,st=l');
});

test("a growing segment is one transfer chunk a part, each the moment it is there", async (t) => {
  const origin = await live(t);
  const segment = FIRST + 2;
  origin.push("v720", segment, 1);
  const watched = watch(origin, `/match/v720/${segment}.m4s`);
  await until(() => watched.chunks.length === 2);
  assert.deepEqual(watched.chunks, [partText(segment, 0), partText(segment, 1)]);
  origin.push("v720", segment, 2);
  await until(() => watched.chunks.length === 3);
  assert.equal(watched.state, "open");
  origin.push("v720", segment, 5);
  await until(() => watched.state !== "open");
  assert.equal(watched.state, "ended");
  assert.equal(watched.chunks.join(""), segmentBytes("v720", segment));
});

test("the next segment is waited for; the one after it is 404 that nobody keeps", async (t) => {
  const origin = await live(t);
  const next = watch(origin, `/match/v720/${FIRST + 2}.m4s`);
  await origin.held(1);
  const later = await origin.get(`/match/v720/${FIRST + 3}.m4s`);
  assert.deepEqual([later.status, later.headers.get("cache-control")], [404, "no-store"]);
  assert.equal(code(later.body), "origin/not-yet");
  assert.equal(next.status, 0, "no head before the first byte");
  origin.push("v720", FIRST + 2, 0);
  await until(() => next.chunks.length === 1);
  assert.equal(next.status, 200);
});

test("the next part is waited for; later ones are 404, and a part number beyond the last too", async (t) => {
  const origin = await live(t);
  const next = origin.get(`/match/v720/${FIRST + 2}.0.m4s`);
  await origin.held(1);
  for (const path of [`${FIRST + 2}.1`, `${FIRST + 1}.6`, `${FIRST + 9}.0`]) {
    const later = await origin.get(`/match/v720/${path}.m4s`);
    assert.equal(later.status, 404, path);
    assert.equal(later.headers.get("cache-control"), "no-store");
  }
  origin.push("v720", FIRST + 2, 0);
  const { status, headers, body } = await next;
  assert.equal(status, 200);
  assert.equal(text(body), partText(FIRST + 2, 0));
  assert.equal(headers.get("content-type"), "video/mp4");
  assert.equal(headers.get("cache-control"), "public, max-age=3600, immutable");
});

test("a part or segment before the window is 404", async (t) => {
  const origin = await originFixture(t, { storeLimits: { windowMs: 4_000 } });
  origin.describe("v720");
  origin.pushSegments("v720", 8);
  for (const object of [`${FIRST}`, `${FIRST}.0`]) {
    const { status, body } = await origin.get(`/match/v720/${object}.m4s`);
    assert.deepEqual([status, code(body)], [404, "origin/expired"]);
  }
});

test("the ETag is the same from the first byte to the last, and another one after a restart", async (t) => {
  const origin = await live(t);
  const segment = FIRST + 2;
  origin.push("v720", segment, 0);
  const path = `/match/v720/${segment}.m4s`;
  const head = (): Promise<string | undefined> =>
    origin.client
      .fetch({ method: "HEAD", url: origin.url + path })
      .then(({ headers }) => headers.get("etag"));
  const growing = await head();
  assert.match(growing ?? "", /^"origin-\w+-hash-v720-935055"$/);
  origin.push("v720", segment, 5);
  assert.equal(await head(), growing);
  const unchanged = await origin.get(path, [["If-None-Match", growing ?? ""]]);
  assert.deepEqual([unchanged.status, unchanged.body.length], [304, 0]);
  const restarted = await originFixture(t, { startedLaterMs: 1 });
  const twin = await originFixture(t, { options: { node: "origin-2" } });
  for (const other of [restarted, twin]) {
    other.describe("v720");
    other.pushSegments("v720", 3);
    assert.notEqual((await other.get(path)).headers.get("etag"), growing);
  }
});

test("ranges of a complete segment are exact, also across its parts", async (t) => {
  const origin = await live(t);
  const path = `/match/v720/${FIRST}.m4s`;
  const whole = segmentBytes("v720", FIRST);
  const cases = [
    ["bytes=0-0", 0, 1],
    ["bytes=30-90", 30, 91],
    ["bytes=10-", 10, whole.length],
    ["bytes=-7", whole.length - 7, whole.length],
    ["bytes=0-999999", 0, whole.length],
  ] as const;
  for (const [range, from, to] of cases) {
    const { status, headers, body } = await origin.get(path, [["Range", range]]);
    assert.equal(status, 206, range);
    assert.equal(text(body), whole.slice(from, to));
    assert.equal(headers.get("content-range"), `bytes ${from}-${to - 1}/${whole.length}`);
  }
  const beyond = await origin.get(path, [["Range", "bytes=99999-"]]);
  assert.deepEqual(
    [beyond.status, beyond.headers.get("content-range")],
    [416, `bytes */${whole.length}`],
  );
});

test("a range of another source's object is not joined to ours: all of it is sent", async (t) => {
  const origin = await live(t);
  const headers = [
    ["Range", "bytes=5-9"],
    ["If-Range", '"another"'],
  ] as const;
  const { status, body } = await origin.get(`/match/v720/${FIRST}.m4s`, headers);
  assert.equal(status, 200);
  assert.equal(text(body), segmentBytes("v720", FIRST));
});

test("a closed range of a growing segment streams as its bytes come, and ends before the segment does", async (t) => {
  const origin = await live(t);
  const segment = FIRST + 2;
  origin.push("v720", segment, 0);
  const watched = watch(origin, `/match/v720/${segment}.m4s`, "bytes=10-100");
  await until(() => watched.chunks.length === 1);
  assert.deepEqual([watched.status, watched.range], [206, "bytes 10-100/*"]);
  assert.equal(watched.chunks.join(""), segmentBytes("v720", segment).slice(10, 40));
  origin.push("v720", segment, 2);
  await until(() => watched.state === "ended");
  assert.equal(watched.chunks.join(""), segmentBytes("v720", segment).slice(10, 101));
});

test("a range without an end gets all of a growing segment", async (t) => {
  const origin = await live(t);
  const segment = FIRST + 2;
  origin.push("v720", segment, 0);
  for (const range of ["bytes=10-", "bytes=-10"]) {
    const watched = watch(origin, `/match/v720/${segment}.m4s`, range);
    await until(() => watched.chunks.length === 1);
    assert.equal(watched.status, 200);
    assert.equal(watched.chunks[0], partText(segment, 0));
  }
});

test("a very large last position asks for all that will come (RFC 8673)", async (t) => {
  const origin = await live(t);
  const segment = FIRST + 2;
  origin.push("v720", segment, 0);
  const watched = watch(origin, `/match/v720/${segment}.m4s`, "bytes=10-999999999999999");
  await until(() => watched.chunks.length === 1);
  assert.deepEqual([watched.status, watched.range], [206, "bytes 10-999999999999999/*"]);
  origin.push("v720", segment, 5);
  await until(() => watched.state !== "open");
  assert.equal(watched.state, "ended");
  assert.equal(watched.chunks.join(""), segmentBytes("v720", segment).slice(10));
});

test("a promised range that the growing segment does not fill is broken off, never ended", async (t) => {
  const origin = await live(t);
  const segment = FIRST + 2;
  origin.push("v720", segment, 0);
  const watched = watch(origin, `/match/v720/${segment}.m4s`, "bytes=10-99999");
  await until(() => watched.chunks.length === 1);
  origin.push("v720", segment, 5);
  await until(() => watched.state !== "open");
  assert.equal(watched.state, "failed");
});

test("a range that a growing segment never reaches is 416", async (t) => {
  const origin = await live(t);
  const segment = FIRST + 2;
  origin.push("v720", segment, 0);
  const answer = origin.get(`/match/v720/${segment}.m4s`, [["Range", "bytes=5000-5001"]]);
  await readers(origin, 1);
  origin.push("v720", segment, 5);
  const { status, headers } = await answer;
  const { length } = segmentBytes("v720", segment);
  assert.deepEqual([status, headers.get("content-range")], [416, `bytes */${length}`]);
});

test("a missing part is 404 for a second; its segment is what there is of it", async (t) => {
  const origin = await live(t);
  const segment = FIRST + 2;
  origin.push("v720", segment, 1);
  const watched = watch(origin, `/match/v720/${segment}.m4s`);
  await until(() => watched.chunks.length === 2);
  origin.store.declareGaps("v720", segment * 6 + 3, origin.clock.utc());
  origin.push("v720", segment, 5);
  await until(() => watched.state === "ended");
  assert.deepEqual(
    watched.chunks,
    [0, 1, 3, 4, 5].map((part) => partText(segment, part)),
  );
  const missing = await origin.get(`/match/v720/${segment}.2.m4s`);
  assert.deepEqual([missing.status, code(missing.body)], [404, "origin/gap"]);
  assert.equal(missing.headers.get("cache-control"), "public, max-age=1");
  origin.store.declareGaps("v720", (segment + 2) * 6, origin.clock.utc());
  const hole = await origin.get(`/match/v720/${segment + 1}.m4s`);
  assert.deepEqual([hole.status, code(hole.body)], [404, "origin/gap"]);
});

test("a growing segment whose parts stop coming is broken off, never ended", async (t) => {
  const origin = await live(t);
  const segment = FIRST + 2;
  origin.push("v720", segment, 0);
  const watched = watch(origin, `/match/v720/${segment}.m4s`);
  await until(() => watched.chunks.length === 1);
  origin.clock.advance(ms(10_000));
  await until(() => watched.state !== "open");
  assert.equal(watched.state, "failed");
});

test("a header is served under the name of its bytes, and under no other", async (t) => {
  const origin = await live(t);
  const header = await origin.get("/match/v720/init-hash-v720.mp4");
  assert.equal(text(header.body), "header of v720");
  assert.equal(header.headers.get("etag"), '"hash-v720"');
  assert.equal((await origin.get("/match/v720/init-00000000.mp4")).status, 404);
});

test("every answer may be read from any page, and a preflight is answered for a day", async (t) => {
  const origin = await live(t);
  for (const path of [
    "/match/v720.m3u8",
    `/match/v720/${FIRST}.m4s`,
    "/match/nothing",
    "/status",
  ]) {
    const { headers } = await origin.get(path);
    assert.equal(headers.get("access-control-allow-origin"), "*", path);
    assert.equal(headers.get("timing-allow-origin"), "*", path);
  }
  const url = `${origin.url}/match/v720.m3u8`;
  const preflight = await origin.client.fetch({ method: "OPTIONS", url });
  assert.deepEqual(
    [preflight.status, preflight.headers.get("access-control-max-age")],
    [204, "86400"],
  );
  const refused = await origin.client.fetch({ method: "DELETE", url });
  assert.deepEqual([refused.status, refused.headers.get("allow")], [405, "GET, HEAD, OPTIONS"]);
});

test("paths that two servers could read in two ways are refused", async (t) => {
  const origin = await live(t);
  const socket = connect({ port: Number(new URL(origin.url).port), host: "127.0.0.1" });
  t.after(() => socket.destroy());
  let answer = "";
  socket.on("data", (bytes) => (answer += bytes.toString("latin1")));
  socket.write("GET /match/../match/v720.m3u8 HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
  await until(() => answer.includes("\r\n\r\n"));
  assert.match(answer, /^HTTP\/1\.1 400 /);
});

test("counters are shown to people and to Prometheus", async (t) => {
  const origin = await live(t);
  const status = JSON.parse(await origin.text("/status")) as Record<string, unknown>;
  assert.equal(status["role"], "origin");
  assert.deepEqual((status["renditions"] as { newest: unknown }[])[0]?.newest, {
    segment: FIRST + 1,
    part: 5,
  });
  const metrics = await origin.text("/metrics");
  assert.match(metrics, /regista_origin_parts_total 12\n/);
  assert.match(metrics, /regista_origin_renditions 1\n/);
  assert.match(await origin.text("/time"), /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
});
