// Memory of connections that are kept open and ask nothing.
import { ms } from "#base";
import { systemClock } from "#base/clock";
import { type Row, shortRow } from "../../result.ts";
import type { Contender, Standing } from "../contender.ts";
import { residentOf } from "../meter.ts";
import { ours } from "../ours.ts";
import { contenders, type Stage } from "../stage.ts";
import type { Measurement } from "./measurement.ts";

const TARGET = "/live/v2048.m3u8?_HLS_msn=7&_HLS_part=0";
const CONNECTIONS = 10_000;
const SECURE_CONNECTIONS = 2_000;
/** Opened and closed again before anything is read, so that pools and code are there. */
const FIRST_CONNECTIONS = 500;
/** What was opened has come to rest. */
const SETTLE_MS = ms(2_000);

/** KB a connection, in a process of its own that nobody else has used. */
async function measure(
  stage: Stage,
  contender: Contender,
  secure: boolean,
): Promise<number | null> {
  const standing = await stage.start(contender);
  try {
    if (secure && standing.tls === null) return null;
    const pid = secure ? (standing.tls?.pid ?? standing.pid) : standing.pid;
    await rest(stage, standing, { secure, viewers: FIRST_CONNECTIONS });
    await stage.client.do({ do: "leave" });
    await systemClock.sleep(SETTLE_MS);
    const before = residentOf(pid);
    const viewers = secure ? SECURE_CONNECTIONS : CONNECTIONS;
    await rest(stage, standing, { secure, viewers });
    await systemClock.sleep(SETTLE_MS);
    const grown = residentOf(pid) - before;
    await stage.client.do({ do: "leave" });
    console.error(
      `${viewers} idle ${secure ? "TLS " : ""}connections · ${contender.name}: ${Math.round(grown / 1e6)} MB`,
    );
    return grown / viewers / 1_024;
  } finally {
    await standing.close();
  }
}

async function rest(
  stage: Stage,
  { address, tls }: Standing,
  { secure, viewers }: { secure: boolean; viewers: number },
): Promise<void> {
  const server = secure && tls ? tls.address : address;
  const served = await stage.client.do({ do: "idle", server, viewers, secure, target: TARGET });
  if (served !== viewers) throw new Error(`${served} of ${viewers} idle connections were served`);
}

async function rows(stage: Stage, secure: boolean): Promise<Row[]> {
  const name = secure ? "memory of an idle TLS connection" : "memory of an idle connection";
  const found: Row[] = [];
  for (const contender of contenders) {
    const kilobytes = await measure(stage, contender, secure);
    if (kilobytes === null) continue;
    const own = secure ? {} : { limit: 12 };
    const more = contender.name === ours.name ? own : { comparator: contender.name };
    found.push(shortRow(name, "KB", [kilobytes], more));
  }
  return found;
}

export const idle: Measurement = {
  name: "idle",
  run: async (stage) => [...(await rows(stage, false)), ...(await rows(stage, true))],
};
