import assert from "node:assert/strict";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test, type TestContext } from "node:test";
import type { Worker } from "node:worker_threads";
import { ms } from "#base";
import { systemClock } from "#base/clock";
import { type BodyStream, HttpClient, type HttpReply, type HttpRequest } from "#http";
import type { EdgeHandle, EdgeOptions, Reason } from "../index.ts";
import { context, edgeOf, eventually, kept, text, upstream, Viewer } from "../stage.ts";
import { startSupervisor } from "../supervisor/supervisor.ts";

const THREADS = 3;
const BIG = Buffer.alloc(1_000_000, "b");

/** Worker threads as they are made. */
const threads: Worker[] = [];
process.on("worker", (worker) => threads.push(worker));

/** What ends a play. */
interface Scene {
  after(end: () => Promise<void>): void;
}

/** An edge of several threads, and the upstream that it has. */
class Stage {
  /** Requests that came upstream. */
  readonly asked: string[] = [];
  /** Objects that grow when told to. */
  readonly growing: BodyStream[] = [];
  version = 1;
  edge = null as unknown as EdgeHandle;

  async open(scene: Scene, options: Partial<EdgeOptions>): Promise<void> {
    const t = scene as TestContext;
    const origin = await upstream(t, (request, reply) => this.#answer(request, reply));
    this.edge = await edgeOf(t, origin, options);
  }

  async #answer(request: HttpRequest, reply: HttpReply): Promise<void> {
    const { method, path } = request;
    this.asked.push(`${method} ${path}`);
    let sent = "";
    for await (const bytes of request.body) sent += text(bytes);
    if (path.startsWith("/grows")) this.growing.push(reply.stream(200, [kept, ["ETag", '"g"']]));
    else if (path === "/short") reply.send(200, [["Cache-Control", "public, max-age=1"]], "x");
    else if (path.startsWith("/big")) reply.send(200, [kept], BIG);
    else if (method === "POST") {
      this.version++;
      reply.send(200, [], `took ${sent}`);
    } else reply.send(200, [kept], `version ${this.version}`);
  }

  /** Requests for this, upstream. */
  times(request: string): number {
    return this.asked.filter((each) => each === request).length;
  }
}

/** Clients of one connection each: the kernel gives each connection to a thread. */
function connections(t: TestContext, count: number): HttpClient[] {
  return Array.from({ length: count }, () => {
    const client = new HttpClient(context, { connectionsPerHost: 1 });
    t.after(() => client.close());
    return client;
  });
}

const told = (viewer: Viewer): string => viewer.headers?.get("cache-status") ?? "";

/** One connection to each of two threads. */
async function apart(t: TestContext, { edge, growing }: Stage): Promise<[HttpClient, HttpClient]> {
  const clients = connections(t, 24);
  const path = `/grows/${growing.length}`;
  const viewers = clients.map((client) => new Viewer(client, edge.url + path));
  await eventually(() => viewers.every((viewer) => viewer.status === 200));
  growing.at(-1)?.end();
  await eventually(() => viewers.every((viewer) => viewer.ended));
  // Who asked first in a thread is told what the host tier knew; who joined there, that he did after it.
  const first = viewers.findIndex((viewer) => !told(viewer).includes("collapsed"));
  const other = viewers.findIndex((viewer) => told(viewer).includes("collapsed; fwd-status"));
  assert.ok(first >= 0 && other >= 0, "24 connections come to more than one thread");
  return [clients[first] as HttpClient, clients[other] as HttpClient];
}

async function get(client: HttpClient, url: string, method = "GET"): Promise<Viewer> {
  const viewer = new Viewer(client, url, [], method);
  await eventually(() => viewer.over);
  return viewer;
}

interface Status {
  reasons: Record<Reason, number>;
  threads: { serving: number; silent: number };
  server: { requests: number };
  viewers: number;
}
const statusOf = async (client: HttpClient, edge: EdgeHandle): Promise<Status> =>
  JSON.parse((await get(client, `${edge.url}/status`)).got) as Status;

describe("an edge of three threads", () => {
  const ends: (() => Promise<void>)[] = [];
  const play = new Stage();
  before(() =>
    play.open({ after: (end) => ends.unshift(end) }, { workers: THREADS, cacheBytes: 500_000_000 }),
  );
  after(async () => {
    for (const end of ends) await end();
  });

  test("its viewers are one request upstream, each gets every byte as it comes, and any thread shows the whole", async (t) => {
    const { edge, asked, growing } = play;
    const clients = connections(t, 60);
    const url = (number: number): string => `${edge.url}/grows?CMCD=sid%3D%22s${number}%22`;
    const viewers = clients.map((client, number) => new Viewer(client, url(number)));
    await eventually(() => viewers.every((viewer) => viewer.status === 200));
    growing[0]?.write(Buffer.from("first,"));
    await eventually(() => viewers.every((viewer) => viewer.got === "first,"));
    growing[0]?.write(Buffer.from("second"));
    growing[0]?.end();
    await eventually(() => viewers.every((viewer) => viewer.ended));
    assert.ok(viewers.every((viewer) => viewer.got === "first,second"));
    assert.deepEqual(asked, ["GET /grows"]);
    const ways = new Set(viewers.map(told).map((way) => way.replace(/ttl=\d+/, "ttl=")));
    assert.deepEqual(
      [...ways].sort(),
      [
        "e1; fwd=uri-miss; collapsed; fwd-status=200; ttl=; stored",
        "e1; fwd=uri-miss; fwd-status=200; ttl=; stored",
        "e1; fwd=uri-miss; fwd-status=200; ttl=; stored; collapsed",
      ],
      "more than one thread, and one hop all the same",
    );
    assert.ok(viewers.every((viewer) => viewer.headers?.get("via") === "1.1 e1"));
    const again = await Promise.all(clients.map((client, number) => get(client, url(number))));
    assert.ok(again.every((viewer) => viewer.got === "first,second"));
    assert.equal(asked.length, 1);
    for (const client of clients.slice(0, 8)) {
      const { reasons, threads, server, viewers } = await statusOf(client, edge);
      assert.deepEqual(
        [reasons.miss, reasons.stored, reasons.hit + reasons.collapsed],
        [1, 1, 119],
      );
      assert.deepEqual(threads, { serving: THREADS, silent: 0 });
      assert.ok(server.requests >= 120);
      assert.equal(viewers, 60);
    }
    const metrics = await get(clients[0] as HttpClient, `${edge.url}/metrics`);
    assert.match(metrics.got, /regista_edge_answered_miss_total 1\n/);
  });

  test("what a request changes is forgotten by every thread", async (t) => {
    const [one, other] = await apart(t, play);
    const url = `${play.edge.url}/o`;
    for (const client of [one, other]) assert.equal((await get(client, url)).got, "version 1");
    const changed = await one.fetch({ method: "POST", url, body: Buffer.from("the change") });
    assert.equal(text(changed.body), "took the change");
    assert.equal(changed.headers.get("via"), "1.1 e1");
    await eventually(async () => (await get(other, url)).got === "version 2");
    assert.equal((await get(one, url)).got, "version 2");
    assert.equal(play.times("GET /o"), 2);
  });

  test("age and freshness do not begin anew in a thread", async (t) => {
    const [one, other] = await apart(t, play);
    const url = `${play.edge.url}/short`;
    await get(one, url);
    const start = systemClock.monotonic();
    await systemClock.sleep(ms(600));
    await get(other, url);
    const late = systemClock.monotonic() - start > 1_000;
    await eventually(() => systemClock.monotonic() - start > 1_050);
    // Had it been fresh for another second there, it would be 1.6 s old at its end.
    assert.doesNotMatch(told(await get(other, url)), late ? /^$/ : /^e1; hit/);
  });

  test("100 MB of objects lie in memory once, whatever the number of threads that give them", async (t) => {
    const clients = connections(t, 18);
    const url = `${play.edge.url}/big`;
    await Promise.all(clients.map((client) => get(client, `${url}0`, "HEAD")));
    const before = process.memoryUsage.rss();
    for (let number = 1; number <= 100; number++)
      // A thread that is asked for a head alone gets the whole object as well.
      await Promise.all(clients.map((client) => get(client, url + number, "HEAD")));
    const grown = (process.memoryUsage.rss() - before) / 1_000_000;
    const again = await Promise.all(clients.map((client) => get(client, `${url}7`)));
    assert.ok(again.every((viewer) => viewer.got.length === BIG.length));
    assert.equal(play.asked.filter((each) => each.includes("/big")).length, 101);
    t.diagnostic(`grown by ${grown.toFixed(0)} MB`);
    assert.ok(grown < 230, `grown by ${grown.toFixed(0)} MB; a copy each would be 400`);
  });

  test("a thread that dies takes its own viewers with it and nobody else's, and is replaced", async (t) => {
    const { edge, growing } = play;
    const clients = connections(t, 24);
    const body = growing.length;
    const viewers = clients.map((client) => new Viewer(client, `${edge.url}/grows/last`));
    await eventually(() => viewers.every((viewer) => viewer.status === 200));
    growing[body]?.write(Buffer.from("half"));
    await eventually(() => viewers.every((viewer) => viewer.got === "half"));
    await threads.at(-1)?.terminate();
    await eventually(() => viewers.some((viewer) => viewer.error));
    growing[body]?.end();
    await eventually(() => viewers.every((viewer) => viewer.over));
    const cut = viewers.filter((viewer) => viewer.error).length;
    assert.ok(cut > 0 && cut < viewers.length, `${cut} of ${viewers.length}`);
    const [fresh] = connections(t, 1);
    const status = (): Promise<Status> => statusOf(fresh as HttpClient, edge);
    const before = await status();
    assert.equal(before.threads.serving, THREADS - 1);
    await eventually(async () => (await status()).threads.serving === THREADS);
    const { server } = await status();
    assert.ok(server.requests > before.server.requests, "what was counted stays counted");
  });
});

test("what makes room in the host tier is not kept by a thread", async (t) => {
  const play = new Stage();
  await play.open(t, { workers: 2, cacheBytes: 4_200_000 });
  const [one, other] = await apart(t, play);
  const url = `${play.edge.url}/o`;
  await get(one, url);
  assert.match(told(await get(one, url)), /^e1; hit/);
  for (let number = 0; number < 5; number++)
    assert.equal((await get(other, `${play.edge.url}/big${number}`)).got.length, BIG.length);
  assert.match(told(await get(one, url)), /fwd=uri-miss/);
});

test("a thread that cannot listen is a start that failed, with its reason", async (t) => {
  const origin = await upstream(t, () => undefined);
  await assert.rejects(edgeOf(t, origin, { workers: 2, port: origin.port }), {
    code: "http/port-taken",
  });
  // No socket has this number.
  await assert.rejects(edgeOf(t, origin, { listen: { fds: [9_998, 9_999] } }), {
    code: "edge/did-not-start",
  });
});

/** An edge process one of whose threads dies at a signal. */
const FRAGILE = `
import { writeFileSync } from "node:fs";
const threads = [];
process.on("worker", (worker) => threads.push(worker));
const { inheritedSockets, readDrain, startEdge } = await import(process.env.EDGE);
const { systemClock } = await import(process.env.CLOCK);
const { silentLog } = await import(process.env.LOG);
const edge = await startEdge({
  port: 0, id: "e1", upstreams: [process.env.UPSTREAM], directorUrls: [], telemetryUrl: null,
  capacityMbps: 1000, cacheBytes: 1000000, listen: { fds: inheritedSockets(process.env) },
}, { clock: systemClock, log: silentLog });
edge.onFailing((why) => {
  writeFileSync(process.env.DEAD, why);
  setTimeout(() => process.send({ roll: { why } }), 200);
});
process.on("SIGUSR2", () => threads[0].terminate());
process.on("message", async (message) => {
  await edge.drain(readDrain(message));
  process.disconnect();
});
process.send({ ready: { url: edge.url } });
`;

test("under a supervisor a thread that dies makes the edge ask for a successor, and who waits in its socket is answered by that", async (t) => {
  const origin = await upstream(t, (_request, reply) => reply.send(200, [kept], "x"));
  const folder = mkdtempSync(join(tmpdir(), "regista-"));
  t.after(() => rmSync(folder, { recursive: true }));
  const program = join(folder, "fragile.mjs");
  const dead = join(folder, "dead");
  writeFileSync(program, FRAGILE);
  const file = (path: string): string => new URL(path, import.meta.url).href;
  const supervisor = await startSupervisor(
    {
      ...{ host: "127.0.0.1", port: 0, sockets: 2 },
      command: {
        words: [process.execPath, program],
        env: {
          EDGE: file("../index.ts"),
          CLOCK: file("../../../base/clock.ts"),
          LOG: file("../../../base/log.ts"),
          UPSTREAM: origin.url,
          DEAD: dead,
        },
      },
    },
    context,
  );
  t.after(() => supervisor.close());
  const first = supervisor.edgePid as number;
  process.kill(first, "SIGUSR2");
  await eventually(() => existsSync(dead));
  const clients = connections(t, 16);
  const answers = await Promise.all(clients.map((client) => get(client, `${supervisor.url}/o`)));
  assert.ok(answers.every((viewer) => viewer.got === "x"));
  await Promise.all(clients.map((client) => client.close()));
  await eventually(() => supervisor.edgePid !== first);
  assert.deepEqual(supervisor.counters, { rolls: 1, crashes: 0, refused: 0 });
});
