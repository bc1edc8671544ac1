import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { clientOf, context, eventually, Viewer, upstream } from "../stage.ts";
import { AccessLog } from "./accessLog.ts";

interface Line {
  at: string;
  peer: string;
  method: string;
  target: string;
  status: number;
  bytes: number;
  whole: boolean;
  cache: string | null;
  ms: number;
}

/** A server whose answers are logged, one of `every`. */
async function stage(t: TestContext, every: number) {
  const folder = mkdtempSync(join(tmpdir(), "regista-log-"));
  t.after(() => rmSync(folder, { recursive: true }));
  const file = join(folder, "access.log");
  const log = new AccessLog({ file, every }, context);
  t.after(() => log.close());
  const server = await upstream(t, (request, given) => {
    const reply = log.watch(request, given);
    if (request.path === "/grows") reply.stream(200, []).write(Buffer.from("some"));
    else reply.send(200, [["Cache-Status", "e1; hit"]], "twelve bytes");
  });
  const lines = async (): Promise<Line[]> => {
    await log.close();
    const text = readFileSync(file, "utf8").trim();
    return text === "" ? [] : text.split("\n").map((line) => JSON.parse(line) as Line);
  };
  return { log, lines, url: server.url, client: clientOf(t) };
}

test("one request of so many is logged, with what became of it", async (t) => {
  const { lines, url, client } = await stage(t, 3);
  for (let n = 1; n <= 6; n++) await client.fetch({ method: "GET", url: `${url}/o?n=${n}` });
  const [third, sixth, ...others] = await lines();
  assert.deepEqual(others, []);
  assert.equal(sixth?.target, "/o?n=6");
  const { at, ms, ...rest } = third as Line;
  assert.match(at, /^\d{4}-\d\d-\d\dT/);
  assert.ok(ms >= 0 && ms < 10_000);
  const answer = { status: 200, bytes: 12, whole: true, cache: "e1; hit" };
  assert.deepEqual(rest, { peer: "127.0.0.1", method: "GET", target: "/o?n=3", ...answer });
});

test("a viewer who leaves in the middle is logged as one who did not get the whole", async (t) => {
  const { lines, url, client, log } = await stage(t, 1);
  const viewer = new Viewer(client, `${url}/grows`);
  await eventually(() => viewer.got === "some");
  viewer.abort();
  await eventually(() => log.watched === 0);
  const [line] = await lines();
  assert.deepEqual([line?.status, line?.bytes, line?.whole], [200, 4, false]);
});

test("a log that cannot be written is told and counted, and answers go on", async (t) => {
  const log = new AccessLog({ file: "/proc/no/such/file", every: 1 }, context);
  t.after(() => log.close());
  await eventually(() => log.counters.failed === 1);
  await log.close();
  await log.close();
});
