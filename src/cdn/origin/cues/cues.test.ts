import assert from "node:assert/strict";
import { test, type TestContext } from "node:test";
import { ms, utcMs } from "#base";
import type { Answer, HeaderList } from "#http";
import { type CueIndex, cueIndexSchema, cueSchema, parseJson } from "#protocol";
import { FIRST, originFixture, type OriginFixture } from "../originFixture.ts";
import { CueLog } from "./cueLog.ts";
import { CUE_HOLD_MS, CUES_KEPT, ENTRIES_PER_S, ENTRY_BURST, ENTRY_BYTES_LIMIT } from "./limits.ts";

const said = ({ body }: Answer): string => new TextDecoder().decode(body);
const goal = { v: 1, kind: "goal", data: { team: "home", minute: 67 } };

/** The fixture's own, as functions that stand alone, and what a desk does. */
interface Desk extends Pick<OriginFixture, "client" | "clock" | "url"> {
  readonly get: (path: string, headers?: HeaderList) => Promise<Answer>;
  readonly text: (path: string) => Promise<string>;
  readonly describe: (rendition: string) => void;
  readonly pushSegments: (rendition: string, count: number) => void;
  readonly enter: (entry: unknown, method?: string) => Promise<Answer>;
  readonly index: () => Promise<CueIndex>;
  /** Resolves when so many requests for the next cue are held. */
  readonly holds: (count: number) => Promise<void>;
}

async function desk(
  t: TestContext,
  settings: Parameters<typeof originFixture>[1] = {},
): Promise<Desk> {
  const fixture = await originFixture(t, settings);
  const { client, url } = fixture;
  const text = (path: string): Promise<string> => fixture.text(path);
  const held = async (): Promise<number> =>
    (JSON.parse(await text("/status")) as { cues: { holds: { held: number } } }).cues.holds.held;
  return {
    ...fixture,
    text,
    get: (path, headers) => fixture.get(path, headers),
    describe: (rendition) => fixture.describe(rendition),
    pushSegments: (rendition, count) => fixture.pushSegments(rendition, count),
    enter: (entry, method = "POST") =>
      client.fetch({
        method,
        url: `${url}/ingest/match/cues`,
        body: Buffer.from(typeof entry === "string" ? entry : JSON.stringify(entry)),
      }),
    index: async () => parseJson("cue index", cueIndexSchema, await text("/match/cues.json")),
    holds: async (count) => {
      while ((await held()) !== count);
    },
  };
}

test("an entry is numbered, and can be had under its number for ever the same", async (t) => {
  const { enter, get, index, clock } = await desk(t);
  const mediaTimeMs = Math.floor(clock.utc()) + 1_500;
  const entered = await enter({ ...goal, mediaTimeMs });
  const { next } = await index();
  assert.equal(entered.status, 201);
  const cue = parseJson("cue", cueSchema, said(entered));
  assert.deepEqual([cue.seq, cue.mediaTimeMs, cue.kind], [next - 1, mediaTimeMs, "goal"]);
  assert.equal(entered.headers.get("location"), `/match/cues/${cue.seq}.json`);
  const object = await get(`/match/cues/${cue.seq}.json`);
  assert.equal(said(object), said(entered));
  assert.match(object.headers.get("cache-control") ?? "", /max-age=3600, immutable/);
  const etag = object.headers.get("etag") ?? "";
  assert.match(etag, /^"/);
  const again = await get(`/match/cues/${cue.seq}.json`, [["If-None-Match", etag]]);
  assert.equal(again.status, 304);
});

test("an entry without a media time is what the camera sees now", async (t) => {
  const { enter, clock } = await desk(t, { startedLaterMs: 0.4 });
  const cue = parseJson("cue", cueSchema, said(await enter({ v: 1, kind: "card" })));
  assert.equal(cue.mediaTimeMs, Math.floor(clock.utc()));
  assert.deepEqual(cue.data, {});
});

test("who asks for the next number is held, and has the cue as it is entered", async (t) => {
  const { enter, get, index, holds } = await desk(t);
  const { next } = await index();
  const waiting = Array.from({ length: 20 }, () => get(`/match/cues/${next}.json`));
  await holds(20);
  const entered = await enter(goal);
  for (const answer of await Promise.all(waiting)) assert.equal(said(answer), said(entered));
});

test("a hold ends in 404 that nobody keeps; so does every later number, at once", async (t) => {
  const { get, index, clock, holds } = await desk(t);
  const { next } = await index();
  const later = await get(`/match/cues/${next + 1}.json`);
  assert.deepEqual([later.status, later.headers.get("cache-control")], [404, "no-store"]);
  const held = get(`/match/cues/${next}.json`);
  await holds(1);
  clock.advance(ms(CUE_HOLD_MS));
  assert.equal((await held).status, 404);
  assert.match(said(await held), /origin\/cue-not-yet/);
});

test("what is kept no more, or is of an earlier run, is gone, and the index tells the oldest", async (t) => {
  const { enter, get, index, clock } = await desk(t);
  const { first } = await index();
  for (let entry = 0; entry <= CUES_KEPT; entry += 1) {
    clock.advance(ms(1_000 / ENTRIES_PER_S));
    assert.equal((await enter({ v: 1, kind: "odds" })).status, 201);
  }
  const { oldest, next } = await index();
  assert.deepEqual([oldest, next], [first + 1, first + CUES_KEPT + 1]);
  for (const seq of [first, first - 1, 1]) {
    const gone = await get(`/match/cues/${seq}.json`);
    assert.deepEqual([gone.status, gone.headers.get("cache-control")], [410, "public, max-age=1"]);
  }
  assert.equal((await get(`/match/cues/${oldest}.json`)).status, 200);
});

test("a later run gives no number again that an earlier one gave at its fastest", () => {
  const log = new CueLog(utcMs(1_795_301_664_120.7));
  const seconds = 5;
  const most = ENTRY_BURST + seconds * ENTRIES_PER_S;
  let last = 0;
  for (let entry = 0; entry < most; entry += 1)
    last = log.add({ v: 1, kind: "odds", data: {} }, utcMs(1_795_301_664_121)).cue.seq;
  const later = new CueLog(utcMs(1_795_301_664_120.7 + seconds * 1_000)).index;
  assert.ok(later.first > last);
  assert.deepEqual([later.oldest, later.next], [later.first, later.first]);
});

test("each bad entry is refused with its reason, and counted under it", async (t) => {
  const { enter, clock, text } = await desk(t);
  const now = Math.floor(clock.utc());
  const cases = [
    { entry: "{", status: 400, code: "protocol/malformed" },
    { entry: { ...goal, kind: "kick" }, status: 400, code: "protocol/malformed" },
    { entry: { ...goal, v: 2 }, status: 400, code: "protocol/unknown-version" },
    { entry: { ...goal, data: { a: [1] } }, status: 400, code: "protocol/malformed" },
    {
      entry: { ...goal, mediaTimeMs: now + 60_001 },
      status: 409,
      code: "origin/cue-out-of-time",
    },
    {
      entry: { ...goal, mediaTimeMs: now - 60_001 },
      status: 409,
      code: "origin/cue-out-of-time",
    },
    { entry: "x".repeat(ENTRY_BYTES_LIMIT + 1), status: 413, code: "origin/cue-too-large" },
    { entry: goal, method: "PUT", status: 405, code: "origin/bad-entry" },
  ];
  for (const { entry, method, status, code } of cases) {
    const answer = await enter(entry, method);
    const told = JSON.parse(said(answer)) as { code: string; cure: string };
    assert.deepEqual([answer.status, told.code], [status, code]);
    assert.ok(told.cure.length > 0);
  }
  assert.equal((await enter({ ...goal, mediaTimeMs: now + 60_000 })).status, 201);
  const { cues } = JSON.parse(await text("/status")) as { cues: { refused: object } };
  assert.deepEqual(cues.refused, {
    ...{ method: 1, busy: 0, tooLarge: 1, broken: 0, storm: 0, malformed: 4, outOfTime: 2 },
  });
  assert.match(await text("/metrics"), /regista_origin_cues_refused_out_of_time_total 2/);
});

test("a storm of ten thousand within a second is refused but for its burst, and media is answered as before", async (t) => {
  const { enter, get, describe, pushSegments, clock, index, client, url } = await desk(t);
  describe("v360");
  describe("a128");
  pushSegments("v360", 3);
  pushSegments("a128", 3);
  clock.advance(ms(1_000));
  const media = ["/match/live.mpd", "/match/v360.m3u8", `/match/v360/${FIRST}.m4s`];
  const told = async (path: string): Promise<string> => {
    const answer = await get(path);
    return `${answer.status} ${said(answer)}`;
  };
  const before = await Promise.all(media.map(told));
  for (const answer of before) assert.match(answer, /^200 ./);
  const entry = Buffer.from(JSON.stringify(goal));
  const statuses = new Map<number, number>();
  const during: Promise<string[]>[] = [];
  const sender = async (count: number): Promise<void> => {
    for (let sent = 0; sent < count; sent += 1) {
      const answer = await client.fetch({
        method: "POST",
        url: `${url}/ingest/match/cues`,
        body: entry,
      });
      statuses.set(answer.status, (statuses.get(answer.status) ?? 0) + 1);
      if (sent % 50 === 0) during.push(Promise.all(media.map(told)));
    }
  };
  await Promise.all(Array.from({ length: 50 }, () => sender(200)));
  assert.deepEqual(
    [...statuses].toSorted(([a], [b]) => a - b),
    [
      [201, ENTRY_BURST],
      [429, 10_000 - ENTRY_BURST],
    ],
  );
  assert.ok(during.length >= 200);
  for (const answers of await Promise.all(during)) assert.deepEqual(answers, before);
  const { first, next } = await index();
  assert.equal(next - first, ENTRY_BURST);
  const refused = await enter(goal);
  assert.equal(refused.headers.get("retry-after"), "1");
  clock.advance(ms(1_000));
  assert.equal((await enter(goal)).status, 201);
});

test("an origin that does not number says where to go", async (t) => {
  const { enter, get } = await desk(t, { options: { cues: false } });
  for (const answer of [await enter(goal), await get("/match/cues.json")]) {
    assert.equal(answer.status, 404);
    assert.match(said(answer), /origin\/cues-elsewhere/);
  }
});

test("closing ends what is held", () => {
  const log = new CueLog(utcMs(1_000));
  const settled: unknown[] = [];
  log.awaitNext((kept) => settled.push(kept));
  log.close();
  assert.deepEqual(settled, [null]);
  assert.equal(log.waiting, 0);
});
