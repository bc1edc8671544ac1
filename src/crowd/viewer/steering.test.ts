// Plays: viewers that a director steers, on channels of short parts, side by side in real time.
import assert from "node:assert/strict";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { describe, test, type TestContext } from "node:test";
import { numbersOf } from "#base";
import { dashPlan } from "./dashPlan.ts";
import { edgeAddress } from "./edgeAddress.ts";
import { readLadder } from "./hlsLadder.ts";
import { EDGE_DISTRUST_MS, STEERED_EDGES_LIMIT } from "./limits.ts";
import { LiveChannel } from "./liveFixture.ts";
import { baseOf, placesOf, readSteering, type SteeringAnswer } from "./pathways.ts";
import { Retries } from "./retries.ts";
import type { ViewerOptions } from "./types.ts";
import { clean, plays, until, watch } from "./watchFixture.ts";

interface Director {
  readonly url: string;
  /** What was asked for, in order. */
  readonly asked: string[];
  readonly kill: () => void;
}

/** A director that answers as `answer` says, half a second's time to live. */
async function director(
  t: TestContext,
  answer: (request: IncomingMessage, response: ServerResponse) => void,
): Promise<Director> {
  const asked: string[] = [];
  const server = createServer((request, response) => {
    asked.push(request.url ?? "");
    answer(request, response);
  });
  await new Promise<void>((resolve) => void server.listen(0, "127.0.0.1", resolve));
  const kill = (): void => {
    server.close();
    server.closeAllConnections();
  };
  t.after(kill);
  const { port } = server.address() as { port: number };
  return { url: `http://127.0.0.1:${port}`, asked, kill };
}

const saying =
  (body: () => object) =>
  (_: IncomingMessage, response: ServerResponse): void =>
    void response.end(JSON.stringify({ VERSION: 1, TTL: 0.5, ...body() }));

/** HOST of a clone: edges of one machine differ in their ports. */
const cloneOf = (id: string, channel: LiveChannel): object => ({
  "BASE-ID": "a",
  ID: id,
  "URI-REPLACEMENT": { HOST: new URL(channel.url).host },
});

const steeredBy = (...urls: string[]): Partial<ViewerOptions> => ({
  steering: { urls: urls.map((url) => `${url}/steer?session=s`), pathway: "a", ttlS: 0.5 },
});

describe("a steered viewer", { concurrency: true }, () => {
  for (const protocol of ["dash", "hls"] as const)
    test(`follows to a clone at a boundary, without a hole, and says where it is (${protocol})`, async (t) => {
      const channels = [await LiveChannel.open(t), await LiveChannel.open(t)] as const;
      let first = "a";
      const told = await director(
        t,
        saying(() => ({
          "RELOAD-URI": "/again?session=s",
          "PATHWAY-PRIORITY": first === "a" ? ["a", "b"] : ["b", "a"],
          "PATHWAY-CLONES": [cloneOf("b", channels[1])],
        })),
      );
      const play = watch(t, [channels[0]], { protocol, ...steeredBy(told.url) });
      await until("it is asked", () => play.told.polls.length >= 1);
      assert.equal(play.viewer.where, "a");
      first = "b";
      await until("it moves", () => play.told.moves.length > 0);
      assert.deepEqual(play.told.moves, [{ edge: "b", afterMs: 0, why: "steered" }]);
      await plays(play, 6);
      assert.equal(play.viewer.where, "b");
      assert.ok(channels[1].asked.some((path) => path.includes(".m4s")));
      await until("it says where", () => told.asked.some((path) => /pathway=(%22)?b/.test(path)));
      const field = protocol === "hls" ? "_HLS_pathway=a" : "_DASH_pathway=%22a%22";
      assert.ok(told.asked[0]?.startsWith(`/steer?session=s&${field}`), told.asked[0]);
      assert.ok(told.asked.at(-1)?.startsWith("/again?session=s&_"), told.asked.at(-1));
      clean(play);
      assert.deepEqual(play.told.stalls, []);
    });

  test("goes to the next of the last list when its edge dies, however silent the director is", async (t) => {
    const channels = [await LiveChannel.open(t), await LiveChannel.open(t)] as const;
    const told = await director(
      t,
      saying(() => ({
        "PATHWAY-PRIORITY": ["a", "b"],
        "PATHWAY-CLONES": [cloneOf("b", channels[1])],
      })),
    );
    const play = watch(t, [channels[0]], steeredBy(told.url));
    await until("it has a list", () => play.told.polls.length >= 1);
    told.kill();
    channels[0].kill();
    await until("it moves", () => play.told.moves.length > 0);
    assert.equal(play.told.moves[0]?.why, "edge-failed");
    assert.equal(play.viewer.where, "b");
    await plays(play, 4);
    await until("its question is told", () => play.told.polls.includes("silent"));
    assert.equal(play.viewer.where, "b");
    assert.deepEqual(play.told.faults, []);
  });

  test("asks the next director when one is silent, and stays with the one that answers", async (t) => {
    const channel = await LiveChannel.open(t);
    const list = saying(() => ({ "PATHWAY-PRIORITY": ["a"] }));
    const [one, two] = [await director(t, list), await director(t, list)];
    one.kill();
    const play = watch(t, [channel], steeredBy(one.url, two.url));
    await until("two answers", () => play.told.polls.filter((is) => is === "answered").length >= 2);
    assert.deepEqual(play.told.polls.slice(0, 3), ["silent", "answered", "answered"]);
    clean(play);
  });

  test("asks no more after 410, and not before Retry-After has passed after 429", async (t) => {
    const channel = await LiveChannel.open(t);
    const gone = await director(t, (_, response) => void response.writeHead(410).end());
    const busy = await director(
      t,
      (_, response) => void response.writeHead(429, { "retry-after": "60" }).end(),
    );
    const odd = await director(t, (_, response) => void response.end("[]"));
    const [first, second, third] = [gone, busy, odd].map(({ url }) =>
      watch(t, [channel], steeredBy(url)),
    );
    await until("all have asked", () =>
      [first, second, third].every((play) => (play?.told.polls.length ?? 0) >= 1),
    );
    await until("who may ask again does", () => odd.asked.length >= 3);
    assert.deepEqual(first?.told.polls, ["gone"]);
    assert.deepEqual(second?.told.polls, ["shed"]);
    assert.equal(third?.told.polls[0], "unusable");
    assert.deepEqual([gone.asked.length, busy.asked.length], [1, 1]);
    assert.ok([first, second, third].every((play) => play?.told.moves.length === 0));
  });
});

const edgeOf = (base: string) => edgeAddress(baseOf(base, "match"));
const known = new Map([
  ["a", "http://a.example:81/match/"],
  ["b", "http://b.example/cdn/match/v1.m3u8"],
]);
const placesIn = (answer: Partial<SteeringAnswer>) =>
  placesOf(
    { VERSION: 1, TTL: 5, "PATHWAY-PRIORITY": ["a"], ...answer },
    { known: (name) => known.get(name) ?? null, edgeOf },
  ).map(({ name, edge }) => [name, edge.authority + edge.prefix]);

test("a list names the edges that are known, and those cloned from one of them", () => {
  const clone = (id: string, base: string, host?: string) => ({
    ...{ ID: id, "BASE-ID": base, "URI-REPLACEMENT": host === undefined ? {} : { HOST: host } },
  });
  assert.deepEqual(
    placesIn({
      "PATHWAY-PRIORITY": ["nobody", "d", "c", "b", "a"],
      "PATHWAY-CLONES": [
        clone("c", "b", "c.example"),
        clone("d", "c", "d.example:99"),
        clone("e", "nobody", "e.example"),
      ],
    }),
    [
      ["d", "d.example:99/cdn"],
      ["c", "c.example/cdn"],
      ["b", "b.example/cdn"],
      ["a", "a.example:81"],
    ],
  );
  const many = Array.from({ length: 40 }, (_, index) => clone(`c${index}`, "a", `h${index}`));
  const names = many.map(({ ID }) => ID);
  const places = placesIn({ "PATHWAY-PRIORITY": names, "PATHWAY-CLONES": many });
  assert.equal(places.length, STEERED_EDGES_LIMIT);
});

test("an answer that is no list says so, whatever has become of its bytes", () => {
  const good = JSON.stringify({
    ...{ VERSION: 1, TTL: 5, "RELOAD-URI": "?s=1", "PATHWAY-PRIORITY": ["a", "b"] },
    "PATHWAY-CLONES": [{ "BASE-ID": "a", ID: "c", "URI-REPLACEMENT": { HOST: "c" } }],
  });
  assert.deepEqual(readSteering(good)?.["PATHWAY-PRIORITY"], ["a", "b"]);
  for (const bad of ["", "[]", '{"VERSION":2,"PATHWAY-PRIORITY":["a"]}', '{"VERSION":1}'])
    assert.equal(readSteering(bad), null);
  const below = numbersOf(5);
  for (let round = 0; round < 10_000; round += 1) {
    const bytes = Buffer.from(good);
    for (let count = below(4); count >= 0; count -= 1) bytes[below(bytes.length)] = below(256);
    const answer = readSteering(bytes.toString("latin1"));
    if (answer) assert.ok(placesIn(answer).length <= STEERED_EDGES_LIMIT);
  }
});

test("an edge that failed is not gone back to at once, although the director still names it first", () => {
  const [a, b] = ["http://a", "http://b"].map(edgeAddress) as [
    ReturnType<typeof edgeAddress>,
    ReturnType<typeof edgeAddress>,
  ];
  const retries = new Retries([a, b], 1);
  retries.failed({ kind: "reset", edge: a, tries: 0 }, 1_000);
  assert.equal(retries.edge, b);
  assert.equal(retries.prefer([a, b], 5_000), false);
  assert.equal(retries.edge, b);
  assert.equal(retries.prefer([a, b], 1_000 + EDGE_DISTRUST_MS), true);
  assert.equal(retries.edge, a);
});

test("a manifest's names for edges are known, whichever protocol", () => {
  const main = [
    "#EXTM3U",
    '#EXT-X-STREAM-INF:BANDWIDTH=1,PATHWAY-ID="a"',
    "http://a.example/match/v1.m3u8",
    '#EXT-X-STREAM-INF:BANDWIDTH=1,PATHWAY-ID="b"',
    "http://b.example/cdn/match/v1.m3u8",
    '#EXT-X-STREAM-INF:BANDWIDTH=1,PATHWAY-ID="here"',
    "v1.m3u8",
    "",
  ].join("\n");
  const { pathways, rungs } = readLadder(main, "/match/main.m3u8");
  assert.deepEqual(
    [...pathways].map(([name, address]) => [name, baseOf(address, "match")]),
    [
      ["a", "http://a.example"],
      ["b", "http://b.example/cdn"],
    ],
  );
  assert.equal(rungs.length, 1, "the first pathway's variants alone are its rungs");
  const locations = [{ name: "a", url: "http://a.example/match/" }];
  const plan = dashPlan({ locations, sets: [], updatePeriodMs: 0 } as never, "/match/live.mpd");
  assert.deepEqual([...plan.locations], [["a", "http://a.example/match/"]]);
});
