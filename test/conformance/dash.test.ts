// The MPD against the schema of ISO/IEC 23009-1 (5th edition), and the complaints of its players' users.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { FIRST, makeReel, Stage } from "./stage.ts";

const schema = join(import.meta.dirname, "../../../shared/data/dash-schema/DASH-MPD.xsd");
const continuous = process.env["CI"] === "true";

/** Why the schema cannot be asked here; under CI that is a failure, so nothing is skipped. */
function missing(): string | false {
  if (continuous) return false;
  if (!existsSync(schema)) return "the DASH schema is not at hand (../shared/data/dash-schema)";
  return spawnSync("xmllint", ["--version"]).error
    ? "xmllint is not installed (libxml2-utils)"
    : false;
}

let stage: Stage;
let mpd: string;

before(async () => {
  stage = await Stage.open(makeReel(2), {
    pathways: [
      { id: "isp-roma", url: "http://127.0.0.1:8092" },
      { id: "ixp-roma", url: "http://127.0.0.1:8091" },
    ],
    steering: { hls: "http://127.0.0.1:8082/steer/hls", dash: "http://127.0.0.1:8082/steer/dash" },
  });
  await stage.speak();
  await stage.pushParts(8);
  mpd = await stage.text("/match/live.mpd");
});
after(() => stage.close());

test(
  "the MPD is valid by the schema of the 5th edition, less content steering, which came later",
  { skip: missing() },
  () => {
    // ContentSteering is of the 6th edition (ETSI TS 103 998): the 5th knows nothing of it.
    const stripped = mpd.replace(/ *<ContentSteering[^>]*>[^<]*<\/ContentSteering>\n/, "");
    assert.notEqual(stripped, mpd);
    const run = spawnSync("xmllint", ["--nonet", "--noout", "--schema", schema, "-"], {
      input: stripped,
      encoding: "utf8",
    });
    assert.equal(run.status, 0, run.stderr);
  },
);

test("segment numbers from 1 while players count from the epoch: the number a player computes is there", async () => {
  const templates = [
    ...mpd.matchAll(
      /timescale="(\d+)" duration="(\d+)" startNumber="(\d+)" presentationTimeOffset="(\d+)" availabilityTimeOffset="([\d.]+)" availabilityTimeComplete="false" initialization="([^"]+)" media="([^"]+)"/g,
    ),
  ];
  assert.equal(templates.length, 5, "two rungs, sound, two languages");
  for (const [
    ,
    timescale,
    duration,
    startNumber,
    offset,
    ahead,
    initialization,
    media,
  ] of templates) {
    const seconds = Number(duration) / Number(timescale);
    // ISO/IEC 23009-1 5.3.9.5.3, with the period at the epoch: the newest segment that may be asked for now.
    const now = stage.clock.utc() / 1_000;
    const newest = Math.floor((now + Number(ahead)) / seconds) - 1 + Number(startNumber);
    assert.equal(offset, "0");
    assert.equal(newest, FIRST + 1);
    const url = `/match/${media?.replace("$Number$", String(newest - 1))}`;
    const bytes = Buffer.from((await stage.get(url)).body);
    const tfdt = bytes.readBigUInt64BE(bytes.indexOf("tfdt") + 8);
    assert.equal(tfdt, BigInt(Number(duration)) * BigInt(newest - 1));
    assert.equal((await stage.get(`/match/${initialization}`)).status, 200);
  }
});
