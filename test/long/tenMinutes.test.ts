// Streams that stop after ten minutes are a known complaint of this field: two viewers watch for longer.
import assert from "node:assert/strict";
import { test } from "node:test";
import { ms, Scope } from "#base";
import { systemClock } from "#base/clock";
import { usageOf } from "#cli";
import { Theatre, type Viewer } from "../support/browser.ts";
import { FASTWEB } from "../support/crowd.ts";
import { stageMatch } from "../support/play.ts";

const clock = systemClock;
const WATCHED_MS = 11 * 60_000;
/** Caches, windows and sketches are full by then; what grows afterwards is a leak. */
const WARM_MS = 3 * 60_000;
const LOOK_EVERY_MS = ms(5_000);
const GROWTH_LIMIT_BYTES = 64 * 2 ** 20;
/** An edge goes on keeping what it carried, up to its `cacheBytes`: eight minutes of the small ladder, twice over. */
const EDGE_GROWTH_LIMIT_BYTES = 256 * 2 ** 20;
/** A shared machine stops for a moment now and then; a player that loses its way stalls without end. */
const STALLS_LIMIT = 10;

test("eleven minutes on, both viewers are at their target, and no process has grown", async (t) => {
  const scope = new Scope();
  t.after(() => scope.close());
  const match = scope.own(await stageMatch());
  const theatre = scope.own(await Theatre.open());
  const viewers = await Promise.all(
    (["dash", "hls"] as const).map((protocol) =>
      theatre.watch({ watchUrl: match.urls.watch, protocol, network: FASTWEB }),
    ),
  );
  for (const viewer of viewers) await viewer.playing(clock);
  const resident = (): Map<number, number> =>
    new Map(
      [...usageOf(match.processes.flatMap(({ pid }) => pid ?? []))].map(([pid, usage]) => [
        pid,
        usage.residentBytes,
      ]),
    );
  const start = clock.monotonic();
  await watchUntil(viewers, start + WARM_MS);
  const warm = resident();
  await watchUntil(viewers, start + WATCHED_MS);
  const late = resident();
  for (const { pid, plan } of match.processes) {
    const grown = (late.get(pid ?? 0) ?? 0) - (warm.get(pid ?? 0) ?? 0);
    const limit = plan.role === "edge" ? EDGE_GROWTH_LIMIT_BYTES : GROWTH_LIMIT_BYTES;
    assert.ok(grown < limit, `${plan.id} grew by ${Math.round(grown / 2 ** 20)} MiB`);
  }
  for (const viewer of viewers) {
    const { protocol, stalls, latencyMs, targetMs } = await viewer.state();
    assert.ok(stalls <= STALLS_LIMIT, `${protocol}: ${stalls} stalls`);
    assert.ok(Math.abs((latencyMs ?? Infinity) - targetMs) < 600, `${protocol}: ${latencyMs} ms`);
  }
});

/** Each viewer presents newer frames at every look. */
async function watchUntil(viewers: readonly Viewer[], end: number): Promise<void> {
  let before = viewers.map(() => 0);
  while (clock.monotonic() < end) {
    const frames = await Promise.all(viewers.map((viewer) => viewer.sample()));
    frames.forEach(({ mediaTime }, index) => assert.ok(mediaTime > (before[index] ?? 0)));
    before = frames.map(({ mediaTime }) => mediaTime);
    await clock.sleep(LOOK_EVERY_MS);
  }
}
