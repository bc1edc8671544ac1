// The director without its doors: places viewers, keeps what edges, carriers and probes say.
import { elapsed, type MonoMs, monoMs } from "#base";
import type { Clock } from "#base/clock";
import { parseAddress } from "#network";
import {
  type Cohorts,
  type DirectorState,
  type Explanation,
  type Heartbeat,
  type HeartbeatAnswer,
  mainPlaylistPath,
  mpdPath,
  type NetworkMap,
  PROTOCOL_VERSION,
  type Session,
  type SyncBounds,
  type Target,
} from "#protocol";
import { Chronicle } from "./chronicle.ts";
import { Decider, type Question } from "./decide/decider.ts";
import { explanationOf } from "./decide/explanation.ts";
import type { MoveReason } from "./decide/reasons.ts";
import type { Scales } from "./decide/weigh.ts";
import { directorErrors } from "./errors.ts";
import { Governor, UNKNOWN_COHORT } from "./governor/governor.ts";
import { edgePressures, surgeOf } from "./governor/pressure.ts";
import type { CohortWord } from "./governor/wish.ts";
import { NEWS_AGE_LIMIT_MS, STALE_AFTER_MS, STEERING_TTL_S } from "./limits.ts";
import { Audience } from "./load/audience.ts";
import { ResourceBoard } from "./load/board.ts";
import { Expectation } from "./load/expectation.ts";
import { HealthBoard, standings } from "./load/health.ts";
import { MOVE_VISIBLE_MS } from "./load/limits.ts";
import { type Caches, cachesOf, withCaches } from "./load/caches.ts";
import { assumeLoads, takeMeasures } from "./load/loads.ts";
import type { Probe } from "./load/probeRecord.ts";
import { MeasureLog } from "./log/measures.ts";
import { type DecisionSink, noSink } from "./log/sink.ts";
import { type MapParts, mapOf } from "./networkMap.ts";
import type { EdgeDeclaration } from "./paths/edge.ts";
import type { FoundHome } from "./paths/homes.ts";
import { type Ask, Placement } from "./placement.ts";
import { MinuteCounter } from "./ring.ts";
import { type Topology, unknownHome } from "./topology.ts";

/** What the director is told at its start, once checked. */
export interface DirectorParts {
  readonly channel: string;
  readonly sync: SyncBounds;
  /** Whether telemetry is asked how viewers fare; without it targets stay at the start. */
  readonly listens: boolean;
  /** Names of places, by id. */
  readonly places: ReadonlyMap<string, string>;
  readonly topology: Topology;
  /** Names for new sessions, no two alike. */
  readonly newSession: () => string;
  readonly clock: Clock;
  /** Where decisions and measurements are written. Default: nowhere. */
  readonly sink?: DecisionSink | undefined;
  /** How many directors share the viewers at least; edges may tell of more. Default: one. */
  readonly directors?: number | undefined;
}

/** Counted since the start. */
export interface DirectorCounters {
  sessions: number;
  steeringPolls: number;
  moves: number;
  /** Viewers who were sent where it harms least, because nothing fit had room. */
  leastBad: number;
  heartbeats: number;
  heartbeatsRefused: number;
}

/** One address stands for a viewer whose home cannot be known. */
const nowhere: FoundHome = { home: unknownHome, prefix: () => null };

export class Director {
  readonly counters: DirectorCounters = {
    sessions: 0,
    steeringPolls: 0,
    moves: 0,
    leastBad: 0,
    heartbeats: 0,
    heartbeatsRefused: 0,
  };
  readonly health: HealthBoard;
  readonly board: ResourceBoard;
  readonly audience: Audience;
  readonly decider: Decider;
  readonly topology: Topology;
  readonly governor: Governor;
  readonly startedAt: MonoMs;
  readonly #parts: DirectorParts;
  /** Null: what is measured is written nowhere. */
  readonly #measureLog: MeasureLog | null;
  readonly #caches: Caches;
  readonly #expected: Expectation;
  readonly #edges: ReadonlyMap<string, EdgeDeclaration>;
  readonly #chronicle: Chronicle;
  readonly #minute: MinuteCounter;
  #cohorts: { words: ReadonlyMap<string, CohortWord>; at: MonoMs } | null = null;

  constructor(parts: DirectorParts) {
    const { topology, clock, sync: bounds, listens, directors } = parts;
    const { policy } = topology.model;
    this.#parts = parts;
    const sink = parts.sink ?? noSink;
    this.#caches = cachesOf(topology.edges);
    this.#measureLog = sink === noSink ? null : new MeasureLog(sink, this.#caches);
    this.#chronicle = new Chronicle(sink);
    this.topology = topology;
    this.startedAt = clock.monotonic();
    const { startedAt } = this;
    this.health = new HealthBoard(startedAt, policy.fullAt);
    this.board = new ResourceBoard({ policy, directors, startedAt });
    this.audience = new Audience({ periodMs: STEERING_TTL_S * 1_000, startedAt });
    this.#expected = new Expectation(policy.sessionMbps);
    this.decider = new Decider({
      board: this.board,
      health: this.health,
      mbps: () => this.#expected.mbps,
    });
    this.#minute = new MinuteCounter(startedAt);
    this.governor = new Governor({ bounds, listens, utcMs: clock.utc() });
    this.#edges = new Map(topology.edges.map((edge) => [edge.id, edge]));
    for (const edge of topology.edges) {
      this.health.edge(edge);
      const { id, capacityMbps } = edge;
      const measure = { id: `edge/${id}`, kind: "edge", name: id, capacityMbps } as const;
      this.board.take({ ...measure, usedMbps: null, up: true }, startedAt);
    }
    this.measure();
  }

  get channel(): string {
    return this.#parts.channel;
  }

  /** What one viewer is expected to draw, Mb/s. */
  get sessionMbps(): number {
    return this.#expected.mbps;
  }

  /** Viewers moved since the start, by reason. */
  get moves(): Readonly<Record<MoveReason, number>> {
    return this.#chronicle.moves;
  }

  /** The ids of all edges, which are the names of pathways. */
  get edgeIds(): { has(id: string): boolean } {
    return this.#edges;
  }

  /** Takes telemetry's word on the cohorts. */
  hearCohorts({ cohorts }: Cohorts): void {
    const words = new Map(cohorts.map((word) => [word.id, word]));
    this.#cohorts = { words, at: this.#parts.clock.monotonic() };
  }

  /** Takes what carriers and caches told since. To be called twice a second. */
  measure(): void {
    const { board } = this;
    const now = this.#parts.clock.monotonic();
    const told = withCaches(this.topology.measures(), { board, caches: this.#caches }, now);
    takeMeasures(board, told, now);
  }

  /** Judges every cohort's target, counts who is where, writes down what was measured. To be called each second. */
  govern(): void {
    const { topology, health } = this;
    const { clock } = this.#parts;
    const now = clock.monotonic();
    this.#count(now);
    const told = this.#cohorts;
    const surge = surgeOf(this.#minute, now);
    this.governor.step({
      utcMs: clock.utc(),
      words: told && elapsed(told.at, now) <= STALE_AFTER_MS ? told.words : null,
      places: topology.places,
      pressing: (place) => [
        ...(surge ? [surge] : []),
        ...edgePressures(topology.edgesNear(place), health, now),
      ],
    });
  }

  #count(now: MonoMs): void {
    this.audience.turn(now);
    this.board.roundMs = this.audience.periodMs + MOVE_VISIBLE_MS;
    const beating: Heartbeat[] = [];
    for (const edge of this.topology.edges) {
      const heartbeat = this.health.last(edge.id);
      if (heartbeat && this.health.edge(edge).standing(now) !== "silent") beating.push(heartbeat);
    }
    this.#expected.hear(beating);
    this.board.directors = Math.max(
      this.#parts.directors ?? 1,
      ...beating.map(({ directors }) => directors ?? 1),
    );
    assumeLoads(this.board, { audience: this.audience, mbps: this.#expected.mbps }, now);
    this.#measureLog?.write(this.#mapParts(now));
  }

  #mapParts(now: MonoMs): Omit<MapParts, "utcMs"> {
    const { topology, board, audience, health } = this;
    return { topology, board, audience, health, sessionMbps: this.#expected.mbps, now };
  }

  /** Where a viewer would go. Nothing is noted. */
  look(ask: Ask): Placement {
    const { topology } = this;
    const now = this.#parts.clock.monotonic();
    const found = ask.address ? topology.homeOf(ask.address) : nowhere;
    const question: Question = {
      home: found.home,
      plan: topology.planOf(found.home),
      channel: this.#parts.channel,
      viewer: ask.viewer,
      current: ask.current,
      shuns: ask.shuns,
      now,
    };
    const choice = this.decider.decide(question);
    const cohort = found.home.place ?? UNKNOWN_COHORT;
    const { address } = ask;
    return new Placement(
      { question, choice, found, cohort },
      { address, topology, scales: this.#scales(now) },
    );
  }

  /** Places a viewer who comes: what it will draw is promised, and the decision is written down. */
  arrive(ask: Ask): Placement {
    this.counters.sessions += 1;
    this.#minute.count(this.#parts.clock.monotonic());
    const placement = this.look(ask);
    this.#note(ask, placement);
    return placement;
  }

  /** Places a viewer who watches. Written down when it is new here, or moves. */
  poll(ask: Ask): Placement {
    this.counters.steeringPolls += 1;
    const known = this.audience.edgeOf(ask.viewer);
    const current = ask.current ?? known ?? undefined;
    const placement = this.look({ ...ask, current });
    const { choice } = placement;
    // A player that was told already and has not gone yet is promised for once.
    const told = known === choice.path.edge.id;
    if (choice.stays || told) this.#see(ask.viewer, placement);
    else this.#note(ask, placement);
    return placement;
  }

  /** A new session. `base` is where players find the director. Throws unknown-channel. */
  session(channel: string, ip: string, base: string, shuns?: Ask["shuns"]): Session {
    const known = this.#parts.channel;
    if (channel !== known) throw directorErrors.make("unknown-channel", { channel, known });
    const session = this.#parts.newSession();
    const placement = this.arrive({ address: parseAddress(ip), viewer: session, shuns });
    const { network, cohort, why } = placement;
    const { edge, class: pathClass } = placement.choice.path;
    return {
      ...{ v: PROTOCOL_VERSION, session, network, cohort },
      edge: { id: edge.id, class: pathClass },
      why: [...why],
      urls: {
        hls: edge.url + mainPlaylistPath(channel),
        dash: edge.url + mpdPath(channel),
        time: `${edge.url}/time`,
      },
      steering: {
        hls: base + steeringPath("hls", session),
        dash: base + steeringPath("dash", session),
        ttlS: STEERING_TTL_S,
      },
      target: this.governor.firstTarget(cohort),
      token: null,
    };
  }

  #see(viewer: string, { found, choice, question }: Placement): void {
    this.audience.saw(viewer, { home: found.home, path: choice.path }, question.now);
  }

  #note({ address, viewer }: Ask, placement: Placement): void {
    const { question, choice } = placement;
    const utcMs = this.#parts.clock.utc();
    this.#chronicle.note(placement, { address, mbps: this.#expected.mbps, utcMs });
    this.decider.commit(question, choice);
    this.#see(viewer, placement);
    if (choice.leastBad) this.counters.leastBad += 1;
    if (choice.moved !== null) this.counters.moves += 1;
  }

  #scales(now: MonoMs): Scales {
    const { board, health } = this;
    return { board, health, mbps: this.#expected.mbps, now };
  }

  /**
   * An edge's word on itself; the answer tells it when cues are released, null while that is not known: then it keeps
   * what it was told. Throws unknown-edge.
   */
  hear(heartbeat: Heartbeat): HeartbeatAnswer | null {
    const edge = this.#edges.get(heartbeat.edge);
    if (!edge) {
      this.counters.heartbeatsRefused += 1;
      const known = [...this.#edges.keys()].slice(0, NAMED_EDGES).join(", ");
      throw directorErrors.make("unknown-edge", { edge: heartbeat.edge, known });
    }
    this.counters.heartbeats += 1;
    const now = this.#parts.clock.monotonic();
    this.health.hear(heartbeat, now);
    const { id } = edge;
    const capacityMbps = Math.min(heartbeat.capacityMbps, edge.capacityMbps);
    const measure = { id: `edge/${id}`, kind: "edge", name: id, capacityMbps, up: true } as const;
    this.board.take({ ...measure, usedMbps: heartbeat.mbps }, this.#saidAt(heartbeat, now));
    this.board.directors = Math.max(this.board.directors, heartbeat.directors ?? 1);
    const releases = this.governor.releases();
    return releases && { v: PROTOCOL_VERSION, releases };
  }

  /** When an edge said it, by its own clock as far as that can be true: what was promised since is not in it. */
  #saidAt({ at }: Heartbeat, now: MonoMs): MonoMs {
    const ageMs = this.#parts.clock.utc() - at * 1_000;
    return monoMs(now - Math.min(NEWS_AGE_LIMIT_MS, Math.max(0, ageMs)));
  }

  /** What a probe of an edge found. */
  probed(edge: EdgeDeclaration, probe: Probe): void {
    this.health.probed(edge, probe, this.#parts.clock.monotonic());
  }

  /** What a viewer of a cohort is told on steering; null: nothing, and it holds what it has. */
  targetOf(cohort: string): Target | null {
    return this.governor.target(cohort);
  }

  /** The decision for an address, step by step. Throws bad-address. */
  explain(text: string, viewer: string = text): Explanation {
    const address = parseAddress(text);
    if (!address) throw directorErrors.make("bad-address", { address: text });
    const placement = this.look({ address, viewer });
    const { asn } = placement.found.home;
    return explanationOf({
      address: address.text,
      placement,
      scales: this.#scales(placement.question.now),
      network: asn === null ? null : this.topology.nameOf(asn),
      target: this.governor.why(placement.cohort),
      placeOf: ({ edge }) => this.topology.placeOfEdge(edge),
    });
  }

  /** `GET /map`. */
  map(): NetworkMap {
    const { clock } = this.#parts;
    return mapOf({ ...this.#mapParts(clock.monotonic()), utcMs: clock.utc() });
  }

  /** `GET /state`. Decisions stand oldest first, their `at` in seconds of UTC. */
  state(): DirectorState {
    const now = this.#parts.clock.monotonic();
    const nameOf = (id: string): string => this.#parts.places.get(id) ?? id;
    return {
      v: PROTOCOL_VERSION,
      channel: this.#parts.channel,
      target: this.governor.start,
      sync: this.#parts.sync,
      cohorts: this.governor.state(this.#parts.clock.utc(), nameOf),
      sessionsLastMinute: this.#minute.total(now),
      edges: this.topology.edges.map((edge) => {
        const { standing, why } = this.health.of(edge, now);
        const { id, url, at = null, in: inside = null } = edge;
        const heartbeat = this.health.last(id);
        return { id, url, at, in: inside, up: standings[standing].up, why, heartbeat };
      }),
      decisions: this.#chronicle.last,
    };
  }
}

/** Edges named in an error at most. */
const NAMED_EDGES = 20;

const steeringPath = (protocol: "hls" | "dash", session: string): string =>
  `/steer/${protocol}?session=${session}`;
