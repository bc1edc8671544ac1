// A match, a browser, and tabs in it that watch.
import { Scope, type Closable, ms } from "#base";
import { systemClock } from "#base/clock";
import type { RunningMatch } from "#cli";
import type { Match } from "#protocol";
import { Theatre, Viewer } from "../../test/support/browser.ts";
import type { Impairment } from "../../test/support/impairedLink.ts";
import { stageMatch } from "../../test/support/play.ts";
import { type Seat, takeSeat } from "../../test/support/seat.ts";
import { falseClockOf } from "./lines.ts";

/** The network that all sit in: its access link is 4 ms, and an edge stands in it. */
const FASTWEB = { asn: 12_874, gateway: "127.0.1.1" } as const;
/** The channel has been on air for so long before anybody comes: viewers begin a target's length in the past, ms. */
const ON_AIR_MS = ms(4_000);
const PAGE_LIMIT_MS = 20_000;

/** Our players, by the name of their protocol. */
export const ownPlayers = ["own", "dash", "hls"] as const;
export type OwnPlayer = (typeof ownPlayers)[number];

/** One who watches. */
export interface Spectator {
  readonly name: string;
  readonly seat: Seat;
  /** The hooks of our page; null on a page that is not ours. */
  readonly viewer: Viewer | null;
}

/** Who is to sit where. */
export interface Place {
  readonly tab: number;
  readonly impairment: Impairment;
}

export class Stage implements Closable {
  readonly match: RunningMatch;
  readonly #theatre: Theatre;
  readonly #scope: Scope;

  private constructor(match: RunningMatch, theatre: Theatre, scope: Scope) {
    this.match = match;
    this.#theatre = theatre;
    this.#scope = scope;
  }

  /** A match on the small ladder whose targets lie within `sync`. The browser is as {@link Theatre.open} says. */
  static async open(
    sync: Partial<Match["sync"]>,
    browser: { keepsOpen?: boolean } = {},
  ): Promise<Stage> {
    const scope = new Scope();
    try {
      const match = scope.own(
        await stageMatch((match) => {
          match.sync = { ...match.sync, ...sync };
        }),
      );
      const theatre = scope.own(await Theatre.open(browser));
      await systemClock.sleep(ON_AIR_MS);
      return new Stage(match, theatre, scope);
    } catch (failure) {
      await scope.close();
      throw failure;
    }
  }

  /** A viewer of our watch page; another director answers it when `director` names one, `host:port`. */
  async seatOwn(player: OwnPlayer, place: Place, director?: string): Promise<Spectator> {
    const seat = await this.#seat(place, director);
    const query = new URLSearchParams({ protocol: player, network: String(FASTWEB.asn) });
    await seat.page.goto(`${this.match.urls.watch}/?${query.toString()}`, { waitUntil: "commit" });
    await seat.page.waitForFunction(() => "regista" in globalThis, undefined, {
      timeout: PAGE_LIMIT_MS,
    });
    const viewer = new Viewer(seat.page);
    const { protocol } = await viewer.state();
    if (protocol !== player) throw new Error(`${player} was asked for, and ${protocol} plays`);
    return { name: `${player} ${place.tab}`, seat, viewer };
  }

  /** A viewer of another page, whose edges are found behind the same access link. */
  async seatStranger(url: string, name: string, place: Place): Promise<Spectator> {
    const seat = await this.#seat(place);
    await seat.page.goto(url, { waitUntil: "commit" });
    return { name: `${name} ${place.tab}`, seat, viewer: null };
  }

  close(): Promise<void> {
    return this.#scope.close();
  }

  async #seat({ tab, impairment }: Place, director?: string): Promise<Seat> {
    const { edges, director: told } = this.match.urls;
    const behindAccess = new Set(edges.map(({ url }) => new URL(url).host));
    const directorPort = new URL(told).port;
    const moved = (destination: string): string => {
      const { port } = new URL(`http://${destination}`);
      if (director !== undefined && port === directorPort) return director;
      return behindAccess.has(destination) ? `${FASTWEB.gateway}:${port}` : destination;
    };
    return this.#scope.own(
      await takeSeat(
        this.#theatre,
        { number: tab, falseClock: falseClockOf(tab), impairment, seed: tab + 1, moved },
        systemClock,
      ),
    );
  }
}
