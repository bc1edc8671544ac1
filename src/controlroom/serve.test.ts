import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, describe, it } from "node:test";
import { fastify } from "fastify";
import { Scope } from "#base";
import { systemClock } from "#base/clock";
import { silentLog } from "#base/log";
import { RegistaError } from "#base";
import { director, inputs, network, summary } from "./compose/matchFixture.ts";
import { type ControlRoomOptions, type Picture, startControlRoom } from "./index.ts";
import { ANSWER_LIMIT } from "./limits.ts";
import { mapOf } from "./network/mapFixture.ts";
import type { NetworkView } from "./network/view.ts";

const context = { clock: systemClock, log: silentLog };
/** A port that was free a moment ago: nothing listens there. */
const nowhere = await freed();

let scope = new Scope();
afterEach(async () => {
  await scope.close();
  scope = new Scope();
});

async function freed(): Promise<string> {
  const app = fastify();
  const url = await app.listen({ port: 0, host: "127.0.0.1" });
  await app.close();
  return url;
}

/** A party that answers every path with what `pages` holds under it. */
async function party(
  pages: Record<string, unknown>,
): Promise<{ url: string; close(): Promise<void> }> {
  const app = fastify({ forceCloseConnections: true });
  for (const [path, body] of Object.entries(pages))
    app.get(path, (_request, reply) => reply.type("application/json").send(body));
  const server = {
    url: await app.listen({ port: 0, host: "127.0.0.1" }),
    close: () => app.close(),
  };
  scope.defer(server.close);
  return server;
}

/** A folder with a page in it. */
async function page(): Promise<string> {
  const root = await mkdtemp(join(tmpdir(), "controlroom-"));
  scope.defer(() => rm(root, { recursive: true }));
  await writeFile(join(root, "index.html"), "<title>Control room</title>");
  return root;
}

const options = (over: Partial<ControlRoomOptions> = {}): ControlRoomOptions => ({
  port: 0,
  title: "Roma – Lazio",
  channel: "match",
  directorUrls: [nowhere],
  telemetryUrl: nowhere,
  originUrl: nowhere,
  broadcasterUrl: nowhere,
  exchanges: [],
  networks: [],
  watchUrl: "http://127.0.0.1:8080/",
  ...over,
});

const start = async (over: Partial<ControlRoomOptions> = {}): Promise<string> =>
  scope.own(await startControlRoom(options(over), context)).url;

/** The pictures of `/live` until one is as asked for. */
async function pictureWhen(url: string, good: (picture: Picture) => boolean): Promise<Picture> {
  const stop = new AbortController();
  const response = await fetch(`${url}/live`, { signal: stop.signal });
  assert.equal(response.headers.get("content-type"), "text/event-stream");
  let text = "";
  for await (const piece of (response.body as ReadableStream<Uint8Array>).pipeThrough(
    new TextDecoderStream(),
  )) {
    text += piece;
    const events = text.split("\n\n");
    text = events.pop() ?? "";
    for (const event of events) {
      if (!event.startsWith("data: ")) continue;
      const picture = JSON.parse(event.slice(6)) as Picture;
      if (!good(picture)) continue;
      stop.abort();
      return picture;
    }
  }
  throw new Error("the stream ended before such a picture came");
}

const wordOf = (picture: Picture, id: string): string | undefined =>
  picture.blocks.flatMap(({ rows }) => rows).find((row) => row.id === id)?.word;

const explanation = {
  ...{ v: 1, address: "93.34.1.1", network: null, prefix: null, cohort: "unknown" },
  ...{ steps: [], chosen: "mix-1", leastBad: true, paths: [], more: 0 },
};

describe("the network view", () => {
  const viewOf = async (url: string): Promise<NetworkView> =>
    (await (await fetch(`${url}/network`)).json()) as NetworkView;

  it("adds up what every director tells, and says which one is silent", async () => {
    const directors = await party({ "/a/map": mapOf(), "/b/map": mapOf() });
    const url = await start({
      directorUrls: [`${directors.url}/a/`, `${directors.url}/b`, nowhere],
    });
    let view = await viewOf(url);
    while (view.total.viewers === 0) view = await viewOf(url);
    assert.equal(view.title, "Roma – Lazio");
    assert.equal(view.total.viewers, 2 * mapOf().total.viewers);
    assert.deepEqual(
      view.directors.map(({ counted }) => counted),
      [true, true, false],
    );
    assert.match(view.directors[2]?.problem ?? "", /nothing listens there/);
    const live = await fetch(`${url}/network/live`);
    const reader = (live.body as ReadableStream<Uint8Array>).getReader();
    let text = "";
    while (!text.includes("data: ")) text += new TextDecoder().decode((await reader.read()).value);
    assert.match(text, /"declared":3/);
    await reader.cancel();
  });

  it("has an address explained by the first director that answers, and passes on a refusal", async () => {
    const directors = await party({ "/explain": explanation });
    const refusing = fastify({ forceCloseConnections: true });
    refusing.get("/explain", (_request, reply) =>
      reply.code(400).send({ code: "director/bad-address", error: "x is no address." }),
    );
    scope.defer(() => refusing.close());
    const no = await refusing.listen({ port: 0, host: "127.0.0.1" });
    const ask = async (...directorUrls: string[]) => {
      const answer = await fetch(`${await start({ directorUrls })}/network/explain?ip=93.34.1.1`);
      return { status: answer.status, body: (await answer.json()) as Record<string, unknown> };
    };
    const found = await ask(nowhere, directors.url);
    assert.deepEqual(found.body, { v: 1, director: directors.url, explanation });
    const refused = await ask(no, directors.url);
    assert.equal(refused.status, 400);
    assert.match(String(refused.body["error"]), /x is no address/);
    const none = await ask(nowhere);
    assert.deepEqual([none.status, none.body["code"]], [502, "controlroom/no-explanation"]);
  });
});

describe("the control room", () => {
  it("makes one picture of what everybody says, and shows it each second", async () => {
    const { broadcaster, origin } = inputs();
    const parties = await party({
      "/b/status": broadcaster.body,
      "/o/status": origin.body,
      "/d/state": director(),
      "/t/summary": summary(),
      "/i/network": network(12_874, "Fastweb", "it/roma"),
    });
    const url = await start({
      broadcasterUrl: `${parties.url}/b/`,
      originUrl: `${parties.url}/o`,
      directorUrls: [`${parties.url}/d`],
      telemetryUrl: `${parties.url}/t`,
      networks: [`${parties.url}/i`],
    });
    const picture = await pictureWhen(url, ({ headline }) => headline.viewers === 2);
    assert.equal(picture.title, "Roma – Lazio");
    assert.equal(wordOf(picture, "origin"), "up");
    const next = await pictureWhen(url, ({ at }) => at > picture.at);
    assert.ok(next.at - picture.at < 2_000);
    const history = (await (await fetch(`${url}/history`)).json()) as { points: unknown[] };
    assert.ok(history.points.length >= 2);
  });

  it("keeps the last word of a party that goes, with what is wrong and since when", async () => {
    const parties = await party({ "/state": director() });
    const url = await start({ directorUrls: [parties.url] });
    await pictureWhen(url, (picture) => wordOf(picture, "director") === "up");
    await parties.close();
    const picture = await pictureWhen(url, (picture) => wordOf(picture, "director") === "silent");
    const row = picture.blocks.flatMap(({ rows }) => rows).find(({ id }) => id === "director");
    assert.match(row?.why ?? "", /nothing listens there/);
    assert.ok(row && picture.at - row.since < 2_000);
    assert.equal(wordOf(picture, "edge isp-roma"), "not told");
    assert.deepEqual(
      picture.marks.map(({ kind }) => kind),
      ["party-lost"],
    );
  });

  it("says what is wrong with an answer that it cannot use", async () => {
    const parties = await party({
      "/state": { v: 1 },
      "/summary": "{",
      "/o/status": "[]",
      "/b/status": `"${"x".repeat(ANSWER_LIMIT)}"`,
    });
    const url = await start({
      directorUrls: [parties.url],
      telemetryUrl: parties.url,
      originUrl: `${parties.url}/o`,
      broadcasterUrl: `${parties.url}/b`,
      networks: [parties.url],
    });
    const picture = await pictureWhen(
      url,
      ({ blocks }) => blocks[0]?.rows[0]?.why?.includes("bytes") ?? false,
    );
    const why = (id: string): string =>
      picture.blocks.flatMap(({ rows }) => rows).find((row) => row.id === id)?.why ?? "";
    assert.match(why("director"), /malformed at channel/);
    assert.match(why("telemetry"), /not JSON/);
    assert.match(why("origin"), /not a JSON object/);
    assert.match(why(`network ${parties.url}/network`), /404/);
  });

  it("serves its page, and without one says how to build it", async () => {
    const url = await start({ root: await page() });
    const answer = await fetch(url);
    assert.equal(answer.status, 200);
    assert.match(answer.headers.get("cache-control") ?? "", /max-age=0/);
    assert.match(await answer.text(), /Control room/);
    const bare = await fetch(await start({ root: "/nowhere" }));
    assert.equal(bare.status, 503);
    assert.match(((await bare.json()) as { cure: string }).cure, /npm run build/);
  });

  it("shows its state and its counters, and nothing else", async () => {
    const url = await start();
    await pictureWhen(
      url,
      ({ blocks }) => blocks[0]?.rows[0]?.why?.includes("nothing listens") ?? false,
    );
    const status = (await (await fetch(`${url}/status`)).json()) as {
      role: string;
      counters: { failed: number };
    };
    assert.equal(status.role, "controlroom");
    assert.ok(status.counters.failed >= 4);
    assert.match(
      await (await fetch(`${url}/metrics`)).text(),
      /regista_control_room_pictures_total [1-9]/,
    );
    const elsewhere = await fetch(`${url}/elsewhere`);
    assert.equal(elsewhere.status, 404);
    assert.equal(((await elsewhere.json()) as { code: string }).code, "control/not-found");
  });

  it("refuses a port that is taken, and leaves nothing running", async () => {
    const taken = await start();
    await assert.rejects(
      startControlRoom(options({ port: Number(new URL(taken).port) }), context),
      (failure) => failure instanceof RegistaError && failure.code === "control/cannot-listen",
    );
  });

  it("closes with pages open, once and for all", async () => {
    const handle = await startControlRoom(options(), context);
    const response = await fetch(`${handle.url}/live`);
    await Promise.all([handle.close(), handle.close()]);
    await response.text();
    await assert.rejects(fetch(`${handle.url}/picture`));
  });
});
