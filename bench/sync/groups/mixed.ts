// Eight tabs of three players, joined at moments of chance, at one target.
import { ms } from "#base";
import { systemClock } from "#base/clock";
import { row } from "../../result.ts";
import { byPlayer, commonRows, type Findings, findings, type Group, playerRows } from "../group.ts";
import { cityLineOf, cityLines, unseenSpreadMs } from "../lines.ts";
import { observe } from "../observe.ts";
import { type OwnPlayer, ownPlayers, type Spectator, Stage } from "../stage.ts";

const TABS = 8;
/** One for all; LL-HLS can be held no nearer than 1.7 s. */
export const MIXED_TARGET_MS = 1_900;
/** Each joins within so long of the one before, by chance. */
const JOIN_WITHIN_MS = 4_000;
/** Nothing counts before the last has watched for so long: a rate of 8 % makes up for a second by then. */
export const SETTLE_MS = ms(12_000);

export const mixed: Group = {
  purpose: "eight tabs joined at random moments, own, dash.js and hls.js mixed, at one target",
  run: measureMixed,
};

/** Bounds that leave a governor no choice. */
export const heldAt = (targetMs: number) => ({
  startMs: targetMs,
  leastMs: targetMs,
  mostMs: targetMs,
});

async function measureMixed(seconds: number): Promise<Findings> {
  const stage = await Stage.open(heldAt(MIXED_TARGET_MS));
  try {
    const spectators = await seatMixed(stage, TABS);
    await systemClock.sleep(SETTLE_MS);
    const observation = await observe(stage, spectators, { seconds });
    const name = `mixed, ${TABS} tabs`;
    const rows = [
      ...commonRows(name, observation, { spread: { p50: 25, p95: 100 } }),
      ...[...byPlayer(observation.seen)].flatMap(([player, seen]) =>
        playerRows(`${name}, ${player}`, seen, { latencyMs: 2_000 }),
      ),
      row(`${name}: what their paths' two ways hide`, "ms", [
        unseenSpreadMs(cityLines.slice(0, TABS)),
      ]),
    ];
    return findings(rows, observation);
  } finally {
    await stage.close();
  }
}

/** Seats the players in turn, each at a moment of chance. */
export async function seatMixed(stage: Stage, tabs: number): Promise<Spectator[]> {
  const spectators: Spectator[] = [];
  for (let tab = 0; tab < tabs; tab += 1) {
    const player = ownPlayers[tab % ownPlayers.length] as OwnPlayer;
    spectators.push(await stage.seatOwn(player, { tab, impairment: cityLineOf(tab) }));
    await systemClock.sleep(ms(joinAfterMs(tab)));
  }
  return spectators;
}

/** The golden section spreads instants without a pattern, the same in each run. */
const joinAfterMs = (tab: number): number => ((tab * 0.618_034 + 0.37) % 1) * JOIN_WITHIN_MS;
