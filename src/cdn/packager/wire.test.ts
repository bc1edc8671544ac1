// Frames of a real ffmpeg over real sockets.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { after, test } from "node:test";
import { ms, Scope } from "#base";
import { systemClock } from "#base/clock";
import { silentLog } from "#base/log";
import { HttpClient, serve } from "#http";
import { partStartTicks, segmentStart, standardGrid } from "#media/grid";
import { BoxSplitter } from "#media/isobmff";
import { Bench, SEGMENT } from "./fixtures/encoder.ts";

const scope = new Scope();
after(() => scope.close());

/** One segment at 25 frames a second, each frame its own fragment, on the epoch grid. */
function encoded(): { header: Uint8Array; fragments: Uint8Array[] } {
  const first = partStartTicks(standardGrid, { segment: SEGMENT, part: 0 }, 90_000);
  const input = [
    "-f",
    "lavfi",
    "-i",
    "testsrc2=size=64x36:rate=25,format=yuv420p",
    "-frames:v",
    "48",
  ];
  const stamps = [
    "-vf",
    `settb=1/90000,setpts=N*3600+${first}`,
    "-enc_time_base",
    "1/90000",
    "-fps_mode",
    "passthrough",
  ];
  const codec = ["-c:v", "libx264", "-preset", "ultrafast", "-tune", "zerolatency", "-g", "24"];
  const times = ["-copyts", "-avoid_negative_ts", "disabled", "-video_track_timescale", "90000"];
  const flags = "+frag_every_frame+empty_moov+default_base_moof+cmaf+frag_discont";
  const output = ["-write_prft", "wallclock", "-f", "mp4", "-movflags", flags, "pipe:1"];
  const all = ["-nostdin", "-v", "error", ...input, ...stamps, ...codec, ...times, ...output];
  const file = execFileSync("ffmpeg", all, { timeout: 30_000, maxBuffer: 2 ** 24 });
  const boxes = new BoxSplitter().push(file);
  const isHeader = (fourcc: string): boolean => fourcc === "ftyp" || fourcc === "moov";
  const header = boxes.filter(({ fourcc }) => isHeader(fourcc)).map(({ bytes }) => bytes);
  const rest = boxes.filter(({ fourcc }) => !isHeader(fourcc)).map(({ bytes }) => bytes);
  return { header: Buffer.concat(header), fragments: rest };
}

async function openPoint(): Promise<{ bench: Bench; client: HttpClient; url: string }> {
  const context = { clock: systemClock, log: silentLog };
  const bench = new Bench();
  scope.own(bench.ingest);
  const server = scope.own(await serve({ port: 0, handler: bench.ingest.handle }, context));
  const client = scope.own(new HttpClient(context));
  bench.clock.advance(ms(1_920));
  return { bench, client, url: `${server.url}/ingest/match` };
}

test("ffmpeg's frames become parts of 320 ms over a chunked body", async () => {
  const { bench, client, url } = await openPoint();
  const { header, fragments } = encoded();
  const init = client.upload({ method: "POST", url: `${url}/v36/init.mp4` });
  init.write(header);
  assert.equal((await init.end()).status, 200);
  const upload = client.upload({ method: "POST", url: `${url}/v36/${SEGMENT}.m4s` });
  const last = bench.store.waitForPart("v36", SEGMENT, 5, ms(60_000));
  for (const bytes of fragments) upload.write(bytes);
  const answer = await upload.end();
  assert.equal(answer.status, 200, answer.body);
  assert.equal(await last, true);
  const parts = bench.store.parts("v36", SEGMENT);
  assert.deepEqual(
    parts.map((part) => part.frames),
    [8, 8, 8, 8, 8, 8],
  );
  assert.deepEqual(
    parts.map((part) => part.independent),
    [true, false, false, true, false, false],
  );
  assert.equal(parts[0]?.captureMs, segmentStart(standardGrid, SEGMENT));
  const played = execFileSync(
    "ffmpeg",
    ["-v", "error", "-i", "pipe:0", "-f", "framecrc", "pipe:1"],
    { input: Buffer.concat([header, ...parts.map((part) => part.bytes)]), timeout: 30_000 },
  );
  const frames = played
    .toString()
    .split("\n")
    .filter((line) => line.startsWith("0,"));
  assert.equal(frames.length, 48, "a decoder finds all frames in the parts");
});

test("an encoder whose body is refused while it is sent is told why", async () => {
  const { client, url } = await openPoint();
  const upload = client.upload({ method: "PUT", url: `${url}/v36/${SEGMENT}.m4s` });
  upload.write(Buffer.from("this is no box at all"));
  await upload.failed;
  const answer = await upload.end();
  assert.equal(answer.status, 413);
  assert.equal((JSON.parse(answer.body) as { code: string }).code, "isobmff/too-large");
});
