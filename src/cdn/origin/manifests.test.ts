import assert from "node:assert/strict";
import { test } from "node:test";
import { ms } from "#base";
import { SETTLE_MS } from "./limits.ts";
import { FIRST, originFixture, type OriginFixture } from "./originFixture.ts";

const pathways = [
  { id: "isp-roma", url: "http://127.0.0.1:8092/" },
  { id: "ixp-roma", url: "http://127.0.0.1:8091" },
];
const steering = {
  hls: "http://director.example/steer/hls",
  dash: "http://director.example/steer/dash",
};

function settle(origin: OriginFixture): void {
  origin.clock.advance(ms(SETTLE_MS));
}

test("manifests appear once every rendition has a part and the ladder has stayed as it is", async (t) => {
  const origin = await originFixture(t);
  const status = async (): Promise<number> => (await origin.get("/match/live.mpd")).status;
  origin.describe("v720");
  origin.describe("a128");
  origin.push("v720", FIRST, 0);
  settle(origin);
  assert.equal(await status(), 503, "the sound has no part yet");
  origin.push("a128", FIRST, 0);
  assert.equal(await status(), 200);
});

test("a rendition that comes later changes both manifests, after it has settled", async (t) => {
  const origin = await originFixture(t);
  origin.describe("v720");
  origin.push("v720", FIRST, 0);
  settle(origin);
  const before = [await origin.text("/match/main.m3u8"), await origin.text("/match/live.mpd")];
  origin.describe("v360");
  origin.push("v360", FIRST, 0);
  assert.equal(await origin.text("/match/main.m3u8"), before[0]);
  settle(origin);
  for (const [index, path] of ["/match/main.m3u8", "/match/live.mpd"].entries()) {
    const text = await origin.text(path);
    assert.notEqual(text, before[index]);
    assert.match(text, /v360/);
  }
});

test("manifests do not change with every measurement of the bit rate", async (t) => {
  const origin = await originFixture(t);
  origin.describe("v720");
  origin.push("v720", FIRST, 0);
  settle(origin);
  const before = await origin.text("/match/live.mpd");
  origin.pushSegments("v720", 5);
  assert.equal(await origin.text("/match/live.mpd"), before);
});

test("every edge is named in both manifests, with the steering server", async (t) => {
  const origin = await originFixture(t, { options: { pathways, steering } });
  for (const rendition of ["v720", "v360", "a128"]) {
    origin.describe(rendition);
    origin.push(rendition, FIRST, 0);
  }
  settle(origin);
  const hls = await origin.text("/match/main.m3u8");
  assert.match(hls, /SERVER-URI="http:\/\/director\.example\/steer\/hls",PATHWAY-ID="isp-roma"/);
  assert.match(hls, /\nhttp:\/\/127\.0\.0\.1:8092\/match\/v720\.m3u8\n/);
  assert.match(hls, /\nhttp:\/\/127\.0\.0\.1:8091\/match\/v360\.m3u8\n/);
  const { body, headers } = await origin.get("/match/live.mpd");
  const mpd = new TextDecoder().decode(body);
  assert.equal(headers.get("content-type"), "application/dash+xml");
  assert.equal(headers.get("cache-control"), "public, max-age=1");
  assert.match(
    mpd,
    /<BaseURL serviceLocation="ixp-roma">http:\/\/127\.0\.0\.1:8091\/match\/<\/BaseURL>/,
  );
  assert.match(
    mpd,
    /defaultServiceLocation="isp-roma ixp-roma" queryBeforeStart="false">http:\/\/director\.example\/steer\/dash</,
  );
});

test("segments are announced when their first part is answerable, by the fixed delay told", async (t) => {
  const told = async (answerableDelayMs?: number): Promise<string | undefined> => {
    const origin = await originFixture(t, {
      options: answerableDelayMs === undefined ? {} : { answerableDelayMs },
    });
    origin.describe("v720");
    origin.push("v720", FIRST, 0);
    settle(origin);
    return /availabilityTimeOffset="([^"]+)"/.exec(await origin.text("/match/live.mpd"))?.[1];
  };
  assert.equal(await told(), "1.45");
  assert.equal(await told(60), "1.54");
  assert.equal(await told(5_000), "0");
});

test("players learn the time from the edge they play from, unless told otherwise", async (t) => {
  for (const [timeUrl, told] of [
    [null, "/time"],
    ["http://clock.example/time", "http://clock.example/time"],
  ] as const) {
    const origin = await originFixture(t, { options: { timeUrl } });
    origin.describe("a128");
    origin.push("a128", FIRST, 0);
    settle(origin);
    const mpd = await origin.text("/match/live.mpd");
    assert.ok(
      mpd.includes(`<UTCTiming schemeIdUri="urn:mpeg:dash:utc:http-iso:2014" value="${told}"/>`),
    );
  }
});
