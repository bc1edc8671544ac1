// The play of an edge that dies under a crowd: half of the viewers are on it, the others on its neighbour.
import { ms } from "#base";
import { systemClock } from "#base/clock";
import { type CrowdReport, startCrowd } from "#crowd";
import { crowdOn } from "./crowd.ts";
import { stageMatch } from "./play.ts";

/** The channel has a past by then, which viewers begin in. */
const ON_AIR_MS = ms(3_000);
const JOIN_LIMIT_MS = 20_000;
/** One viewer after the other. */
const APART_MS = 4;

export interface EdgeDeath {
  readonly report: CrowdReport;
  /** Viewers playing when everything was over. */
  readonly playing: number;
}

/** Stages a match, lets `viewers` settle for `settleMs`, kills the edge in Fastweb, and watches them for `afterMs`. */
export async function edgeDeath(play: {
  viewers: number;
  settleMs: number;
  afterMs: number;
}): Promise<EdgeDeath> {
  const { viewers, settleMs, afterMs } = play;
  const match = await stageMatch();
  try {
    await systemClock.sleep(ON_AIR_MS);
    const settings = crowdOn(match, {
      viewers,
      protocols: [
        { protocol: "dash", share: 0.6 },
        { protocol: "dash-parts", share: 0.2 },
        { protocol: "hls", share: 0.2 },
      ],
      arrival: "steady",
      overMs: viewers * APART_MS,
      durationMs: 600_000,
      shares: { fastweb: 1, tim: 1 },
    });
    const crowd = await startCrowd(settings, { clock: systemClock });
    try {
      const start = systemClock.monotonic();
      while (crowd.now.joins < viewers) {
        if (systemClock.monotonic() - start > viewers * APART_MS + JOIN_LIMIT_MS)
          throw new Error(`${crowd.now.joins} of ${viewers} viewers joined`);
        await systemClock.sleep(ms(50));
      }
      await systemClock.sleep(ms(settleMs));
      process.kill(match.process("edge isp-roma").pid as number, "SIGKILL");
      await systemClock.sleep(ms(afterMs));
    } finally {
      await crowd.stop();
    }
    const report = await crowd.ended;
    return { report, playing: report.timeline.all.playing.at(-1) ?? 0 };
  } finally {
    await match.close();
  }
}
