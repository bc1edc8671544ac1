// What viewers see when a link of the chain breaks: three of them, one by each player, in the same network.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import type { Page, Response } from "playwright-core";
import { ms } from "#base";
import { systemClock } from "#base/clock";
import type { RunningMatch } from "#cli";
import { Theatre, type Viewer, type ViewerState } from "../support/browser.ts";
import { FASTWEB } from "../support/crowd.ts";
import { stageMatch } from "../support/play.ts";

const clock = systemClock;
const silenced = ["director", "director 2", "telemetry", "control room"] as const;
const MOVE_LIMIT_MS = 2_000;
/** So long an edge that failed rests (`src/viewer/players/limits.ts`). */
const EDGE_PENALTY_S = 5;
/** Within this every player has asked steering again: an answer lives for 5 s. */
const STEERING_ASKED_MS = 5_500;

describe("a viewer by each player, all on the edge in their network", () => {
  let match: RunningMatch;
  let theatre: Theatre;
  let viewers: Viewer[];
  before(async () => {
    [match, theatre] = await Promise.all([
      stageMatch((staged) => {
        staged.directors = 2;
        // An edge that is well again is trusted sooner than usual, lest the play last for minutes.
        staged.policy.backAfterS = 3;
      }),
      Theatre.open(),
    ]);
    viewers = await Promise.all(
      (["own", "dash", "hls"] as const).map((protocol) =>
        theatre.watch({ watchUrl: match.urls.watch, protocol, network: FASTWEB }),
      ),
    );
    for (const viewer of viewers) await settled(viewer, "isp-roma");
  });
  after(async () => {
    await theatre?.close();
    await match?.close();
  });

  test("without directors, telemetry and control room all keep watching", async () => {
    for (const id of silenced) process.kill(match.process(id).pid as number, "SIGKILL");
    // A machine that others share may stand still once; what a missing director does it does each time it is asked.
    let troubles = await troublesMeanwhile();
    for (let again = 0; again < 2 && troubles.length > 0; again += 1)
      troubles = await troublesMeanwhile();
    assert.deepEqual(troubles, []);
    for (const viewer of viewers) await presentsFrames(viewer);
  });

  /** What befalls the viewers while every one of them asks steering. */
  async function troublesMeanwhile(): Promise<string[]> {
    const before = await Promise.all(viewers.map((viewer) => viewer.state()));
    await clock.sleep(ms(STEERING_ASKED_MS));
    const after = await Promise.all(viewers.map((viewer) => viewer.state()));
    return after.flatMap(({ protocol, stalls, errors }, index) => {
      const known = before[index] as ViewerState;
      const told = errors.slice(known.errors.length).map(({ sentence }) => sentence);
      if (stalls > known.stalls) told.push(`${stalls - known.stalls} stalls`);
      return told.map((trouble) => `${protocol}: ${trouble}`);
    });
  }

  test("one director of two steers all, whoever gave the session, and also who began without any", async () => {
    const late = await theatre.watch({
      watchUrl: match.urls.watch,
      protocol: "own",
      network: FASTWEB,
    });
    await late.playing(clock);
    const [first, ...others] = silenced;
    await Promise.all(others.map((id) => match.process(id).start()));
    const { port } = new URL(match.urls.directors[1] as string);
    await Promise.all([...viewers, late].map(({ page }) => answeredBy(page, port)));
    await late.until("told of the moment of all", ({ targetVersion }) => targetVersion !== null, {
      clock,
      limitMs: 10_000,
    });
    await late.page.context().close();
    await match.process(first).start();
  });

  test("an encoder that is killed is replaced, and all are back at their target within 10 s, unaided", async () => {
    await breakEncoder(match, "SIGKILL");
    for (const viewer of viewers) await backAtTarget(viewer);
  });

  test("an encoder that freezes is replaced, and all are back at their target within 10 s, unaided", async () => {
    await breakEncoder(match, "SIGSTOP");
    for (const viewer of viewers) await backAtTarget(viewer);
  });

  test("an edge that hangs is left by all within 2 s", async () => {
    for (const viewer of viewers) await settled(viewer, "isp-roma");
    const edge = match.process("edge isp-roma");
    process.kill(edge.pid as number, "SIGSTOP");
    try {
      await allMoveTo("ixp-roma");
    } finally {
      process.kill(edge.pid as number, "SIGCONT");
    }
  });

  test("steering brings all back when the edge is well again", async () => {
    for (const viewer of viewers)
      await viewer.until("back on isp-roma", ({ edge }) => edge === "isp-roma", {
        clock,
        limitMs: 30_000,
      });
  });

  test("an edge that is killed is left by all within 2 s", async () => {
    for (const viewer of viewers) await settled(viewer, "isp-roma");
    process.kill(match.process("edge isp-roma").pid as number, "SIGKILL");
    await allMoveTo("ixp-roma");
  });

  async function allMoveTo(edge: string): Promise<void> {
    const start = clock.monotonic();
    await Promise.all(
      viewers.map(async (viewer) => {
        await viewer.until(`on ${edge}`, (state) => state.edge === edge, {
          clock,
          limitMs: MOVE_LIMIT_MS,
        });
        await presentsFrames(viewer);
        const took = clock.monotonic() - start;
        const told = JSON.stringify(await viewer.state());
        assert.ok(
          took < MOVE_LIMIT_MS,
          `playing from ${edge} after ${took.toFixed(0)} ms: ${told}`,
        );
      }),
    );
  }
});

/** A director at `port` answers a steering question of the page; two times to live may pass before it is asked. */
async function answeredBy(page: Page, port: string): Promise<void> {
  const isAnswer = (answer: Response): boolean => {
    const url = new URL(answer.url());
    return answer.ok() && url.port === port && url.pathname.startsWith("/steer/");
  };
  await page.waitForResponse(isAnswer, { timeout: 30_000 });
}

/** Near its target on `edge`, and no other edge rests: a viewer bears more of the only edge that is well. */
async function settled(viewer: Viewer, edge: string): Promise<void> {
  await viewer.playing(clock);
  await viewer.until(
    `near its target on ${edge}, and calm`,
    (state) => state.edge === edge && nearTarget(state) && !leftAnEdge(state),
    { clock, limitMs: 25_000 },
  );
}

/** Whether an edge was left so lately that it still rests. */
const leftAnEdge = ({ errors }: ViewerState): boolean =>
  errors.some(
    ({ at, sentence }) => sentence.includes("Edge ") && clock.utc() - at < EDGE_PENALTY_S * 1_000,
  );

const nearTarget = ({ latencyMs, targetMs }: ViewerState): boolean =>
  latencyMs !== null && Math.abs(latencyMs - targetMs) < 600;

async function backAtTarget(viewer: Viewer): Promise<void> {
  await viewer.until("back at its target", nearTarget, { clock, limitMs: 10_000 });
  await presentsFrames(viewer);
}

/** Two frames, the second later in the match than the first. */
async function presentsFrames(viewer: Viewer): Promise<void> {
  const first = await viewer.sample();
  const second = await viewer.sample();
  assert.ok(second.mediaTime > first.mediaTime, `${first.mediaTime} then ${second.mediaTime}`);
}

/** Sends `signal` to the encoder and waits until another one makes pictures. */
async function breakEncoder(match: RunningMatch, signal: NodeJS.Signals): Promise<void> {
  const pid = await encoderPid(match);
  assert.ok(pid, "an encoder runs");
  process.kill(pid, signal);
  const start = clock.monotonic();
  for (
    let now = await encoderPid(match);
    now === null || now === pid;
    now = await encoderPid(match)
  ) {
    assert.ok(clock.monotonic() - start < 6_000, "live pictures are back within 6 s");
    await clock.sleep(ms(50));
  }
}

/** The encoder whose pictures are on air, or null while there is none. */
async function encoderPid(match: RunningMatch): Promise<number | null> {
  const answer = await fetch(`${match.urls.broadcaster}/status`);
  const { encoders } = (await answer.json()) as {
    encoders: { name: string; pid: number | null; state: string }[];
  };
  const video = encoders.find(({ name }) => name === "video");
  return video?.state === "running" ? video.pid : null;
}
