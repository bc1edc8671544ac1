// What is wrong is refused with a sentence, a code and a status; everybody else goes on.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtempSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { systemClock } from "#base/clock";
import type { RunningMatch } from "#cli";
import { Command } from "../support/command.ts";
import { stageMatch } from "../support/play.ts";

const MATCH = ["match", "--profile", "small", "--ports", "free", "--no-table"];

async function refused(words: string[], ...expected: RegExp[]): Promise<void> {
  const command = new Command(words);
  assert.notEqual(await command.ended(), 0, command.output);
  for (const sentence of expected) assert.match(command.output, sentence);
}

test("an input that is no input, a file that is not there and a file that is no film end the start", async () => {
  await refused([...MATCH, "--input", "carrier-pigeon"], /broadcaster\/unknown-input/);
  const alone = ["broadcaster", "--port", "0", "--input"];
  await refused(
    [...alone, "file:nowhere.mp4"],
    /nowhere\.mp4 cannot be read/,
    /broadcaster\/file-missing/,
  );
  await refused([...alone, `file:${import.meta.filename}`], /broadcaster\/not-media/);
});

test("a wrong match file is refused with its line and what is allowed", async () => {
  const file = join(mkdtempSync(join(tmpdir(), "regista-")), "match.yaml");
  writeFileSync(
    file,
    "places: [{ id: it/roma, name: Roma }]\nexchanges: []\nnetworks: []\nedges: []\n",
  );
  await refused(["match", file], /match\.yaml:3: networks/, /cli\/match-file-wrong/);
});

test("without ffmpeg the start ends with what to install", async () => {
  const folder = mkdtempSync(join(tmpdir(), "regista-"));
  for (const needed of ["sh", "dirname", "readlink"])
    symlinkSync(pathOf(needed), join(folder, needed));
  const match = new Command(["broadcaster", "--port", "0"], { env: { PATH: folder } });
  assert.equal(await match.ended(), 1);
  assert.match(match.output, /ffmpeg/);
  assert.match(match.output, /apt-get install/);
});

const pathOf = (program: string): string =>
  execFileSync("sh", ["-c", `command -v ${program}`], { encoding: "utf8" }).trim();

describe("a match that is on air", () => {
  let match: RunningMatch;
  before(async () => {
    match = await stageMatch();
    await ingested(match);
  });
  after(() => match?.close());

  const cases: [string, (match: RunningMatch) => Promise<Response>, number, RegExp][] = [
    [
      "media for a channel that is not there",
      ({ urls }) => post(`${urls.origin}/ingest/other/v1/1.m4s`, "x"),
      404,
      /packager\//,
    ],
    [
      "a broken fragment",
      ({ urls }) => post(`${urls.origin}/ingest/match/guest/1.m4s`, "\0\0\0\u0004junk"),
      400,
      /packager\/|isobmff\/|media\//,
    ],
    [
      "a message that is not JSON",
      ({ urls }) => post(`${urls.director}/heartbeat`, "{"),
      400,
      /cure/,
    ],
    [
      "a heartbeat of the wrong shape",
      ({ urls }) => post(`${urls.director}/heartbeat`, '{"v":1}'),
      400,
      /protocol\/malformed/,
    ],
    [
      "hop stamps of another version",
      ({ urls }) => post(`${urls.telemetry}/hops`, '{"v":9,"hops":[]}'),
      400,
      /protocol\/unknown-version/,
    ],
    [
      "a session for a channel that is not there",
      ({ urls }) => fetch(`${urls.director}/session?channel=other`),
      404,
      /director\//,
    ],
    [
      "a channel that the edge's origin does not have",
      ({ urls }) => fetch(`${urls.edges[0]?.url}/other/main.m3u8`),
      404,
      /cure/,
    ],
    [
      "a segment far ahead",
      ({ urls }) => fetch(`${urls.edges[0]?.url}/match/v360/999999999999.m4s`),
      404,
      /cure/,
    ],
  ];
  for (const [what, ask, status, said] of cases)
    test(`${what} is refused with ${status}, a code and a cure`, async () => {
      const answer = await ask(match);
      const text = await answer.text();
      assert.equal(answer.status, status, text);
      assert.match(text, said);
    });

  test("and all the while the playlists went on", async () => {
    await ingested(match);
  });
});

const post = (url: string, body: string): Promise<Response> =>
  fetch(url, { method: "POST", body, headers: { "content-type": "application/json" } });

/** A playlist that grew by a part, asked for with a blocking reload. */
async function ingested(match: RunningMatch): Promise<void> {
  const url = `${match.urls.edges[0]?.url}/match/v360.m3u8`;
  let playlist = "";
  const start = systemClock.monotonic();
  while (!playlist.includes("#EXT-X-PART")) {
    assert.ok(systemClock.monotonic() - start < 20_000, playlist);
    playlist = await (await fetch(url)).text();
  }
  const sequence = Number(/LAST-MSN=(\d+)/.exec(playlist)?.[1]);
  const later = await fetch(`${url}?_HLS_msn=${sequence + 1}`);
  assert.equal(later.status, 200);
  assert.match(await later.text(), new RegExp(`/${sequence + 1}\\.m4s`));
}
