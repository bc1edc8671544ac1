import assert from "node:assert/strict";
import { once } from "node:events";
import { connect } from "node:net";
import test from "node:test";
import { ms } from "#base";
import {
  dashSteeringSchema,
  hlsSteeringSchema,
  networkMapSchema,
  type Session,
  sessionSchema,
} from "#protocol";
import fc from "fast-check";
import { stage } from "../directorFixture.ts";
import { SAMPLES_LEAST } from "./limits.ts";

/** The status of what is answered to bytes on a socket of their own. */
async function statusOf(url: string, bytes: Buffer): Promise<number> {
  const socket = connect(Number(new URL(url).port), "127.0.0.1");
  socket.write(bytes);
  const [answer] = (await once(socket, "data")) as [Buffer];
  socket.destroy();
  return Number(answer.toString("latin1", 9, 12));
}

/** One edge in the viewers' network, one at an exchange, one far away; one port. */
const edges = [
  { id: "isp-roma", in: 12_874, url: "http://127.0.0.2:8091", capacityMbps: 10_000 },
  { id: "ixp-roma", at: "namex", url: "http://127.0.0.1:8091", capacityMbps: 10_000 },
  { id: "far", asn: 64_500, url: "http://127.0.0.3:8091", capacityMbps: 10_000 },
];

test("a player that knows nothing is sent to its edge with its query, for GET and HEAD and both documents", async (t) => {
  const { app, beat, director } = stage(t);
  await beat("isp-roma");
  const cases = [
    ["GET", "/match/main.m3u8?a=1&b=%20c"],
    ["HEAD", "/match/main.m3u8"],
    ["GET", "/match/live.mpd?_x"],
  ] as const;
  for (const [method, url] of cases) {
    const { statusCode, headers, body } = await app.inject({
      method,
      url,
      remoteAddress: "127.0.1.10",
    });
    assert.deepEqual([statusCode, headers.location], [302, `http://127.0.0.1:8092${url}`]);
    assert.deepEqual([headers["cache-control"], body], ["no-store", ""]);
    assert.equal(headers["access-control-allow-origin"], "*");
  }
  assert.equal(director.counters.sessions, cases.length);
  const other = await app.inject({ url: "/nosuch/main.m3u8" });
  assert.deepEqual([other.statusCode, other.json().code], [404, "director/unknown-channel"]);
});

test("whatever stands in a query or a channel's place, a redirect is made or refused with a code", async (t) => {
  const { app, desk } = stage(t, [], { requestsPerS: 1e6 });
  const url = await app.listen({ host: "127.0.0.1", port: 0 });
  // Every byte that a request's first line can hold; above 0x7e Node refuses it.
  const textUpTo = (max: number) =>
    fc
      .array(fc.integer({ min: 0x21, max }), { maxLength: 40 })
      .map((codes) => String.fromCharCode(...codes));
  const text = fc.oneof(textUpTo(0x7e), textUpTo(0x7e), textUpTo(0xff));
  const path = fc.tuple(
    fc.oneof(fc.constant("match"), text),
    text,
    fc.constantFrom("main.m3u8", "live.mpd"),
  );
  const lines = fc
    .sample(path, { seed: 302, numRuns: 150 })
    .map(
      ([channel, query, file]) => `GET /${channel}/${file}?${query} HTTP/1.1\r\nhost: x\r\n\r\n`,
    );
  for (const line of lines) {
    const status = await statusOf(url, Buffer.from(line, "latin1"));
    assert.ok(status >= 300 && status < 500, `${status} ${line}`);
  }
  assert.ok(desk.counters.redirects > 20);
});

test("a viewer is told URLs of the address family that it came by", async (t) => {
  const both = { addresses: ["127.0.0.2", "2001:db8::2"] };
  const { json } = stage(t, [], { edges: [{ ...edges[0], ...both } as (typeof edges)[0]] });
  const urls = async (from: string): Promise<Session["urls"]> =>
    sessionSchema.parse(await json("/session?channel=match", from)).urls;
  assert.equal((await urls("127.0.1.10")).hls, "http://127.0.0.2:8091/match/main.m3u8");
  assert.deepEqual(await urls("2001:db8:9::1"), {
    hls: "http://[2001:db8::2]:8091/match/main.m3u8",
    dash: "http://[2001:db8::2]:8091/match/live.mpd",
    time: "http://[2001:db8::2]:8091/time",
  });
});

test("an edge that playlists do not name is told as a clone, and a named one stands in the list", async (t) => {
  const { json, beat, desk } = stage(t, [], { edges, pathways: ["ixp-roma"] });
  for (const { id } of edges) await beat(id);
  const hls = hlsSteeringSchema.parse(await json("/steer/hls?session=s1"));
  assert.equal(hls["PATHWAY-PRIORITY"][0], "isp-roma");
  assert.ok(hls["PATHWAY-PRIORITY"].includes("ixp-roma"));
  const clone = hls["PATHWAY-CLONES"]?.find(({ ID }) => ID === "isp-roma");
  assert.deepEqual(clone, {
    "BASE-ID": "ixp-roma",
    ID: "isp-roma",
    "URI-REPLACEMENT": { HOST: "127.0.0.2" },
  });
  const dash = dashSteeringSchema.parse(await json('/steer/dash?_DASH_pathway="isp-roma"'));
  assert.deepEqual(dash["PATHWAY-CLONES"]?.[0]?.["URI-REPLACEMENT"], { HOST: "127.0.0.2:8091" });
  assert.deepEqual(desk.pathways.untold, []);
});

test("one slow home moves nobody; when many measure too little on a path, they are led away", async (t) => {
  const { json, beat, desk, clock } = stage(t, [], { edges });
  for (const { id } of edges) await beat(id);
  const first = async (session: string, bits: number): Promise<string | undefined> => {
    const query = `session=${session}&_HLS_pathway=isp-roma&_HLS_throughput=${bits}`;
    const manifest = hlsSteeringSchema.parse(await json(`/steer/hls?${query}`));
    return manifest["PATHWAY-PRIORITY"][0];
  };
  for (let n = 0; n < 3 * SAMPLES_LEAST; n++)
    assert.equal(await first("slow", 300_000), "isp-roma");
  for (const _ of ["guess", "measurement"])
    for (let n = 0; n < SAMPLES_LEAST; n++)
      assert.equal(await first(`good${n}`, 30_000_000), "isp-roma");
  for (const _ of ["guess", "measurement"])
    for (let n = 0; n < 2 * SAMPLES_LEAST; n++) await first(`bad${n}`, 400_000);
  clock.advance(ms(1_000));
  assert.notEqual(await first("slow", 300_000), "isp-roma");
  const late = sessionSchema.parse(await json("/session?channel=match"));
  assert.notEqual(late.edge.id, "isp-roma");
  await json("/steer/hls?_HLS_pathway=isp-roma&_HLS_throughput=fast");
  assert.equal(desk.counters.strangeWords, 1);
});

test("steering that is over, or another director's, is 410, and begins again when it is said so", async (t) => {
  const { app, json, desk } = stage(t);
  const put = (over: unknown) =>
    app.inject({ method: "PUT", url: "/steering", payload: JSON.stringify({ v: 1, over }) });
  const other = await app.inject({ url: "/steer/dash?channel=another" });
  assert.deepEqual([other.statusCode, other.json().code], [410, "director/steering-over"]);
  const reload = hlsSteeringSchema.parse(await json("/steer/hls?channel=match&session=a"));
  assert.equal(reload["RELOAD-URI"], "/steer/hls?session=a&channel=match");
  assert.equal((await put(true)).statusCode, 204);
  assert.equal((await app.inject({ url: "/steer/hls?session=a" })).statusCode, 410);
  assert.equal((await app.inject({ url: "/session?channel=match" })).statusCode, 200);
  assert.equal((await put("yes")).statusCode, 400);
  assert.equal((await put(false)).statusCode, 204);
  assert.equal((await app.inject({ url: "/steer/hls?session=a" })).statusCode, 200);
  assert.equal(desk.counters.steeringOver, 2);
  const preflight = await app.inject({ method: "OPTIONS", url: "/steering" });
  assert.doesNotMatch(String(preflight.headers["access-control-allow-methods"]), /PUT/);
});

test("a flood of sessions is refused with when to come again, and who watches is steered all the same", async (t) => {
  const { app, clock, desk } = stage(t, [], { requestsPerS: 100 });
  const from = (remoteAddress: string, url = "/session?channel=match") =>
    app.inject({ url, remoteAddress });
  for (let n = 0; n < 150; n++) await from("198.51.100.7");
  const refused = await from("198.51.100.7");
  assert.deepEqual([refused.statusCode, refused.json().code], [429, "director/too-busy"]);
  assert.match(refused.json().error, /its (prefix|network) has had its share/);
  assert.ok(Number(refused.headers["retry-after"]) >= 1);
  assert.match(String(refused.headers["access-control-expose-headers"]), /Retry-After/);
  const redirect = await from("198.51.100.7", "/match/main.m3u8");
  assert.equal(redirect.statusCode, 429);
  assert.ok(redirect.headers["retry-after"]);
  assert.equal((await from("198.51.100.7", "/explain?ip=127.0.1.1")).statusCode, 429);
  assert.equal((await from("127.0.1.10", "/steer/hls?session=a")).statusCode, 200);
  assert.equal((await from("127.0.1.10")).statusCode, 200);
  assert.ok(desk.gate.shed.arriving.prefix + desk.gate.shed.arriving.network > 40);
  clock.advance(ms(1_100));
  assert.equal((await from("198.51.100.7")).statusCode, 200);
});

test("the map says who is served from where, as the console reads it", async (t) => {
  const { json, beat } = stage(t);
  await beat("isp-roma");
  await json("/session?channel=match");
  const map = networkMapSchema.parse(await json("/map"));
  assert.equal(map.total.viewers, 1);
  assert.deepEqual(
    map.edges.map(({ id }) => id),
    ["ixp-roma", "isp-roma"],
  );
});
