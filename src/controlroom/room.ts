// The control room without its page: asks everybody each second and keeps the picture and its history.
import { type Closable, ms } from "#base";
import type { Clock } from "#base/clock";
import type { Log } from "#base/log";
import {
  directorStateSchema,
  exchangeSchema,
  type LinkDeclaration,
  networkSchema,
  parseJson,
  summarySchema,
} from "#protocol";
import { compose, emptyMemory, type Memory } from "./compose/index.ts";
import type { Answer, Fixture, Inputs, Status } from "./inputs.ts";
import { HISTORY_POINTS_LIMIT, MARKS_LIMIT, POLL_PERIOD_MS } from "./limits.ts";
import { Party } from "./party.ts";
import type { Mark, Picture, Point } from "./picture.ts";

export interface RoomOptions {
  /** The fixture's name. */
  title: string;
  channel: string;
  /** At least one; the first one's cohorts are shown. */
  directorUrls: readonly string[];
  telemetryUrl: string;
  originUrl: string;
  broadcasterUrl: string;
  exchanges: readonly string[];
  networks: readonly string[];
  /** Where the watch page is, for the empty state. */
  watchUrl: string;
  /** Edges with their declared line from the origin, for its budget; default: none is declared. */
  edges?: readonly { id: string; fill: LinkDeclaration }[];
}

/** Asks, composes, remembers. */
export class Room implements Closable {
  readonly counters = { pictures: 0, marks: 0 };
  readonly #clock: Clock;
  readonly #log: Log;
  readonly #fixture: Fixture;
  readonly #parties: Parties;
  readonly #told: (picture: Picture) => void;
  readonly #timer: { cancel(): void };
  readonly #history: Point[] = [];
  #memory: Memory = emptyMemory;
  #picture: Picture;
  #round: Promise<void> | null = null;
  #closed = false;

  /** `told` hears of every picture. */
  constructor(
    options: RoomOptions,
    told: (picture: Picture) => void,
    context: { clock: Clock; log: Log },
  ) {
    this.#clock = context.clock;
    this.#log = context.log;
    this.#told = told;
    this.#parties = partiesOf(options, context.clock);
    this.#fixture = {
      title: options.title,
      channel: options.channel,
      watchUrl: options.watchUrl,
      startedAt: context.clock.utc(),
      fills: new Map((options.edges ?? []).map(({ id, fill }) => [id, fill])),
    };
    this.#picture = compose(this.#inputs(), emptyMemory).picture;
    this.#timer = context.clock.every(ms(POLL_PERIOD_MS), () => void this.round());
  }

  get picture(): Picture {
    return this.#picture;
  }

  /** The plots' points, a second apart, oldest first. */
  get history(): readonly Point[] {
    return this.#history;
  }

  /** Something that happened on the pitch: a mark on every plot from the next picture on. */
  note(mark: Mark): void {
    const marks = [...this.#memory.marks, mark].slice(-MARKS_LIMIT);
    this.#memory = { ...this.#memory, marks };
    this.counters.marks += 1;
  }

  /** How often everybody was asked, and how often in vain. */
  get asked(): { asked: number; failed: number } {
    const all = allOf(this.#parties).map(({ counters }) => counters);
    return {
      asked: all.reduce((sum, { asked }) => sum + asked, 0),
      failed: all.reduce((sum, { failed }) => sum + failed, 0),
    };
  }

  /** Asks everybody at once, then composes. One at a time: a call while one is under way joins it. */
  round(): Promise<void> {
    this.#round ??= this.#ask().finally(() => {
      this.#round = null;
    });
    return this.#round;
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#timer.cancel();
    await this.#round;
  }

  async #ask(): Promise<void> {
    await Promise.all(allOf(this.#parties).map((party) => party.ask()));
    if (this.#closed) return;
    const { picture, memory } = compose(this.#inputs(), this.#memory);
    for (const mark of memory.marks.filter(({ at }) => at === picture.at)) {
      this.counters.marks += 1;
      this.#log.info({ mark: mark.kind, at: mark.at }, mark.text);
    }
    this.#memory = memory;
    this.#picture = picture;
    this.counters.pictures += 1;
    this.#history.push(picture.point);
    if (this.#history.length > HISTORY_POINTS_LIMIT) this.#history.shift();
    this.#told(picture);
  }

  #inputs(): Inputs {
    const { broadcaster, origin, director, telemetry, exchanges, networks } = this.#parties;
    const answers = <Body>(parties: readonly Party<Body>[]): Answer<Body>[] =>
      parties.map(({ answer }) => answer);
    return {
      at: this.#clock.utc(),
      fixture: this.#fixture,
      broadcaster: broadcaster.answer,
      origin: origin.answer,
      director: director.answer,
      telemetry: telemetry.answer,
      exchanges: answers(exchanges),
      networks: answers(networks),
    };
  }
}

type Parties = ReturnType<typeof partiesOf>;

function partiesOf(options: RoomOptions, clock: Clock) {
  const at = (base: string, path: string): string => base.replace(/\/+$/, "") + path;
  const status = (base: string): Party<Status> =>
    new Party({ url: at(base, "/status"), read: readStatus }, clock);
  return {
    broadcaster: status(options.broadcasterUrl),
    origin: status(options.originUrl),
    director: new Party(
      {
        url: at(options.directorUrls[0] ?? "", "/state"),
        read: (text) => parseJson("director state", directorStateSchema, text),
      },
      clock,
    ),
    telemetry: new Party(
      {
        url: at(options.telemetryUrl, "/summary"),
        read: (text) => parseJson("summary", summarySchema, text),
      },
      clock,
    ),
    exchanges: options.exchanges.map(
      (url) =>
        new Party(
          {
            url: at(url, "/exchange"),
            read: (text) => parseJson("exchange", exchangeSchema, text),
          },
          clock,
        ),
    ),
    networks: options.networks.map(
      (url) =>
        new Party(
          { url: at(url, "/network"), read: (text) => parseJson("network", networkSchema, text) },
          clock,
        ),
    ),
  };
}

function allOf(
  parties: Parties,
): { ask(): Promise<void>; counters: { asked: number; failed: number } }[] {
  const { exchanges, networks, ...single } = parties;
  return [...Object.values(single), ...exchanges, ...networks];
}

/** A status page: any JSON object. */
function readStatus(text: string): Status {
  const value: unknown = JSON.parse(text);
  if (typeof value !== "object" || value === null || Array.isArray(value))
    throw new TypeError("its status is not a JSON object");
  return value as Status;
}
