// Eight tabs on four networks, with segments that are lost and a line that is too narrow for a while.
import { elapsed } from "#base";
import { systemClock } from "#base/clock";
import { type Row, row } from "../../result.ts";
import { awayMs, KEPT_WITHIN_MS, placesOf } from "../figures.ts";
import { commonRows, count, type Findings, findings, type Group, playerRows } from "../group.ts";
import { NARROW_FOR_MS, NARROW_MBPS, type NetworkProfile, networkProfiles } from "../lines.ts";
import { type Observation, observe, type Seen } from "../observe.ts";
import { type OwnPlayer, ownPlayers, type Spectator, Stage } from "../stage.ts";
import { SETTLE_MS } from "./mixed.ts";

/** Viewers of each network. */
const EACH = 2;
/** The narrow lines become so at this share of the measurement. */
const NARROW_FROM = 0.3;
/** Where a far viewer can be at all: the governor finds the rest. */
const START_MS = 2_000;
/** A mishap after which a viewer is not back within this is counted as not back, ms. */
const BACK_WITHIN_MS = 20_000;

export const networks: Group = {
  purpose:
    "eight tabs on four networks: near, far with jitter, with lost segments, and one that narrows",
  run: measureNetworks,
};

interface Guest {
  readonly profile: NetworkProfile;
  readonly spectator: Spectator;
}

async function measureNetworks(seconds: number): Promise<Findings> {
  const stage = await Stage.open({ startMs: START_MS });
  try {
    const guests = await seatGuests(stage);
    await systemClock.sleep(SETTLE_MS);
    const narrow = new Narrowing(guests, seconds);
    const observation = await observe(
      stage,
      guests.map(({ spectator }) => spectator),
      { seconds, meanwhile: (secondsIn) => narrow.at(secondsIn) },
    );
    narrow.end();
    const name = `networks, ${guests.length} tabs`;
    const rows = [
      ...commonRows(name, observation, { spread: { p95: 250 } }),
      ...observation.seen.flatMap((tab) =>
        playerRows(`${name}, ${profileOf(guests, tab.spectator)}, ${tab.spectator.name}`, [tab]),
      ),
      row(`${name}: target, as the pages followed it`, "ms", targetsOf(observation)),
      ...wayBackRows(name, mishapsOf(guests, observation, narrow)),
    ];
    return findings(rows, observation);
  } finally {
    await stage.close();
  }
}

async function seatGuests(stage: Stage): Promise<Guest[]> {
  const guests: Guest[] = [];
  for (const profile of Object.keys(networkProfiles) as NetworkProfile[])
    for (let which = 0; which < EACH; which += 1) {
      const tab = guests.length;
      const player = ownPlayers[tab % ownPlayers.length] as OwnPlayer;
      const place = { tab, impairment: networkProfiles[profile] };
      guests.push({ profile, spectator: await stage.seatOwn(player, place) });
    }
  return guests;
}

/** Makes the narrow lines narrow, and lets them be again. */
class Narrowing {
  readonly #guests: readonly Guest[];
  readonly #fromS: number;
  /** When it began and ended, UTC ms. */
  fromUtc: number | null = null;
  toUtc: number | null = null;
  #startedAt = systemClock.monotonic();

  constructor(guests: readonly Guest[], seconds: number) {
    this.#guests = guests.filter(({ profile }) => profile === "narrow");
    this.#fromS = seconds * NARROW_FROM;
  }

  at(secondsIn: number): void {
    if (this.fromUtc === null && secondsIn >= this.#fromS) {
      this.fromUtc = systemClock.utc();
      this.#startedAt = systemClock.monotonic();
      this.#limit(NARROW_MBPS);
    } else if (this.toUtc === null && this.fromUtc !== null && this.#over()) this.end();
  }

  end(): void {
    if (this.fromUtc === null || this.toUtc !== null) return;
    this.#limit(null);
    this.toUtc = systemClock.utc();
  }

  #over(): boolean {
    return elapsed(this.#startedAt, systemClock.monotonic()) >= NARROW_FOR_MS;
  }

  #limit(mbps: number | null): void {
    for (const { spectator } of this.#guests) spectator.seat.path.link.limit(mbps);
  }
}

const targetsOf = ({ seen }: Observation): number[] =>
  seen.flatMap(({ states }) => states.map(({ state }) => state.targetMs));

const profileOf = (guests: readonly Guest[], spectator: Spectator): string =>
  guests.find((guest) => guest.spectator === spectator)?.profile ?? "";

/** How long a viewer was away from its target after one mishap; null: it was not back. */
interface Mishap {
  readonly kind: string;
  readonly awayMs: number | null;
}

function mishapsOf(
  guests: readonly Guest[],
  { seen, fromUtc, toUtc }: Observation,
  narrow: Narrowing,
): Mishap[] {
  const nowUtc = systemClock.utc();
  const now = systemClock.monotonic();
  return seen.flatMap((tab) => {
    const { link } = tab.spectator.seat.path;
    const lost = link.happened.map(({ kind, at }) => ({
      kind: kind as string,
      at: nowUtc - (now - at),
    }));
    const narrowed = profileOf(guests, tab.spectator) === "narrow" && narrow.toUtc !== null;
    const all = [...lost, ...(narrowed ? [{ kind: "narrow", at: narrow.toUtc ?? 0 }] : [])];
    // One that comes too near the end cannot be seen through.
    const judged = all.filter(({ at }) => at >= fromUtc && at <= toUtc - BACK_WITHIN_MS / 4);
    return judged.map(({ kind, at }) => ({ kind, awayMs: wayBack(tab, at) }));
  });
}

function wayBack(tab: Seen, at: number): number | null {
  return awayMs(placesOf(tab), at, {
    targetAt: (when) => targetAt(tab, when),
    withinMs: KEPT_WITHIN_MS,
    until: at + BACK_WITHIN_MS,
  });
}

/** The target that the page itself followed then. */
export function targetAt({ states }: Seen, when: number): number {
  const said = states.findLast(({ at }) => at <= when) ?? states[0];
  return said?.state.targetMs ?? Number.NaN;
}

function wayBackRows(name: string, mishaps: readonly Mishap[]): Row[] {
  return [...Map.groupBy(mishaps, ({ kind }) => kind)].flatMap(([kind, group]) => {
    const away = group.flatMap((mishap) => (mishap.awayMs === null ? [] : [mishap.awayMs]));
    return [
      row(`${name}: away from ±${KEPT_WITHIN_MS} ms after ${kind}`, "ms", away),
      count(`${name}: target not kept after ${kind}`, group.length - away.length, 0),
    ];
  });
}
