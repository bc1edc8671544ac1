import assert from "node:assert/strict";
import { once } from "node:events";
import { connect, createServer, type Socket } from "node:net";
import { test, type TestContext } from "node:test";
import type { HttpClient } from "#http";
import type { EdgeHandle } from "../index.ts";
import { clientOf, edgeOf, Viewer } from "../stage.ts";
import { eventually, GrowingObject, kept, type Scripted, scripted } from "./supplyStage.ts";

const EDGES = 3;
const VIEWERS = 300;

/** Stands before a server; `kill` does to its clients what the server's sudden death does. */
async function mortal(t: TestContext, url: string): Promise<{ url: string; kill: () => void }> {
  const sockets = new Set<Socket>();
  const gate = createServer((near) => {
    const far = connect(Number(new URL(url).port), "127.0.0.1");
    for (const socket of [near, far]) sockets.add(socket.on("error", () => undefined));
    near.pipe(far).pipe(near);
  });
  gate.listen(0, "127.0.0.1");
  await once(gate, "listening");
  const { port } = gate.address() as { port: number };
  const kill = (): void => {
    gate.close();
    for (const socket of sockets) socket.resetAndDestroy();
  };
  t.after(kill);
  return { url: `http://127.0.0.1:${port}`, kill };
}

interface Tier {
  readonly origin: Scripted;
  readonly killShield: () => void;
  readonly edges: readonly EdgeHandle[];
  readonly client: HttpClient;
}

/** Three edges, a shield, an origin: the edges know the origin too. */
async function tier(t: TestContext, play: Scripted["play"]): Promise<Tier> {
  const origin = await scripted(t, play);
  const shield = await edgeOf(t, origin.server, { id: "shield" });
  const gate = await mortal(t, shield.url);
  const upstreams = [gate.url, origin.url];
  const ids = Array.from({ length: EDGES }, (_, index) => `e${index}`);
  const edges = await Promise.all(ids.map((id) => edgeOf(t, origin.server, { id, upstreams })));
  return { origin, killShield: gate.kill, edges, client: clientOf(t) };
}

/** The crowd, a third at each edge. */
const crowd = ({ client, edges }: Tier, path: string): Viewer[] =>
  Array.from({ length: VIEWERS }, (_, index) => {
    const edge = edges[index % EDGES] as EdgeHandle;
    return new Viewer(client, edge.url + path);
  });

const timesAsked = ({ origin }: Tier, path: string): number =>
  origin.asked.filter((request) => request.path === path).length;

test("three edges behind a shield cost the origin one request an object, held ones too", async (t) => {
  const object = new GrowingObject();
  const held: (() => void)[] = [];
  const all = await tier(t, (request, reply) => {
    if (request.path.endsWith(".m4s")) return object.play(request, reply);
    held.push(() => reply.send(200, [kept], "playlist"));
  });
  const segment = crowd(all, "/match/v/7.m4s");
  const playlist = crowd(all, "/match/v.m3u8?_HLS_msn=7&_HLS_part=1");
  await eventually(() => segment.every((viewer) => viewer.status === 200) && held.length > 0);
  object.write("first,");
  await eventually(() => segment.every((viewer) => viewer.got === "first,"));
  object.write("second");
  object.end();
  for (const answer of held) answer();
  await eventually(() => [...segment, ...playlist].every((viewer) => viewer.over));
  assert.ok(segment.every((viewer) => viewer.ended && viewer.got === "first,second"));
  assert.ok(playlist.every((viewer) => viewer.ended && viewer.got === "playlist"));
  assert.equal(timesAsked(all, "/match/v/7.m4s"), 1);
  assert.equal(timesAsked(all, "/match/v.m3u8"), 1);
});

test("a shield that dies within an object: the edges take it up at the origin, and no viewer sees an error", async (t) => {
  const object = new GrowingObject('"run-1-h0-7"');
  const all = await tier(t, (request, reply) =>
    request.path === "/match/v/7.m4s"
      ? object.play(request, reply)
      : reply.send(200, [kept, ["ETag", '"run-1-h0-8"']], "the next"),
  );
  const viewers = crowd(all, "/match/v/7.m4s");
  await eventually(() => viewers.every((viewer) => viewer.status === 200));
  object.write("first,");
  await eventually(() => viewers.every((viewer) => viewer.got === "first,"));
  all.killShield();
  await eventually(() => timesAsked(all, "/match/v/7.m4s") === 1 + EDGES);
  const resumed = all.origin.asked.filter((request) => request.headers.get("range") !== undefined);
  assert.deepEqual(
    resumed.map((request) => request.headers.get("range")),
    resumed.map(() => "bytes=6-9007199254740991"),
  );
  object.write("second");
  object.end();
  const later = crowd(all, "/match/v/8.m4s");
  await eventually(() => [...viewers, ...later].every((viewer) => viewer.over));
  assert.ok(viewers.every((viewer) => viewer.ended && viewer.got === "first,second"));
  assert.ok(later.every((viewer) => viewer.status === 200 && viewer.got === "the next"));
  assert.equal(timesAsked(all, "/match/v/8.m4s"), EDGES, "one an edge, straight at the origin");
});

test("two edges that shield each other: the loop is seen, and each gets the object from the origin", async (t) => {
  const origin = await scripted(t, (_request, reply) => reply.send(200, [kept], "x"));
  const one = await edgeOf(t, origin.server, { id: "one" });
  const port = Number(new URL(one.url).port);
  const two = await edgeOf(t, origin.server, { id: "two", upstreams: [one.url, origin.url] });
  await one.close();
  const again = { id: "one", port, upstreams: [two.url, origin.url] };
  const back = await edgeOf(t, origin.server, again);
  const client = clientOf(t);
  for (const edge of [back, two]) {
    const viewer = new Viewer(client, `${edge.url}/${edge === two ? "b" : "a"}.m4s`);
    await eventually(() => viewer.over);
    assert.deepEqual([viewer.status, viewer.got], [200, "x"]);
  }
});
