// Real ffmpeg, real sockets. The plays run side by side, so that all of them take as long as the longest.
import assert from "node:assert/strict";
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { createSocket } from "node:dgram";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it, type TestContext } from "node:test";
import { ms, RegistaError } from "#base";
import { systemClock } from "#base/clock";
import { silentLog } from "#base/log";
import { AUDIO_TIMESCALE, VIDEO_TIMESCALE } from "#media/grid";
import {
  type BroadcasterHandle,
  type BroadcasterOptions,
  type BroadcasterStatus,
  startBroadcaster,
} from "./index.ts";
import { type TakenFragment, type TakingOrigin, takingOrigin } from "./ingestFixture.ts";

const context = { clock: systemClock, log: silentLog };
const folder = mkdtempSync(join(tmpdir(), "regista-"));
const film = join(folder, "film.mp4");

/** How often a condition is looked at, and how long it may take, ms. */
const LOOK_MS = 20;
const PATIENCE_MS = 30_000;

async function until(what: string, holds: () => boolean): Promise<void> {
  const end = systemClock.monotonic() + PATIENCE_MS;
  while (!holds()) {
    if (systemClock.monotonic() > end) assert.fail(`waited in vain: ${what}`);
    await systemClock.sleep(ms(LOOK_MS));
  }
}

function ffmpeg(args: readonly string[]): ChildProcess {
  return spawn("ffmpeg", ["-v", "error", "-nostdin", ...args], { stdio: "ignore" });
}

async function freePort(): Promise<number> {
  const socket = createSocket("udp4").bind(0, "127.0.0.1");
  await once(socket, "listening");
  const { port } = socket.address();
  socket.close();
  return port;
}

async function started(
  t: TestContext,
  options: Partial<BroadcasterOptions>,
): Promise<{ origin: TakingOrigin; broadcaster: BroadcasterHandle }> {
  const origin = await takingOrigin();
  t.after(() => origin.server.close());
  const broadcaster = await startBroadcaster(
    {
      ...{ port: 0, channel: "match", input: "test", profile: "small", telemetryUrl: null },
      originUrl: origin.server.url,
      ...options,
    },
    context,
  );
  t.after(() => broadcaster.close());
  return { origin, broadcaster };
}

const code = (expected: string) => (failure: unknown) =>
  failure instanceof RegistaError && failure.code === `broadcaster/${expected}`;

const ends = (fragment: TakenFragment): number =>
  fragment.samples.reduce((at, sample) => at + sample.duration, fragment.decodeTime);

/** Every fragment begins where the one before it ended: players see no hole. */
function assertUnbroken(fragments: readonly TakenFragment[], name: string): void {
  assert.ok(fragments.length > 0, `${name} came`);
  for (let index = 1; index < fragments.length; index++) {
    const before = fragments[index - 1] as TakenFragment;
    assert.equal(fragments[index]?.decodeTime, ends(before), `${name}, fragment ${index}`);
  }
}

const encoderOf = (status: BroadcasterStatus, name: string) =>
  status.encoders.find((encoder) => encoder.name === name) ?? assert.fail(`no encoder ${name}`);

before(() => {
  const source = [
    "-f",
    "lavfi",
    "-i",
    "testsrc2=size=320x180:rate=30",
    "-f",
    "lavfi",
    "-i",
    "sine=440",
  ];
  const coding = ["-t", "2", "-c:v", "libx264", "-preset", "ultrafast", "-c:a", "aac", "-y", film];
  assert.equal(spawnSync("ffmpeg", ["-v", "error", ...source, ...coding]).status, 0);
  writeFileSync(join(folder, "letter.mp4"), "Dear viewer, this is no film.");
});
after(() => rmSync(folder, { recursive: true }));

describe("a broadcaster", { concurrency: 3 }, () => {
  it("keeps every part and key frame on the grid, and fills what a dead and a frozen encoder leave", async (t) => {
    const { origin, broadcaster } = await started(t, {});
    const names = ["v360", "v216", "v144"];
    const newest = (): number => broadcaster.status().renditions[0]?.newest?.segment ?? 0;
    /** The process at work once it is another than the former. */
    const running = async (former: number | null): Promise<number> => {
      let now: number | null = null;
      await until("an encoder runs", () => {
        const { state, pid } = encoderOf(broadcaster.status(), "video");
        now = pid;
        return state === "running" && pid !== null && pid !== former;
      });
      return now ?? assert.fail("it runs");
    };
    await running(null);
    const first = newest();
    await until("a segment is whole", () => newest() > first);

    const killed = await running(null);
    let at = systemClock.monotonic();
    process.kill(killed, "SIGKILL");
    const frozen = await running(killed);
    const afterKill = systemClock.monotonic() - at;

    at = systemClock.monotonic();
    process.kill(frozen, "SIGSTOP");
    await running(frozen);
    const afterStop = systemClock.monotonic() - at;
    assert.throws(() => process.kill(frozen, 0), "the frozen one is gone");
    const back = newest();
    await until("media goes on", () => newest() > back);
    await broadcaster.close();

    // On a busy machine too: one segment to the next boundary at most, the stall limit, and the start.
    assert.ok(
      afterKill < 6_000 && afterStop < 6_000,
      `back after ${afterKill} and ${afterStop} ms`,
    );
    const status = broadcaster.status();
    for (const name of names) {
      const { track, fragments } = origin.taken(name);
      assert.equal(track?.kind, "video");
      assertUnbroken(fragments, name);
      assert.equal((fragments[0] as TakenFragment).decodeTime % (1.92 * VIDEO_TIMESCALE), 0);
      for (const fragment of fragments) {
        const into = fragment.decodeTime % (0.32 * VIDEO_TIMESCALE);
        const captured = into === 0 ? fragment.decodeTime / (VIDEO_TIMESCALE / 1000) : null;
        assert.ok(
          captured === null || Math.abs((fragment.captured ?? 0) - captured) < 0.01,
          "prft",
        );
        assert.equal(fragment.segment, Math.floor(fragment.decodeTime / (1.92 * VIDEO_TIMESCALE)));
        if (fragment.decodeTime % (0.96 * VIDEO_TIMESCALE) === 0)
          assert.ok(fragment.sync, "key frame");
      }
      const filled = status.renditions.find((rendition) => rendition.name === name)?.filled ?? 0;
      assert.ok(filled > 0 && filled < 30, `${name}: ${filled} parts filled`);
    }
    const keys = names.map((name) =>
      origin
        .taken(name)
        .fragments.filter((fragment) => fragment.sync)
        .map((fragment) => fragment.decodeTime),
    );
    const shortest = Math.min(...keys.map((times) => times.length));
    for (const times of keys)
      assert.deepEqual(times.slice(0, shortest), keys[0]?.slice(0, shortest));
    assertUnbroken(origin.taken("a128").fragments, "a128");
    assert.equal(
      (origin.taken("a128").fragments[0]?.decodeTime ?? 1) % (0.32 * AUDIO_TIMESCALE),
      0,
    );
    assert.ok(encoderOf(status, "video").restarts >= 2);

    const played = join(folder, "played.mp4");
    writeFileSync(played, Buffer.concat(origin.taken("v216").bytes));
    const decoded = spawnSync("ffmpeg", [
      "-v",
      "error",
      "-xerror",
      "-i",
      played,
      "-f",
      "null",
      "-",
    ]);
    assert.equal(decoded.stderr.toString(), "", "a foreign decoder has nothing to complain of");
  });

  it("plays a file in a loop, at the grid's rate, and says what it converts", async (t) => {
    const { origin, broadcaster } = await started(t, {
      input: `file:${film}`,
      contributionDelayMs: 40,
    });
    await until("a whole segment came", () => origin.taken("v144").fragments.length > 48);
    await until("the loop goes round", () => broadcaster.status().counters.frames > 25 * 4);
    const status = broadcaster.status();
    assert.equal(status.source.state, "live");
    assert.equal(status.captureIs, "arrival");
    assert.equal(status.contributionDelayMs, 40);
    assert.equal(status.source.pictures, "h264 320x180 30 fps");
    assert.match(
      status.source.conversion ?? "",
      /320x180 to 640x360.*30 to 25 fps.*sound to 48000 Hz/,
    );
    assertUnbroken(origin.taken("v144").fragments, "v144");
  });

  it("shows a slate until a sender comes over UDP, then its pictures", async (t) => {
    const port = await freePort();
    const { origin, broadcaster } = await started(t, { input: `udp://127.0.0.1:${port}` });
    await until("the slate goes out", () => origin.taken("v216").fragments.length > 0);
    assert.equal(broadcaster.status().source.state, "connecting");
    const coding = [
      "-map",
      "0",
      "-c:v",
      "libx264",
      "-preset",
      "ultrafast",
      "-g",
      "15",
      "-c:a",
      "aac",
    ];
    const way = ["-f", "mpegts", `udp://127.0.0.1:${port}?pkt_size=1316`];
    const sender = ffmpeg(["-re", "-stream_loop", "-1", "-i", film, ...coding, ...way]);
    t.after(() => sender.kill("SIGKILL"));
    await until("the source is live", () => broadcaster.status().source.state === "live");
    assert.match(broadcaster.status().source.pictures ?? "", /^h264 320x180 30 fps$/);
    sender.kill("SIGKILL");
    await until(
      "the source is lost again",
      () => broadcaster.status().source.state === "connecting",
    );
    assertUnbroken(origin.taken("v216").fragments, "v216");
  });

  it("keeps the channel alive when an SRT sender cannot be reached, and says why", async (t) => {
    const port = await freePort();
    const input = `srt://127.0.0.1:${port}?passphrase=0123456789secret`;
    const { origin, broadcaster } = await started(t, { input });
    await until("it was tried", () => broadcaster.status().source.counters.retries > 0);
    await until("the slate goes out", () => origin.taken("v144").fragments.length > 0);
    const answer = await fetch(`${broadcaster.url}/status`);
    const text = await answer.text();
    assert.match(text, /broadcaster\/source-lost/);
    assert.doesNotMatch(text, /secret/, "what is secret in an address is not shown");
    const metrics = await (await fetch(`${broadcaster.url}/metrics`)).text();
    assert.match(metrics, /regista_broadcaster_source_live 0/);
    assert.match(metrics, /regista_broadcaster_frames_slate_total [1-9]/);
  });

  it("leaves no process behind, also when it is killed without a word", async (t) => {
    const origin = await takingOrigin();
    t.after(() => origin.server.close());
    const options = {
      ...{ port: 0, channel: "match", input: `file:${film}`, profile: "small", telemetryUrl: null },
      originUrl: origin.server.url,
    };
    const program = `import { startBroadcaster } from "#broadcaster"; import { systemClock } from "#base/clock";
      import { silentLog } from "#base/log";
      await startBroadcaster(${JSON.stringify(options)}, { clock: systemClock, log: silentLog });`;
    const args = ["--input-type=module", "-e", program];
    const parent = spawn(process.execPath, args, { stdio: "ignore", cwd: import.meta.dirname });
    t.after(() => parent.kill("SIGKILL"));
    await until("media goes out", () => origin.taken("a128").fragments.length > 0);
    const listed = spawnSync("ps", ["-o", "pid=", "--ppid", String(parent.pid)]).stdout.toString();
    const children = listed.split(/\s+/).filter(Boolean).map(Number);
    assert.equal(children.length, 3, "a decoder and two encoders");
    parent.kill("SIGKILL");
    const alive = (pid: number): boolean =>
      spawnSync("ps", ["-o", "stat=", "-p", String(pid)]).stdout.length > 0;
    await until("they are gone", () => !children.some(alive));
  });

  it("refuses at the start what cannot work, with a code and a cure", async (t) => {
    const refused = (options: Partial<BroadcasterOptions>, expected: string): Promise<void> =>
      assert.rejects(started(t, options), code(expected));
    await refused({ input: "ftp://somewhere/film" }, "unknown-input");
    await refused({ input: "srt://127.0.0.1" }, "bad-address");
    await refused({ input: `file:${join(folder, "nothing.mp4")}` }, "file-missing");
    await refused({ input: `file:${join(folder, "letter.mp4")}` }, "not-media");
    await refused({ ffmpeg: join(folder, "no-ffmpeg") }, "ffmpeg-missing");
    const { broadcaster } = await started(t, {});
    const port = Number(new URL(broadcaster.url).port);
    await assert.rejects(started(t, { port }), { code: "control/cannot-listen" });
    await broadcaster.close();
    await broadcaster.close();
  });
});
