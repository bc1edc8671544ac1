import assert from "node:assert/strict";
import test from "node:test";
import { EarlyDocuments } from "./early.ts";

function documents(): { early: EarlyDocuments; asked: string[]; pass: (ms: number) => void } {
  const asked: string[] = [];
  let now = 0;
  const early = new EarlyDocuments({
    fetch: (url) => {
      asked.push(url);
      return url.includes("broken") ? Promise.reject(new Error("refused")) : reply(url);
    },
    monotonic: () => now,
  });
  return { early, asked, pass: (ms) => (now += ms) };
}

const reply = (url: string): Promise<Response> => Promise.resolve(new Response(url));

test("a document asked for by one edge's address is given out once, under another edge's", async () => {
  const { early, asked } = documents();
  early.ask("http://127.0.0.1:8091/match/live.mpd");
  const answer = await early.take("http://127.0.0.2:8092/match/live.mpd?CMCD=sid");
  assert.equal(await answer?.text(), "http://127.0.0.1:8091/match/live.mpd");
  assert.equal(early.take("http://127.0.0.2:8092/match/live.mpd"), null);
  assert.equal(early.take("http://127.0.0.2:8092/match/other.mpd"), null);
  assert.equal(asked.length, 1);
});

test("one that was asked for too long ago, or for another start, is not given out", () => {
  const { early, pass } = documents();
  early.ask("http://e/live.mpd");
  pass(2_001);
  assert.equal(early.take("http://e/live.mpd"), null);
  early.ask("http://e/live.mpd");
  early.clear();
  assert.equal(early.take("http://e/live.mpd"), null);
});

test("one that fails tells who takes it, and nobody else; what is no address is not asked for", async () => {
  const { early, asked } = documents();
  early.ask("http://broken/live.mpd");
  early.ask("not an address");
  assert.deepEqual(asked, ["http://broken/live.mpd"]);
  await assert.rejects(early.take("http://e/live.mpd") ?? Promise.resolve(), /refused/);
});

test("a few are asked for at a time, no more", () => {
  const { early, asked } = documents();
  for (let at = 0; at < 9; at += 1) early.ask(`http://e/${at}.mpd`);
  assert.equal(asked.length, 4);
});
