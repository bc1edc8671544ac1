import assert from "node:assert/strict";
import { test } from "node:test";
import { ms } from "#base";
import { readMediaPlaylist } from "#media/hls";
import { FIRST, originFixture } from "./originFixture.ts";

test("before anything was pushed, every manifest says so and when to ask again", async (t) => {
  const origin = await originFixture(t);
  for (const path of ["/match/main.m3u8", "/match/live.mpd", "/match/v720.m3u8"]) {
    const { status, headers, body } = await origin.get(path);
    assert.equal(status, 503);
    assert.equal(headers.get("retry-after"), "1");
    assert.equal(headers.get("cache-control"), "no-store");
    assert.match(new TextDecoder().decode(body), /origin\/not-started/);
  }
});

test("a playlist lists eighteen seconds, its newest parts, and the next part as a hint", async (t) => {
  const origin = await originFixture(t);
  origin.describe("v720");
  origin.describe("a128");
  origin.pushSegments("v720", 14);
  origin.push("v720", FIRST + 14, 1);
  origin.push("a128", FIRST + 14, 0);
  const playlist = readMediaPlaylist(await origin.text("/match/v720.m3u8"));
  assert.equal(playlist.mediaSequence, FIRST + 4);
  assert.equal(playlist.segments.length, 10);
  assert.deepEqual(
    playlist.segments.map(({ parts }) => parts.length),
    [0, 0, 0, 0, 0, 0, 0, 0, 6, 6],
  );
  assert.equal(playlist.segments[0]?.uri, `v720/${FIRST + 4}.m4s`);
  assert.equal(playlist.segments[0]?.startsAt, (FIRST + 4) * 1_920);
  assert.equal(playlist.growing?.parts.length, 2);
  assert.equal(playlist.preloadHint, `v720/${FIRST + 14}.2.m4s`);
  assert.deepEqual(playlist.renditionReports, [
    { uri: "a128.m3u8", lastSegment: FIRST + 14, lastPart: 0 },
  ]);
});

test("a held playlist is answered the moment its part is there, and not before", async (t) => {
  const origin = await originFixture(t);
  origin.describe("v720");
  origin.pushSegments("v720", 2);
  let answered = false;
  const answer = origin
    .get(`/match/v720.m3u8?_HLS_msn=${FIRST + 2}&_HLS_part=1`)
    .finally(() => (answered = true));
  await origin.held(1);
  origin.push("v720", FIRST + 2, 0);
  await origin.text("/match/v720.m3u8"); // another exchange passes in between
  assert.equal(answered, false);
  origin.push("v720", FIRST + 2, 1);
  const { status, headers, body } = await answer;
  assert.equal(status, 200);
  assert.equal(headers.get("cache-control"), "public, max-age=12");
  assert.equal(headers.get("content-type"), "application/vnd.apple.mpegurl");
  const playlist = readMediaPlaylist(new TextDecoder().decode(body));
  assert.equal(playlist.growing?.parts.length, 2);
});

test("a held playlist says how long it was held, so that nobody blames the network", async (t) => {
  const origin = await originFixture(t);
  origin.describe("v720");
  origin.pushSegments("v720", 1);
  const answer = origin.get(`/match/v720.m3u8?_HLS_msn=${FIRST + 1}&_HLS_part=0`);
  await origin.held(1);
  origin.clock.advance(ms(240));
  origin.push("v720", FIRST + 1, 0);
  const { headers } = await answer;
  assert.equal(headers.get("cmsd-static"), "ht=240,ot=m,sf=h,st=l");
});

test("without a part, a held playlist waits until the segment is complete", async (t) => {
  const origin = await originFixture(t);
  origin.describe("v720");
  origin.pushSegments("v720", 1);
  const answer = origin.text(`/match/v720.m3u8?_HLS_msn=${FIRST + 1}`);
  await origin.held(1);
  origin.push("v720", FIRST + 1, 4);
  await origin.held(1);
  origin.push("v720", FIRST + 1, 5);
  const playlist = readMediaPlaylist(await answer);
  assert.equal(playlist.mediaSequence + playlist.segments.length - 1, FIRST + 1);
});

test("a part beyond the last of a segment means the first of the next", async (t) => {
  const origin = await originFixture(t);
  origin.describe("v720");
  origin.pushSegments("v720", 1);
  const answer = origin.text(`/match/v720.m3u8?_HLS_msn=${FIRST}&_HLS_part=6`);
  await origin.held(1);
  origin.push("v720", FIRST + 1, 0);
  assert.equal(readMediaPlaylist(await answer).growing?.parts.length, 1);
});

test("what is too far ahead, or no directive at all, is refused at once", async (t) => {
  const origin = await originFixture(t);
  origin.describe("v720");
  origin.pushSegments("v720", 2);
  const code = async (query: string): Promise<string> => {
    const { status, body } = await origin.get(`/match/v720.m3u8?${query}`);
    assert.equal(status, 400, query);
    return (JSON.parse(new TextDecoder().decode(body)) as { code: string }).code;
  };
  assert.equal(await code(`_HLS_msn=${FIRST + 4}`), "origin/too-far-ahead");
  assert.equal(await code(`_HLS_msn=${FIRST + 3}&_HLS_part=4`), "origin/too-far-ahead");
  for (const query of [
    "_HLS_part=1",
    "_HLS_msn=-1",
    "_HLS_msn=x",
    "_HLS_msn=",
    "_HLS_msn=1&_HLS_msn=2",
    `_HLS_msn=${FIRST}&_HLS_part=1.5`,
    "_HLS_skip=NO",
  ])
    assert.equal(await code(query), "origin/bad-directive");
});

test("a held playlist whose part never comes is 503 after three target durations", async (t) => {
  const origin = await originFixture(t);
  origin.describe("v720");
  origin.pushSegments("v720", 2);
  const answer = origin.get(`/match/v720.m3u8?_HLS_msn=${FIRST + 2}&_HLS_part=0`);
  await origin.held(1);
  origin.clock.advance(ms(5_999));
  await origin.held(1);
  origin.clock.advance(ms(1));
  const { status, headers, body } = await answer;
  assert.equal(status, 503);
  assert.equal(headers.get("cache-control"), "no-store");
  assert.match(new TextDecoder().decode(body), /origin\/held-too-long/);
});

test("a delta update skips the older segments, and only when it is asked for", async (t) => {
  const origin = await originFixture(t);
  origin.describe("v720");
  origin.pushSegments("v720", 14);
  const whole = readMediaPlaylist(await origin.text("/match/v720.m3u8"));
  const delta = readMediaPlaylist(await origin.text("/match/v720.m3u8?_HLS_skip=YES"));
  assert.equal(whole.skippedSegments, 0);
  assert.equal(delta.skippedSegments, 3);
  assert.equal(delta.mediaSequence, whole.mediaSequence);
  assert.equal(delta.segments.length + 3, whole.segments.length);
});

test("two hundred waiters cost one rendering and get the same bytes", async (t) => {
  const origin = await originFixture(t);
  origin.describe("v720");
  origin.pushSegments("v720", 3);
  const path = `/match/v720.m3u8?_HLS_msn=${FIRST + 3}&_HLS_part=0`;
  const answers = Array.from({ length: 200 }, () => origin.text(path));
  await origin.held(200);
  origin.push("v720", FIRST + 3, 0);
  const texts = await Promise.all(answers);
  assert.equal(new Set(texts).size, 1);
  const status = JSON.parse(await origin.text("/status")) as {
    playlists: { rendered: number; answered: number };
    holds: { held: number; total: number };
  };
  assert.deepEqual(status.playlists, { rendered: 1, answered: 200 });
  assert.deepEqual([status.holds.held, status.holds.total], [0, 200]);
});

test("held requests have a limit, beyond which the answer is 503", async (t) => {
  const origin = await originFixture(t, { heldLimit: 1 });
  origin.describe("v720");
  origin.pushSegments("v720", 1);
  const path = `/match/v720.m3u8?_HLS_msn=${FIRST + 1}&_HLS_part=0`;
  const first = origin.get(path);
  await origin.held(1);
  const second = await origin.get(path);
  assert.equal(second.status, 503);
  assert.equal(second.headers.get("retry-after"), "1");
  assert.match(new TextDecoder().decode(second.body), /origin\/too-many-held/);
  origin.push("v720", FIRST + 1, 0);
  assert.equal((await first).status, 200);
});

test("a viewer who leaves frees what was held for it", async (t) => {
  const origin = await originFixture(t);
  origin.describe("v720");
  origin.pushSegments("v720", 1);
  const leaving = new AbortController();
  const answer = origin.client.fetch({
    method: "GET",
    url: `${origin.url}/match/v720.m3u8?_HLS_msn=${FIRST + 1}&_HLS_part=0`,
    signal: leaving.signal,
  });
  await origin.held(1);
  leaving.abort();
  await assert.rejects(answer);
  await origin.held(0);
});

test("a gap is told part by part, and as a whole when nothing of the segment came", async (t) => {
  const origin = await originFixture(t);
  origin.describe("v720");
  origin.push("v720", FIRST, 1);
  origin.store.declareGaps("v720", (FIRST + 2) * 6, origin.clock.utc());
  const playlist = readMediaPlaylist(await origin.text("/match/v720.m3u8"));
  assert.deepEqual(
    playlist.segments.map(({ gap, parts }) => [gap, parts.filter((part) => part.gap).length]),
    [
      [false, 4],
      [true, 6],
    ],
  );
});

test("a channel or rendition that does not exist is 404, with the reason", async (t) => {
  const origin = await originFixture(t);
  origin.describe("v720");
  origin.pushSegments("v720", 1);
  for (const [path, code] of [
    ["/match/v999.m3u8", "origin/unknown-rendition"],
    ["/match/v999/1.m4s", "origin/unknown-rendition"],
    ["/other/v720.m3u8", "origin/unknown-path"],
    ["/", "origin/unknown-path"],
  ] as const) {
    const { status, body } = await origin.get(path);
    assert.equal(status, 404);
    assert.match(new TextDecoder().decode(body), new RegExp(code));
  }
});
