// From the click to the first picture, and to the first one in sync: twenty starts of each player.
import { ms } from "#base";
import { systemClock } from "#base/clock";
import type { Truth } from "../../../test/support/falseClock.ts";
import type { Moment, Stall } from "../../../test/support/frameWatch.ts";
import { type Row, row } from "../../result.ts";
import { busyReason } from "../figures.ts";
import { count, type Findings, type Group } from "../group.ts";
import { beginLoad } from "../observe.ts";
import { type OwnPlayer, ownPlayers, type Spectator, Stage } from "../stage.ts";

const STARTS = 20;
/** In a short look. */
const STARTS_LOOK = 4;
const LOOK_BELOW_S = 60;
/** A start that is not in sync by then has failed; each is watched for so long at most, ms. */
const WATCHED_MS = ms(3_500);
/** Tabs are asked this often, and once more so long after the first frame in sync: what jumps does it by then. */
const LOOK_EVERY_MS = ms(400);
const CONVERGED_MS = 1_000;
/** In sync: within so much of the target. */
const WITHIN_MS = 100;
/** The local chain: nothing but the network's own access link. */
const LOCAL = { upMs: 0, downMs: 0 };
const LIMIT_MS = 700;

export const startup: Group = {
  purpose: "from the click to the first picture and to the first in sync, twenty starts each",
  run: measureStartup,
};

interface Start {
  readonly firstMs: number | null;
  readonly inSyncMs: number | null;
  /** Jumps and stalls that a person saw after the first picture. */
  readonly jumps: number;
}

async function measureStartup(seconds: number): Promise<Findings> {
  const starts = seconds < LOOK_BELOW_S ? STARTS_LOOK : STARTS;
  const stage = await Stage.open({});
  const load = beginLoad(stage);
  try {
    const rows: Row[] = [];
    for (const [tab, player] of ownPlayers.entries()) {
      const spectator = await stage.seatOwn(player, { tab, impairment: LOCAL });
      await systemClock.sleep(WATCHED_MS);
      await spectator.seat.frames.dense(true);
      const again: Start[] = [];
      for (let turn = 0; turn < starts; turn += 1)
        again.push(await watchStart(spectator, () => pressAgain(spectator)));
      rows.push(...startRows(`startup, ${player}, a click`, again, player));
      const fresh: Start[] = [];
      for (let turn = 0; turn < Math.ceil(starts / 4); turn += 1)
        fresh.push(await watchStart(spectator, () => loadAgain(spectator)));
      rows.push(...startRows(`startup, ${player}, the page loaded anew`, fresh));
      await spectator.seat.close();
    }
    return { rows, void: busyReason(load()) };
  } finally {
    await stage.close();
  }
}

/** Starts, watches until a moment after it is in sync. `begin` tells when the click was, true UTC ms. */
async function watchStart(spectator: Spectator, begin: () => Promise<number>): Promise<Start> {
  const { seat, viewer } = spectator;
  await seat.frames.drain();
  const clickedAt = await begin();
  const end = systemClock.monotonic() + WATCHED_MS;
  const frames: Moment[] = [];
  const stalls: Stall[] = [];
  let first: Moment | undefined;
  let inSync: Moment | undefined;
  while (systemClock.monotonic() < end) {
    await systemClock.sleep(LOOK_EVERY_MS);
    const more = await seat.frames.drain();
    frames.push(...more.frames);
    stalls.push(...more.stalls);
    const targetMs = (await viewer?.state())?.targetMs ?? Number.NaN;
    const ours = frames.slice(newPlayerAt(frames, clickedAt));
    first = ours[0];
    inSync = ours.find(
      ({ drawnAt, shownAt }) =>
        drawnAt !== null && Math.abs(shownAt - drawnAt - targetMs) <= WITHIN_MS,
    );
    if (inSync && systemClock.utc() - inSync.shownAt > CONVERGED_MS) break;
  }
  const from = first?.shownAt ?? Number.POSITIVE_INFINITY;
  return {
    firstMs: first ? first.shownAt - clickedAt : null,
    inSyncMs: inSync ? inSync.shownAt - clickedAt : null,
    jumps: stalls.filter(({ at }) => at >= from).length,
  };
}

/** The first frame after the click whose player counts anew: frames of the one before may still come. */
function newPlayerAt(frames: readonly Moment[], clickedAt: number): number {
  const at = frames.findIndex(({ shownAt, presented }, index) => {
    const before = frames[index - 1];
    return shownAt > clickedAt && (before === undefined || presented <= before.presented);
  });
  return at < 0 ? frames.length : at;
}

/** A new session and a new player, as a person asks for it. */
async function pressAgain({ seat }: Spectator): Promise<number> {
  const { key } = seat.falseClock;
  const clicked = `${key}-clicked`;
  await seat.page.evaluate(
    ([key, clicked]) => {
      const page = globalThis as unknown as Record<string, unknown> & EventTarget;
      const truth = page[key] as Truth;
      page.addEventListener("keydown", () => void (page[clicked] = truth.utc()), {
        capture: true,
        once: true,
      });
    },
    [key, clicked] as const,
  );
  await seat.page.keyboard.press("r");
  return seat.page.evaluate(
    (clicked) => (globalThis as unknown as Record<string, number>)[clicked] as number,
    clicked,
  );
}

/** The page itself, its files in the browser's cache. */
async function loadAgain({ seat }: Spectator): Promise<number> {
  const at = systemClock.utc();
  await seat.page.reload({ waitUntil: "commit" });
  await seat.page.waitForFunction((key) => key in globalThis, `${seat.falseClock.key}-frames`);
  await seat.frames.dense(true);
  return at;
}

const known = (values: readonly (number | null)[]): number[] =>
  values.filter((value) => value !== null);

function startRows(name: string, starts: readonly Start[], judged?: OwnPlayer): Row[] {
  const inSync = known(starts.map(({ inSyncMs }) => inSyncMs));
  return [
    row(`${name}: first picture`, "ms", known(starts.map(({ firstMs }) => firstMs))),
    row(`${name}: first picture in sync`, "ms", inSync, judged && { value: LIMIT_MS }),
    count(`${name}: not in sync within ${WATCHED_MS} ms`, starts.length - inSync.length),
    count(
      `${name}: jumps seen`,
      starts.reduce((total, { jumps }) => total + jumps, 0),
    ),
  ];
}
