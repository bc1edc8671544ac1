import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { test, type TestContext } from "node:test";
import { systemClock } from "#base/clock";
import { clientOf, edgeOf, Viewer } from "../stage.ts";
import { eventually, kept, saying, scripted } from "./supplyStage.ts";

/** A server in a process of its own, which answers everything with "a". */
const SERVER = `
  const head = { "Cache-Control": "public, max-age=60" };
  const server = require("node:http").createServer((_, reply) => reply.writeHead(200, head).end("a"));
  server.listen(0, "127.0.0.1", () => console.log(server.address().port));
`;

async function stoppable(t: TestContext): Promise<{ url: string; stop: () => void }> {
  const child = spawn(process.execPath, ["-e", SERVER], { stdio: ["ignore", "pipe", "inherit"] });
  t.after(() => child.kill("SIGKILL"));
  const [port] = (await once(child.stdout, "data")) as [Buffer];
  const url = `http://127.0.0.1:${port.toString().trim()}`;
  return { url, stop: () => child.kill("SIGSTOP") };
}

test("an origin that is stopped costs a viewer about a second once, not eight, and then nothing", async (t) => {
  const first = await stoppable(t);
  const second = await scripted(t, saying("b"));
  const edge = await edgeOf(t, second.server, { upstreams: [first.url, second.url] });
  const client = clientOf(t);
  /** How long a hundred viewers of one object wait, and what they get. */
  const watch = async (path: string): Promise<{ got: Set<string>; tookMs: number }> => {
    const from = systemClock.monotonic();
    const viewers = Array.from({ length: 100 }, () => new Viewer(client, edge.url + path));
    await eventually(() => viewers.every((viewer) => viewer.over));
    const got = new Set(viewers.map((viewer) => `${viewer.status} ${viewer.got}`));
    return { got, tookMs: systemClock.monotonic() - from };
  };
  assert.deepEqual((await watch("/before")).got, new Set(["200 a"]));
  first.stop();
  const objects = ["/1", "/2", "/3", "/4"];
  for (const { got, tookMs } of await Promise.all(objects.map(watch))) {
    assert.deepEqual(got, new Set(["200 b"]));
    assert.ok(tookMs < 2_000, `${tookMs} ms`);
  }
  const breaker = async (): Promise<string | undefined> => {
    const { body } = await client.fetch({ method: "GET", url: `${edge.url}/status` });
    const told = JSON.parse(Buffer.from(body).toString()) as { upstreams: { breaker: string }[] };
    return told.upstreams[0]?.breaker;
  };
  await eventually(async () => (await breaker()) === "open");
  const after = await watch("/after");
  assert.deepEqual(after.got, new Set(["200 b"]));
  assert.ok(after.tookMs < 900, `${after.tookMs} ms`);
});

test("both upstreams well: each object is asked for once, of the first", async (t) => {
  const [first, second] = [await scripted(t, saying("a")), await scripted(t, saying("b"))];
  const edge = await edgeOf(t, second.server, { upstreams: [first.url, second.url] });
  const client = clientOf(t);
  const viewers = Array.from(
    { length: 300 },
    (_, n) => new Viewer(client, `${edge.url}/${n % 30}`),
  );
  await eventually(() => viewers.every((viewer) => viewer.over));
  assert.ok(viewers.every((viewer) => viewer.got === "a"));
  assert.deepEqual([first.asked.length, second.asked.length], [30, 0]);
  assert.equal(viewers[0]?.headers?.get("cache-control"), kept[1]);
});
