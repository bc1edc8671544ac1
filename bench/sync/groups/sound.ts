// Sound and picture through changes of the rate: the test signal's beep against its flash.
import { systemClock } from "#base/clock";
import { type Row, row } from "../../result.ts";
import { beginListening, type Beep, takeBeeps } from "../beeps.ts";
import { commonRows, count, type Findings, findings, type Group } from "../group.ts";
import { observe, type Seen } from "../observe.ts";
import { type Pair, pairsOf } from "../soundFigures.ts";
import { ownPlayers, type Spectator, Stage } from "../stage.ts";
import { SETTLE_MS } from "./mixed.ts";

const WITHIN_MS = 45;
/** The playhead is moved out of its place so often and so far: the page brings it back with its rate, either way. */
const MOVED_EVERY_S = 6;
const movesS = [-0.25, 0.2] as const;

export const sound: Group = {
  purpose: "beep against flash in three tabs, while the rate is made to change",
  run: measureSound,
};

async function measureSound(seconds: number): Promise<Findings> {
  const stage = await Stage.open({});
  try {
    const spectators: Spectator[] = [];
    for (const [tab, player] of ownPlayers.entries())
      spectators.push(await stage.seatOwn(player, { tab, impairment: { upMs: 2, downMs: 4 } }));
    await systemClock.sleep(SETTLE_MS);
    for (const { seat } of spectators) {
      await seat.frames.dense(true);
      await beginListening(seat.page, seat.falseClock.key);
    }
    const beeps = new Map<Spectator, Beep[]>();
    let moves = 0;
    const observation = await observe(stage, spectators, {
      seconds,
      meanwhile: async (secondsIn) => {
        await collect(spectators, beeps);
        if (secondsIn < (moves + 1) * MOVED_EVERY_S) return;
        await Promise.all(spectators.map((each) => movePlayhead(each, movesS[moves % 2] ?? 0)));
        moves += 1;
      },
    });
    const rows = [...commonRows("sound", observation), ...soundRows(observation.seen, beeps)];
    return findings(rows, observation);
  } finally {
    await stage.close();
  }
}

async function collect(
  spectators: readonly Spectator[],
  beeps: Map<Spectator, Beep[]>,
): Promise<void> {
  await Promise.all(
    spectators.map(async (spectator) => {
      const { page, falseClock } = spectator.seat;
      const more = await takeBeeps(page, falseClock.key);
      beeps.set(spectator, [...(beeps.get(spectator) ?? []), ...more]);
    }),
  );
}

async function movePlayhead({ seat }: Spectator, byS: number): Promise<void> {
  await seat.page.evaluate((by) => {
    interface Page {
      document: { querySelector(what: "video"): { currentTime: number } };
    }
    (globalThis as unknown as Page).document.querySelector("video").currentTime += by;
  }, byS);
}

function soundRows(seen: readonly Seen[], beeps: ReadonlyMap<Spectator, readonly Beep[]>): Row[] {
  const pairs = seen.flatMap(({ spectator, frames }) =>
    pairsOf(beeps.get(spectator) ?? [], frames),
  );
  const heard = [...beeps.values()].reduce((total, each) => total + each.length, 0);
  const off = (of: (pair: Pair) => boolean): number[] =>
    pairs.filter(of).map(({ afterFlashMs }) => Math.abs(afterFlashMs));
  const limit = { value: WITHIN_MS, judged: "p95" } as const;
  return [
    row(
      "sound: off its picture, either way",
      "ms",
      off(() => true),
      limit,
    ),
    row(
      "sound: the same while the rate is not 1",
      "ms",
      off(({ beep }) => beep.rate !== 1),
      limit,
    ),
    ...seen.map(({ spectator, frames }) =>
      row(
        `sound, ${spectator.name}: after its picture`,
        "ms",
        pairsOf(beeps.get(spectator) ?? [], frames).map(({ afterFlashMs }) => afterFlashMs),
      ),
    ),
    row(
      "sound: after its picture at the output device, by the browser's word",
      "ms",
      pairs.map(({ heardAfterFlashMs }) => heardAfterFlashMs),
    ),
    count("sound: beeps without a flash that was read", heard - pairs.length),
  ];
}
