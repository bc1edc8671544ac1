import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import test, { type TestContext } from "node:test";
import { RegistaError } from "#base";
import { systemClock } from "#base/clock";
import { silentLog } from "#base/log";
import { parseWatchConfig } from "./config.ts";
import { startWatch, type WatchOptions } from "./index.ts";

const context = { clock: systemClock, log: silentLog };
const options: WatchOptions = {
  port: 0,
  channel: "match",
  directorUrls: ["http://127.0.0.1:8082"],
  telemetryUrl: "http://127.0.0.1:8084/",
  edges: [{ id: "ixp-roma", url: "http://127.0.0.1:8091", label: "Roma, at the exchange" }],
  networks: [{ asn: 12874, name: "Fastweb", gateway: "127.0.1.1" }],
};

async function builtPage(t: TestContext): Promise<string> {
  const root = await mkdtemp(path.join(tmpdir(), "watch-"));
  t.after(() => rm(root, { recursive: true }));
  await writeFile(path.join(root, "index.html"), "<!doctype html><title>Watch</title>");
  await writeFile(path.join(root, "app-1a2b.js"), "export {};");
  return root;
}

test("the page, its files and its configuration are served, and the page reads the configuration back", async (t) => {
  const root = await builtPage(t);
  const watch = await startWatch({ ...options, root }, context);
  t.after(() => watch.close());
  const page = await fetch(`${watch.url}/`);
  assert.match(await page.text(), /Watch/);
  assert.equal(page.headers.get("cache-control"), "no-cache");
  const asset = await fetch(`${watch.url}/app-1a2b.js`);
  assert.match(asset.headers.get("cache-control") ?? "", /immutable/);
  const config = parseWatchConfig(await (await fetch(`${watch.url}/config.json`)).json());
  assert.equal(config.title, "match");
  assert.equal(config.captureIs, "camera");
  assert.equal(config.telemetryUrl, "http://127.0.0.1:8084");
  assert.deepEqual(config.networks, options.networks);
});

test("the page carries its configuration, and no title can end the element that holds it", async (t) => {
  const root = await builtPage(t);
  const place = '<script type="application/json" id="config">null</script>';
  await writeFile(path.join(root, "index.html"), `<!doctype html><body>${place}`);
  const title = "</script><b>$& & $1";
  const watch = await startWatch({ ...options, title, root }, context);
  t.after(() => watch.close());
  const page = await (await fetch(`${watch.url}/`)).text();
  const carried = /id="config">(.*?)<\/script>/s.exec(page)?.[1] ?? "";
  assert.equal(page.match(/<\/script>/g)?.length, 1);
  assert.equal(parseWatchConfig(JSON.parse(carried)).title, title);
});

test("status and metrics count what was served", async (t) => {
  const root = await builtPage(t);
  const watch = await startWatch({ ...options, root }, context);
  t.after(() => watch.close());
  await fetch(`${watch.url}/`);
  await fetch(`${watch.url}/nowhere`);
  const status = (await (await fetch(`${watch.url}/status`)).json()) as Record<string, unknown>;
  assert.equal(status["pages"], 1);
  assert.equal(status["refusals"], 1);
  assert.equal(status["pageBuilt"], true);
  assert.match(await (await fetch(`${watch.url}/metrics`)).text(), /regista_watch_pages_total 1/);
  await watch.close();
  await watch.close();
});

test("without a built page the answer says how to build it", async (t) => {
  const watch = await startWatch({ ...options, root: "/nowhere/at-all" }, context);
  t.after(() => watch.close());
  const answer = await fetch(`${watch.url}/`);
  assert.equal(answer.status, 503);
  assert.match(JSON.stringify(await answer.json()), /npm run build/);
  assert.equal((await fetch(`${watch.url}/missing.js`)).status, 404);
});

test("a port in use is refused with a sentence", async (t) => {
  const root = await builtPage(t);
  const first = await startWatch({ ...options, root }, context);
  t.after(() => first.close());
  await assert.rejects(
    startWatch({ ...options, root, port: Number(new URL(first.url).port) }, context),
    (failure: unknown) =>
      failure instanceof RegistaError && failure.code === "control/cannot-listen",
  );
});

test("a wrong configuration is refused with the place, and never crashes the reader", () => {
  const good = { v: 1, ...options };
  const wrong: [unknown, RegExp][] = [
    [null, /the top/],
    [{ ...good, v: 2 }, /version 1/],
    [{ ...good, channel: "" }, /channel/],
    [{ ...good, edges: [{ id: "a", url: "ftp://x" }] }, /edges\[0\]\.url/],
    [{ ...good, networks: [{ asn: "x" }] }, /networks\[0\]\.asn/],
    [{ ...good, networks: Array.from({ length: 65 }, () => ({})) }, /more than 64/],
  ];
  for (const [value, says] of wrong)
    assert.throws(
      () => parseWatchConfig(value),
      (failure: unknown) => failure instanceof RegistaError && says.test(failure.message),
    );
});
