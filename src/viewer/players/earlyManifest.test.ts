import assert from "node:assert/strict";
import test from "node:test";
import { EarlyManifest } from "./earlyManifest.ts";

const URL_ASKED = "http://127.0.0.1:8092/match/live.mpd?CMCD=x";

test("a manifest that was asked for ahead is read from its text, and its answer bears the true address", async () => {
  const manifest = new EarlyManifest(() => Promise.resolve(new Response("<MPD/>")));
  const request = { url: URL_ASKED };
  await manifest.lend(request);
  assert.match(request.url, /^blob:/);
  assert.equal(await (await fetch(request.url)).text(), "<MPD/>");
  const answer = { url: request.url };
  manifest.giveBack(answer);
  assert.equal(answer.url, URL_ASKED);
  await assert.rejects(fetch(request.url));
  manifest.giveBack(answer);
  manifest.close();
});

test("without one, or when it failed or was refused, the player asks by itself", async () => {
  const failed = Promise.reject(new Error("refused"));
  for (const early of [null, failed, Promise.resolve(new Response("", { status: 503 }))]) {
    const request = { url: URL_ASKED };
    await new EarlyManifest(() => early).lend(request);
    assert.equal(request.url, URL_ASKED);
  }
});
