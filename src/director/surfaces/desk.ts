// What players are answered, whatever door they come through: sessions, redirects, steering. The director decides; here it
// is judged who is let in, what a player said is read, and the answer is put into words.
import { type Chance, RegistaError } from "#base";
import type { Clock } from "#base/clock";
import { type Address, parseAddress } from "#network";
import type { DashSteering, HlsSteering, Session } from "#protocol";
import type { Director } from "../director.ts";
import { directorErrors } from "../errors.ts";
import type { EdgeDeclaration } from "../topology.ts";
import { Pathways } from "./clones.ts";
import { urlFor } from "./edgeAddress.ts";
import { type AskKind, FairGate } from "./fairGate.ts";
import { NAME_LENGTH_LIMIT } from "./limits.ts";
import { steeringManifest } from "./manifest.ts";
import { type PlayerWords, readPlayerWords, type SteeringProtocol } from "./playerWords.ts";
import { PollPace } from "./pollPace.ts";
import { shedReasons } from "./shedReasons.ts";
import { SlowPaths } from "./slowPaths.ts";

export interface DeskParts {
  readonly director: Director;
  /** Where players find the director, without a slash at the end; asked at each session, since a port may be learned late. */
  readonly base: () => string;
  /** Ids of the edges that playlists and MPD name; null: all of them. */
  readonly pathways: readonly string[] | null;
  readonly requestsPerS: number;
  /** Keys the gate. */
  readonly chance: Chance;
  readonly clock: Clock;
}

/** What a player's steering request holds, as it came. */
export interface SteeringAsk {
  readonly ip: string;
  readonly session: string | undefined;
  /** Null: the request names none, and the director's own is meant. */
  readonly channel: string | null;
  readonly pathway: string | undefined;
  readonly throughput: string | undefined;
}

/** Counted since the start. */
export interface DeskCounters {
  redirects: number;
  steeringHls: number;
  steeringDash: number;
  steeringOver: number;
  strangeWords: number;
}

const nobody = parseAddress("0.0.0.0") as Address;
const sessionForm = new RegExp(`^[\\w-]{1,${NAME_LENGTH_LIMIT}}$`);

export class PlayerDesk {
  readonly counters: DeskCounters = {
    ...{ redirects: 0, steeringHls: 0, steeringDash: 0, steeringOver: 0, strangeWords: 0 },
  };
  readonly gate: FairGate;
  readonly pathways: Pathways;
  readonly slowPaths = new SlowPaths();
  /** Set when players are to stop asking: the channel is over, or another's. */
  over = false;
  readonly #parts: DeskParts;
  readonly #edges: ReadonlyMap<string, EdgeDeclaration>;
  readonly #pace: PollPace;

  constructor(parts: DeskParts) {
    const { director, requestsPerS, chance, clock, pathways } = parts;
    this.#parts = parts;
    const now = clock.monotonic();
    this.gate = new FairGate({ requestsPerS, chance, now });
    this.#pace = new PollPace({ requestsPerS, now });
    const { edges } = director.topology;
    this.#edges = new Map(edges.map((edge) => [edge.id, edge]));
    this.pathways = new Pathways(edges, new Set(pathways ?? edges.map(({ id }) => id)));
  }

  /** A new session. Throws `too-busy`, and what the director throws. */
  session(channel: string, ip: string): Session {
    const address = this.admit("arriving", ip);
    const { director, base, clock } = this.#parts;
    const shuns = this.slowPaths.shunsOf(this.#asnOf(address), clock.monotonic());
    const session = director.session(channel, ip, base(), shuns);
    const edge = this.#edges.get(session.edge.id);
    const steering = { ...session.steering, ttlS: this.#ttlS() };
    if (!edge || !address) return { ...session, steering };
    const own = urlFor(edge, address.family);
    if (own === edge.url) return { ...session, steering };
    const moved = (url: string): string => own + url.slice(edge.url.length);
    const { hls, dash, time } = session.urls;
    return {
      ...{ ...session, steering },
      urls: { hls: moved(hls), dash: moved(dash), time: moved(time) },
    };
  }

  /** Where a player that knows nothing finds the document it asked for. `query` has its question mark, or is empty. */
  redirect(
    protocol: SteeringProtocol,
    ask: { channel: string; ip: string; query: string },
  ): string {
    const { urls } = this.session(ask.channel, ask.ip);
    this.counters.redirects += 1;
    return urls[protocol] + ask.query;
  }

  /** The steering manifest. Throws `steering-over` and `too-busy`. */
  steer(protocol: SteeringProtocol, ask: SteeringAsk): HlsSteering | DashSteering {
    const { director } = this.#parts;
    if (this.over || (ask.channel !== null && ask.channel !== director.channel)) {
      this.counters.steeringOver += 1;
      throw directorErrors.make("steering-over", { channel: ask.channel ?? director.channel });
    }
    const address = this.admit("watching", ask.ip);
    this.counters[protocol === "hls" ? "steeringHls" : "steeringDash"] += 1;
    const words = readPlayerWords(ask, director.edgeIds);
    if (words.strange) this.counters.strangeWords += 1;
    const session = ask.session !== undefined && sessionForm.test(ask.session) ? ask.session : null;
    // Without a session the address stands for the viewer: it is sent the same way each time.
    const viewer = session ?? ask.ip;
    const asn = this.#asnOf(address);
    this.#learn(words, { asn, viewer });
    const shuns = this.slowPaths.shunsOf(asn, this.#parts.clock.monotonic());
    const placement = director.poll({ address, viewer, current: words.current, shuns });
    return steeringManifest(protocol, {
      ranked: placement.ranked.map(({ edge }) => edge) as [typeof placement.choice.path.edge],
      pathways: this.pathways,
      target: director.targetOf(placement.cohort),
      reloadUri: reloadUri(protocol, { session, channel: ask.channel }),
      ttlS: this.#ttlS(),
    });
  }

  /** Lets a request in and returns its address, or throws `too-busy` with the seconds to wait among its facts. */
  admit(kind: AskKind, ip: string): Address | null {
    const address = parseAddress(ip);
    const verdict = this.gate.judge({
      ...{ kind, asn: this.#asnOf(address), address: address ?? nobody },
      now: this.#parts.clock.monotonic(),
    });
    if (!verdict) return address;
    const { reason, retryAfterS } = verdict;
    throw directorErrors.make("too-busy", { reason: shedReasons[reason], retryAfterS });
  }

  #asnOf(address: Address | null): number | null {
    return address && this.#parts.director.topology.homeOf(address).home.asn;
  }

  #learn({ measured }: PlayerWords, { asn, viewer }: { asn: number | null; viewer: string }): void {
    const { clock, director } = this.#parts;
    const now = clock.monotonic();
    for (const { edge, mbps } of measured) {
      if (mbps === null) continue;
      this.slowPaths.note({ asn, edge }, { viewer, mbps }, now);
      this.slowPaths.judge({ asn, edge }, director.sessionMbps, now);
    }
  }

  /** What is told now; viewers are counted for as long as they need not come again. */
  #ttlS(): number {
    const ttlS = this.#pace.ttlS(this.gate.asked("watching"), this.#parts.clock.monotonic());
    this.#parts.director.audience.periodMs = ttlS * 1_000;
    return ttlS;
  }
}

/** How long who was refused is told to wait, s; null: the failure is another. */
export function retryAfterOf(failure: unknown): number | null {
  const told = failure instanceof RegistaError ? failure.facts["retryAfterS"] : undefined;
  return typeof told === "number" ? told : null;
}

function reloadUri(
  protocol: SteeringProtocol,
  { session, channel }: { session: string | null; channel: string | null },
): string {
  const query = new URLSearchParams({
    ...(session !== null && { session }),
    ...(channel !== null && { channel }),
  }).toString();
  return `/steer/${protocol}${query === "" ? "" : `?${query}`}`;
}
