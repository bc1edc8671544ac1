// The players as their makers ship them, on the same stream, with the same clocks and lines.
import { ms } from "#base";
import { systemClock } from "#base/clock";
import { mpdPath } from "#protocol";
import { type Row, row } from "../../result.ts";
import { commonRows, type Findings, type Group, playerRows } from "../group.ts";
import { voidReason } from "../figures.ts";
import { cityLineOf } from "../lines.ts";
import { observe } from "../observe.ts";
import { type Spectator, Stage } from "../stage.ts";
import { serveStock, type StockPlayer, stockPlayers, type StockServer } from "../stock/server.ts";
import { heldAt, MIXED_TARGET_MS, SETTLE_MS } from "./mixed.ts";

/** Tabs of each player. */
const TABS = 4;
const JOIN_APART_MS = ms(1_700);

export const stock: Group = {
  purpose: "four tabs each of stock dash.js, hls.js and shaka-player, asked for the same target",
  run: measureStock,
};

async function measureStock(seconds: number): Promise<Findings> {
  const server = await serveStock();
  const rows: Row[] = [];
  const reasons: string[] = [];
  try {
    for (const player of stockPlayers) {
      const found = await measurePlayer(player, { server, seconds });
      rows.push(...found.rows);
      if (found.void !== null) reasons.push(`stock ${player}: ${found.void}`);
    }
  } finally {
    await server.close();
  }
  // What strangers cannot play is a finding about them and not a fault of the run.
  rows.push(row("stock: players that could not be measured", "count", [reasons.length]));
  for (const reason of reasons) console.error(reason);
  return { rows, void: reasons.length === stockPlayers.length ? reasons.join("; ") : null };
}

async function measurePlayer(
  player: StockPlayer,
  { server, seconds }: { server: StockServer; seconds: number },
): Promise<Findings> {
  const stage = await Stage.open(heldAt(MIXED_TARGET_MS));
  try {
    const spectators: Spectator[] = [];
    for (let tab = 0; tab < TABS; tab += 1) {
      const place = { tab, impairment: cityLineOf(tab) };
      spectators.push(await stage.seatStranger(urlOf(player, { server, stage }), player, place));
      await systemClock.sleep(JOIN_APART_MS);
    }
    await systemClock.sleep(SETTLE_MS);
    const observation = await observe(stage, spectators, { seconds });
    const name = `stock ${player}, ${TABS} tabs`;
    const comparator = player;
    return {
      rows: [
        ...commonRows(name, observation, { comparator }),
        ...playerRows(name, observation.seen, { comparator }),
      ],
      void: voidReason(observation),
    };
  } finally {
    await stage.close();
  }
}

function urlOf(
  player: StockPlayer,
  { server, stage }: { server: StockServer; stage: Stage },
): string {
  const edge = stage.match.urls.edges.find(({ id }) => id === "isp-roma")?.url ?? "";
  const query = new URLSearchParams({
    player,
    dash: `${edge}${mpdPath("match")}`,
    hls: `${edge}/match/main.m3u8`,
    target: String(MIXED_TARGET_MS),
  });
  return `${server.url}/?${query.toString()}`;
}
