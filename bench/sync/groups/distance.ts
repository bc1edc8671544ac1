// How near the camera each of our players stays for ten minutes, and how near the own engine can.
import { ms } from "#base";
import { systemClock } from "#base/clock";
import { type Row, row } from "../../result.ts";
import { median, placesOf, voidReason } from "../figures.ts";
import { byPlayer, commonRows, type Findings, findings, type Group, playerRows } from "../group.ts";
import { cityLineOf } from "../lines.ts";
import { observe } from "../observe.ts";
import { startPrompter } from "../prompter.ts";
import { type OwnPlayer, type Spectator, Stage } from "../stage.ts";
import { SETTLE_MS } from "./mixed.ts";

/** Long enough for streams that stop after ten minutes; a short look takes what it is given. */
const LONG_S = 600;
const LOOK_BELOW_S = 120;
const players: readonly OwnPlayer[] = ["own", "own", "dash", "dash", "hls"];
const limits: Readonly<Record<string, { latencyMs: number; stalls?: number }>> = {
  own: { latencyMs: 1_500, stalls: 0 },
  dash: { latencyMs: 1_500, stalls: 0 },
  hls: { latencyMs: 2_000 },
};

export const distance: Group = {
  purpose: "own, dash.js and hls.js as the governor leads them, ten minutes: delay and stalls",
  run: measureDistance,
};

async function measureDistance(seconds: number): Promise<Findings> {
  const stage = await Stage.open({});
  try {
    const spectators: Spectator[] = [];
    for (const [tab, player] of players.entries())
      spectators.push(await stage.seatOwn(player, { tab, impairment: cityLineOf(7 - tab) }));
    await systemClock.sleep(SETTLE_MS);
    const watched = seconds < LOOK_BELOW_S ? seconds : LONG_S;
    const observation = await observe(stage, spectators, { seconds: watched });
    const name = `distance, ${watched} s`;
    const rows = [
      ...commonRows(name, observation),
      ...[...byPlayer(observation.seen)].flatMap(([player, seen]) =>
        playerRows(`${name}, ${player}`, seen, limits[player]),
      ),
    ];
    return findings(rows, observation);
  } finally {
    await stage.close();
  }
}

/** From here, down by a step, each watched for so long after the distance has been reached. */
const FLOOR_FROM_MS = 1_300;
const FLOOR_STEP_MS = 100;
const FLOOR_TO_MS = 500;
const FLOOR_WATCHED_S = 20;
/** Told ahead by six seconds, and 100 ms take two. */
const FLOOR_REACHED_MS = ms(10_000);
/** A distance is held when its viewer is within so much of it at p50. */
const FLOOR_HELD_MS = 60;

export const floor: Group = {
  purpose: "the own engine, led nearer by 100 ms each half minute until it stalls",
  run: measureFloor,
};

async function measureFloor(): Promise<Findings> {
  const stage = await Stage.open({});
  const prompter = await startPrompter(stage.match.urls.director, FLOOR_FROM_MS);
  try {
    const place = { tab: 0, impairment: { upMs: 1, downMs: 2 } };
    const spectator = await stage.seatOwn("own", place, prompter.destination);
    await systemClock.sleep(SETTLE_MS);
    const rows: Row[] = [];
    let least = Number.NaN;
    let reason: string | null = null;
    for (let target = FLOOR_FROM_MS; target >= FLOOR_TO_MS; target -= FLOOR_STEP_MS) {
      prompter.lead(target);
      if (target < FLOOR_FROM_MS) await systemClock.sleep(FLOOR_REACHED_MS);
      const observation = await observe(stage, [spectator], { seconds: FLOOR_WATCHED_S });
      reason ??= voidReason(observation);
      const [tab] = observation.seen;
      const latencies = tab ? placesOf(tab).map(({ latencyMs }) => latencyMs) : [];
      const stalls = tab?.stalls.length ?? 0;
      rows.push(row(`floor: at ${target} ms, glass to glass`, "ms", latencies));
      rows.push(row(`floor: at ${target} ms, stalls`, "count", [stalls]));
      if (stalls > 0 || Math.abs(median(latencies) - target) > FLOOR_HELD_MS) break;
      least = target;
    }
    rows.push(row("floor: the least distance held without a stall", "ms", [least]));
    return { rows, void: reason };
  } finally {
    await prompter.close();
    await stage.close();
  }
}
