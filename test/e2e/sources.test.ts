// Other cameras than the test signal: a file, and an encoder in the field that calls by SRT and hangs up.
import assert from "node:assert/strict";
import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { createServer } from "node:net";
import { join } from "node:path";
import { after, describe, test } from "node:test";
import { ms, Scope } from "#base";
import { systemClock } from "#base/clock";
import { Command } from "../support/command.ts";

const clock = systemClock;
const QUIET = ["-hide_banner", "-loglevel", "error", "-nostdin"];

describe("a match whose pictures come from elsewhere", { concurrency: true }, () => {
  const scope = new Scope();
  after(() => scope.close());

  test("a silent 30 fps file is looped, made 25 fps with sound added, and its delay counts from arrival", async () => {
    const match = new Command([
      ...["match", "--profile", "small", "--ports", "free", "--no-table"],
      "--input",
      "file:clip.mp4",
    ]);
    execFileSync("ffmpeg", [
      ...[...QUIET, "-f", "lavfi", "-i", "testsrc2=size=320x240:rate=30:duration=2"],
      ...["-c:v", "libx264", "-preset", "ultrafast", join(match.folder, "clip.mp4")],
    ]);
    scope.defer(() => stop(match));
    await match.says("watch:");
    const status = await statusOf(match, ({ source }) => source.state === "live");
    assert.equal(status.captureIs, "arrival");
    assert.match(JSON.stringify(status.source), /30 fps|30\/1/);
    await plays(match);
    await stop(match);
  });

  test("an SRT caller is taken, its going away shows a slate, and its return is taken again", async () => {
    const port = await freePort();
    const match = new Command([
      ...["match", "--profile", "small", "--ports", "free", "--no-table"],
      ...["--input", `srt://127.0.0.1:${port}?mode=listener`],
    ]);
    scope.defer(() => stop(match));
    await match.says("watch:");
    for (let call = 0; call < 2; call += 1) {
      const caller = callBySrt(port);
      scope.defer(() => void caller.kill("SIGKILL"));
      await statusOf(match, ({ source }) => source.state === "live");
      await plays(match);
      caller.kill("SIGKILL");
      const { source } = await statusOf(match, (status) => status.source.state !== "live");
      assert.ok(source.why, "the reason is told");
      await plays(match);
    }
    await stop(match);
  });
});

async function stop(match: Command): Promise<void> {
  if (match.child.exitCode === null) process.kill(match.pid, "SIGTERM");
  await match.ended();
}

function callBySrt(port: number): ChildProcess {
  return spawn(
    "ffmpeg",
    [
      ...[...QUIET, "-re", "-f", "lavfi", "-i", "testsrc2=size=320x180:rate=25"],
      ...["-re", "-f", "lavfi", "-i", "sine=frequency=440:sample_rate=48000", "-c:v", "libx264"],
      ...[
        "-preset",
        "ultrafast",
        "-tune",
        "zerolatency",
        "-g",
        "25",
        "-c:a",
        "aac",
        "-f",
        "mpegts",
      ],
      `srt://127.0.0.1:${port}?mode=caller`,
    ],
    { stdio: "ignore" },
  );
}

interface Status {
  captureIs: string;
  source: { state: string; why: string | null };
}

/** What the broadcaster says, once `condition` holds. */
async function statusOf(match: Command, condition: (status: Status) => boolean): Promise<Status> {
  const told = await partyStatus(
    match,
    "broadcaster",
    (status) => condition(status as Status),
    25_000,
  );
  return told as Status;
}

/** The playlists move: a newer part is there a second later. */
async function plays(match: Command): Promise<void> {
  const newest = (status: unknown): string =>
    JSON.stringify((status as { renditions?: unknown }).renditions);
  const before = newest(await partyStatus(match, "origin", () => true, 10_000));
  await partyStatus(match, "origin", (status) => newest(status) !== before, 10_000);
}

async function partyStatus(
  match: Command,
  party: string,
  condition: (status: unknown) => boolean,
  limitMs: number,
): Promise<unknown> {
  const start = clock.monotonic();
  const command = new Command(["status", "--json"], { folder: match.folder });
  await command.ended();
  const said = JSON.parse(command.output) as { id: string; url: string }[];
  const { url } = said.find(({ id }) => id === party) ?? assert.fail(`${party} is not told of`);
  for (;;) {
    const status: unknown = await (await fetch(`${url}/status`)).json();
    if (condition(status)) return status;
    if (clock.monotonic() - start > limitMs)
      assert.fail(`${party} still says ${JSON.stringify(status)}`);
    await clock.sleep(ms(100));
  }
}

async function freePort(): Promise<number> {
  const probe = createServer();
  await new Promise<void>((resolve) => void probe.listen(0, "127.0.0.1", resolve));
  const { port } = probe.address() as { port: number };
  await new Promise((resolve) => probe.close(resolve));
  return port;
}
