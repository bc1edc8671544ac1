// GET /session over sockets: the director in its own process, asked at rising rates whatever it answers.
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { ms } from "#base";
import { systemClock } from "#base/clock";
import { readItaly } from "#director";
import { type NetworkModel, PROTOCOL_VERSION } from "#protocol";
import { pace } from "../../edge/client/openLoop.ts";
import type { Paced } from "../../edge/client/wire.ts";
import { type Row, shortRow } from "../../result.ts";
import type { Group } from "../group.ts";
import { audienceOf } from "../world/audience.ts";

const MAIN = new URL("main.ts", import.meta.url).pathname;
const SEED = 3;
/** Different viewers, each with an address of its own. */
const VIEWERS = 20_000;
const CONNECTIONS = 200;
/** Rates rise by this factor until one is not kept in two tries. */
const FIRST_RATE = 500;
const RISE = 1.4;
const MOST_RATE = 40_000;
/** A rate is kept when everyone is answered and 99 of 100 within this time, ms. */
const KEPT_P99_MS = 50;
/** Requests before anything is measured. */
const WARM_RATE = 500;
const WARM_MS = 3_000;
const SECOND_MS = ms(1_000);

export const session: Group = {
  name: "session",
  async measure({ seconds }) {
    const child = spawn(process.execPath, [MAIN], {
      stdio: ["ignore", "ignore", "inherit", "ipc"],
    });
    try {
      return await ask(await urlOf(child), seconds);
    } finally {
      child.disconnect();
      await once(child, "exit");
    }
  },
};

async function urlOf(child: ChildProcess): Promise<URL> {
  return new Promise((resolve, reject) => {
    child.once("message", ({ url }: { url: string }) => resolve(new URL(url)));
    child.once("exit", (code) => reject(new Error(`the director ended with status ${code}`)));
  });
}

async function ask(url: URL, seconds: number): Promise<Row[]> {
  const server = { host: url.hostname, port: Number(url.port) };
  const { model } = readItaly();
  const draw = audienceOf(model, SEED);
  const requests = Array.from({ length: VIEWERS }, () => requestFrom(draw().text));
  const beat = (): void => void tellAll(url, model);
  beat();
  const beating = systemClock.every(SECOND_MS, beat);
  const at = (perSecond: number, forMs: number): Promise<Paced> =>
    pace({ server, requests, connections: CONNECTIONS, perSecond, forMs }, systemClock);
  try {
    await at(WARM_RATE, WARM_MS);
    const rows: Row[] = [];
    let kept = 0;
    for (let rate = FIRST_RATE; rate <= MOST_RATE; rate = Math.round(rate * RISE)) {
      const tried = await at(rate, 1_000 * seconds);
      const { p50, p99, worst, answered, missing } = isKept(tried)
        ? tried
        : await at(rate, 1_000 * seconds);
      const name = `GET /session, ${rate} a second, ${missing} without an answer`;
      rows.push({ name, unit: "ms", p50, p95: Number.NaN, p99, n: answered, max: worst });
      if (!isKept({ missing, p99 })) break;
      kept = rate;
    }
    return [
      ...rows,
      shortRow(`GET /session, highest rate kept (p99 ≤ ${KEPT_P99_MS} ms)`, "sessions/s", [kept]),
    ];
  } finally {
    beating.cancel();
  }
}

const isKept = ({ missing, p99 }: Pick<Paced, "missing" | "p99">): boolean =>
  missing === 0 && p99 <= KEPT_P99_MS;

const requestFrom = (address: string): Buffer =>
  Buffer.from(
    `GET /session?channel=live HTTP/1.1\r\nHost: director\r\nX-Forwarded-For: ${address}\r\n\r\n`,
    "latin1",
  );

/** Every edge is well and half empty. */
async function tellAll(url: URL, { edges }: Pick<NetworkModel, "edges">): Promise<void> {
  const at = systemClock.utc() / 1_000;
  await Promise.allSettled(
    edges.map(({ id, capacityMbps }) =>
      fetch(new URL("/heartbeat", url), {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify({
          ...{ v: PROTOCOL_VERSION, edge: id, at, capacityMbps, mbps: capacityMbps / 4 },
          ...{ viewers: Math.round(capacityMbps / 20), cpu: 0.5, waiters: 0 },
          ...{ upstreamErrors: 0, draining: false },
        }),
      }),
    ),
  );
}
