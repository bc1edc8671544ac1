// The newcomer: starts a match, looks, presses Ctrl-C.
import assert from "node:assert/strict";
import { createServer } from "node:net";
import { test } from "node:test";
import { ms } from "#base";
import { systemClock } from "#base/clock";
import { Command } from "../support/command.ts";
import { descendants, gone } from "../support/processTree.ts";

const clock = systemClock;
const MATCH = ["match", "--profile", "small", "--ports", "free", "--no-table"];

test("Ctrl-C and SIGTERM stop every process of a match, and status tells how it was", async () => {
  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    const match = new Command(MATCH);
    await match.says("watch: http://127.0.0.1:");
    const family = await familyOnAir(match);
    if (signal === "SIGINT") await newcomerAsksHowItIs(match);
    process.kill(match.pid, signal);
    assert.equal(await match.ended(), 0, match.output);
    assert.match(match.output, /nothing is left running/);
    await gone(family, { clock, limitMs: 1_000 });
  }
});

/** Every process of the match, once an encoder is among them. */
async function familyOnAir(match: Command): Promise<Map<number, string>> {
  for (const start = clock.monotonic(); ; await clock.sleep(ms(100))) {
    const family = descendants(match.pid);
    if ([...family.values()].some((command) => command.startsWith("ffmpeg"))) return family;
    assert.ok(clock.monotonic() - start < 15_000, "an encoder runs");
  }
}

async function newcomerAsksHowItIs(match: Command): Promise<void> {
  const status = new Command(["status"], { folder: match.folder });
  assert.equal(await status.ended(), 0, status.output);
  for (const party of ["broadcaster", "origin", "exchange", "network", "director", "telemetry"])
    assert.match(status.output, new RegExp(`${party}.*answers`));
}

test("a match whose parent is killed leaves no process behind", async () => {
  const match = new Command(MATCH);
  await match.says("watch: http://127.0.0.1:");
  const family = await familyOnAir(match);
  process.kill(match.pid, "SIGKILL");
  await match.ended();
  await gone(family, { clock, limitMs: 8_000 });
});

test("a port that is taken is named, with what to do, and nothing is left running", async () => {
  const squatter = createServer();
  await new Promise<void>((resolve) => void squatter.listen(8_082, "127.0.0.1", resolve));
  try {
    const match = new Command(["match", "--profile", "small", "--no-table"]);
    assert.equal(await match.ended(), 1);
    assert.match(match.output, /Port 8082 on 127\.0\.0\.1 is taken; director cannot listen there/);
    assert.match(match.output, /--ports free/);
  } finally {
    squatter.close();
  }
});

test("help tells a newcomer where to start", async () => {
  const help = new Command(["--help"]);
  assert.equal(await help.ended(), 0);
  for (const word of ["match", "status", "broadcaster", "start here"])
    assert.ok(help.output.includes(word));
  const edge = new Command(["edge", "--help"]);
  assert.equal(await edge.ended(), 0);
  assert.match(edge.output, /--upstreams <text>\s+the origin, or the next tier/);
});
