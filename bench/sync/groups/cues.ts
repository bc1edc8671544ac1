// Timed events against the frames they belong to: none before its frame, each within 80 ms of it.
import { ms } from "#base";
import { systemClock } from "#base/clock";
import { type CueKind, cueEntryPath, cueKinds } from "#protocol";
import { type Row, row } from "../../result.ts";
import { behindFrameMs } from "../cueFigures.ts";
import { beginCueWatch, type ShownCue, takeCues } from "../cueWatch.ts";
import { commonRows, count, type Findings, findings, type Group } from "../group.ts";
import { cityLineOf } from "../lines.ts";
import { type Observation, observe, type Seen } from "../observe.ts";
import { ownPlayers, type Spectator, Stage } from "../stage.ts";
import { SETTLE_MS } from "./mixed.ts";

/** Cues come this far apart on average, ms. */
const APART_MS = 700;
/** Nothing is entered in the last seconds: a cue far ahead must have come. */
const LAST_S = 6;
/** Of what instant a cue is, beside the one at which it is entered: of now, of a moment ago, of a moment ahead, ms. */
const asideMs = [0, -300, 1_500, 0, -900, 3_000] as const;
const WITHIN_MS = 80;

export const cues: Group = {
  purpose: "cues at random moments, to three tabs: against the frame on the screen, by its barcode",
  run: measureCues,
};

async function measureCues(seconds: number): Promise<Findings> {
  const stage = await Stage.open({});
  try {
    const spectators: Spectator[] = [];
    for (const [tab, player] of ownPlayers.entries())
      spectators.push(await stage.seatOwn(player, { tab, impairment: cityLineOf(tab) }));
    await systemClock.sleep(SETTLE_MS);
    await Promise.all(spectators.map(watch));
    const shown = new Map<Spectator, ShownCue[]>();
    const desk = new Desk(stage.match.urls.origin);
    const entering = desk.enterFor(Math.max(3, seconds - LAST_S));
    const observation = await observe(stage, spectators, {
      seconds,
      meanwhile: () => collect(spectators, shown),
    });
    await entering;
    const rows = [
      ...commonRows("cues", observation),
      ...observation.seen.flatMap((tab) =>
        cueRows(tab, shown.get(tab.spectator) ?? [], desk.entered),
      ),
      ...totalRows(observation, shown),
      count("cues: refused by the origin", desk.refused, 0),
    ];
    const found = findings(rows, observation);
    const told = [...shown.values()].flat().length;
    const none = `${desk.entered} cues were entered and none was shown`;
    return told > 0 ? found : { ...found, void: found.void ?? none };
  } finally {
    await stage.close();
  }
}

async function watch({ seat }: Spectator): Promise<void> {
  await seat.frames.dense(true);
  await beginCueWatch(seat.page, seat.falseClock.key);
}

async function collect(
  spectators: readonly Spectator[],
  shown: Map<Spectator, ShownCue[]>,
): Promise<void> {
  await Promise.all(
    spectators.map(async (spectator) => {
      const { page, falseClock } = spectator.seat;
      const more = await takeCues(page, falseClock.key);
      shown.set(spectator, [...(shown.get(spectator) ?? []), ...more]);
    }),
  );
}

/** Enters cues as an operator would. */
class Desk {
  readonly #url: string;
  entered = 0;
  refused = 0;

  constructor(originUrl: string) {
    this.#url = `${originUrl}${cueEntryPath("match")}`;
  }

  async enterFor(seconds: number): Promise<void> {
    const end = systemClock.monotonic() + seconds * 1_000;
    for (let turn = 0; systemClock.monotonic() < end; turn += 1) {
      await this.#enter(turn);
      // The golden section: instants that fall into no step with frames, parts or seconds.
      await systemClock.sleep(ms(APART_MS * (0.5 + ((turn * 0.618_034) % 1))));
    }
  }

  async #enter(turn: number): Promise<void> {
    const aside = asideMs[turn % asideMs.length] as number;
    const kind = cueKinds[turn % cueKinds.length] as CueKind;
    const answer = await fetch(this.#url, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({
        v: 1,
        kind,
        data: { text: `cue ${turn}` },
        ...(aside === 0 ? {} : { mediaTimeMs: Math.round(systemClock.utc() + aside) }),
      }),
    });
    await answer.arrayBuffer();
    if (answer.status === 201) this.entered += 1;
    else this.refused += 1;
  }
}

const behindOf = (seen: Seen, shown: readonly ShownCue[]): number[] =>
  shown.flatMap((cue) => {
    const behind = behindFrameMs(cue, seen.frames);
    return behind === null ? [] : [behind];
  });

/** One that came before its frame is told one by one: it must never be. */
function tellEarly(seen: Seen, shown: readonly ShownCue[]): void {
  for (const cue of shown) {
    const behind = behindFrameMs(cue, seen.frames);
    if (behind === null || behind >= 0) continue;
    const onScreen = seen.frames.findLast(({ shownAt }) => shownAt <= cue.shownAt);
    const drawn = (onScreen?.drawnAt ?? Number.NaN) - cue.mediaTimeMs;
    console.error(
      `${seen.spectator.name}: cue ${cue.seq} (${cue.timing}) ${-behind} ms before its frame; the picture then was drawn ${drawn} ms from its media time`,
    );
  }
}

function cueRows(seen: Seen, shown: readonly ShownCue[], entered: number): Row[] {
  const { name } = seen.spectator;
  const behind = behindOf(seen, shown);
  tellEarly(seen, shown);
  return [
    row(`cues, ${name}: after their frame`, "ms", behind),
    count(`cues, ${name}: never shown`, entered - new Set(shown.map(({ seq }) => seq)).size, 0),
    count(
      `cues, ${name}: shown twice`,
      shown.length - new Set(shown.map(({ seq }) => seq)).size,
      0,
    ),
    count(`cues, ${name}: not judged, their frame was not heard of`, shown.length - behind.length),
  ];
}

function totalRows(
  { seen }: Observation,
  shown: ReadonlyMap<Spectator, readonly ShownCue[]>,
): Row[] {
  const behind = seen.flatMap((tab) => behindOf(tab, shown.get(tab.spectator) ?? []));
  return [
    row("cues: off their frame, either way", "ms", behind.map(Math.abs), {
      value: WITHIN_MS,
      judged: "p95",
    }),
    count("cues: before their frame", behind.filter((each) => each < 0).length, 0),
  ];
}
