// The director without its doors: answers sessions and steering, keeps what edges and carriers say.
import { elapsed, type MonoMs } from "#base";
import type { Clock } from "#base/clock";
import {
  type Cohorts,
  type DashSteering,
  type DirectorState,
  type Heartbeat,
  type HeartbeatAnswer,
  type HlsSteering,
  mainPlaylistPath,
  mpdPath,
  PROTOCOL_VERSION,
  type Session,
  type SyncBounds,
} from "#protocol";
import { type Decision, decide } from "./decide.ts";
import { directorErrors } from "./errors.ts";
import { Governor } from "./governor/governor.ts";
import { HealthBoard, standings } from "./load/health.ts";
import {
  DECISIONS_LIMIT,
  SESSIONS_PER_SECOND_LIMIT,
  STALE_AFTER_MS,
  STEERING_TTL_S,
} from "./limits.ts";
import { parseAddress } from "#network";
import { edgePressures, surgeOf } from "./governor/pressure.ts";
import { MinuteCounter, Ring } from "./ring.ts";
import { currentPathway, steeringManifest, type SteeringProtocol } from "./steering.ts";
import type { Topology } from "./topology.ts";
import type { CohortWord } from "./governor/wish.ts";

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
}

/** Who asks for steering. */
export interface SteeringAsk {
  readonly ip: string;
  /** The session, when the player repeats it. */
  readonly session: string | null;
  /** The player's own field on its present pathway. */
  readonly pathway: string | undefined;
}

/** Counted since the start. */
export interface DirectorCounters {
  sessions: number;
  sessionsRefused: number;
  steeringHls: number;
  steeringDash: number;
  moves: number;
  heartbeats: number;
  heartbeatsRefused: number;
}

export class Director {
  readonly counters: DirectorCounters = {
    sessions: 0,
    sessionsRefused: 0,
    steeringHls: 0,
    steeringDash: 0,
    moves: 0,
    heartbeats: 0,
    heartbeatsRefused: 0,
  };
  readonly health: HealthBoard;
  readonly topology: Topology;
  readonly governor: Governor;
  readonly startedAt: MonoMs;
  readonly #parts: DirectorParts;
  readonly #edges: ReadonlySet<string>;
  readonly #decisions = new Ring<DirectorState["decisions"][number]>(DECISIONS_LIMIT);
  readonly #minute: MinuteCounter;
  #cohorts: { words: ReadonlyMap<string, CohortWord>; at: MonoMs } | null = null;

  constructor(parts: DirectorParts) {
    this.#parts = parts;
    this.topology = parts.topology;
    this.startedAt = parts.clock.monotonic();
    this.health = new HealthBoard(this.startedAt);
    this.#minute = new MinuteCounter(this.startedAt);
    const { sync: bounds, listens, clock } = parts;
    this.governor = new Governor({ bounds, listens, utcMs: clock.utc() });
    this.#edges = new Set(parts.topology.edges.map((edge) => edge.id));
  }

  /** Takes telemetry's word on the cohorts. */
  hearCohorts({ cohorts }: Cohorts): void {
    const words = new Map(cohorts.map((word) => [word.id, word]));
    this.#cohorts = { words, at: this.#parts.clock.monotonic() };
  }

  /** Judges every cohort's target. To be called each second. */
  govern(): void {
    const { topology, health } = this;
    const { clock } = this.#parts;
    const now = clock.monotonic();
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

  /** The decision for one viewer, not recorded. */
  decide(ip: string, session: string, current?: string): Decision {
    const { topology, health } = this;
    const now = this.#parts.clock.monotonic();
    return decide({ address: parseAddress(ip), session, topology, health, now, current });
  }

  /** A new session. `base` is where players find the director. Throws unknown-channel and too-many-sessions. */
  session(channel: string, ip: string, base: string): Session {
    const known = this.#parts.channel;
    if (channel !== known) throw directorErrors.make("unknown-channel", { channel, known });
    const now = this.#parts.clock.monotonic();
    if (this.#minute.thisSecond(now) >= SESSIONS_PER_SECOND_LIMIT) {
      this.counters.sessionsRefused += 1;
      throw directorErrors.make("too-many-sessions", { limit: SESSIONS_PER_SECOND_LIMIT });
    }
    this.#minute.count(now);
    this.counters.sessions += 1;
    const session = this.#parts.newSession();
    const decision = this.decide(ip, session);
    this.#record(session, decision);
    const [edge] = decision.ranked;
    return {
      v: PROTOCOL_VERSION,
      session,
      network: decision.network,
      cohort: decision.cohort,
      edge: { id: edge.id, class: edge.class },
      why: [...decision.why],
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
      target: this.governor.firstTarget(decision.cohort),
      token: null,
    };
  }

  /** The order of edges for a player that watches already. Recorded when it moves the player. */
  steer(protocol: SteeringProtocol, ask: SteeringAsk): HlsSteering | DashSteering {
    this.counters[protocol === "hls" ? "steeringHls" : "steeringDash"] += 1;
    const current = currentPathway(ask.pathway, this.#edges);
    // Without a session the address stands for the viewer: ties break the same way each time.
    const viewer = ask.session ?? ask.ip;
    const decision = this.decide(ask.ip, viewer, current);
    if (current !== undefined && current !== decision.ranked[0].id) {
      this.counters.moves += 1;
      this.#record(viewer, { ...decision, why: [`away from ${current}`, ...decision.why] });
    }
    const target = this.governor.target(decision.cohort);
    const reloadUri = steeringPath(protocol, ask.session);
    return steeringManifest(protocol, { decision, target, reloadUri });
  }

  /**
   * An edge's word on itself; the answer tells it when cues are released, null while that is not known: then it keeps
   * what it was told. Throws unknown-edge.
   */
  hear(heartbeat: Heartbeat): HeartbeatAnswer | null {
    if (!this.#edges.has(heartbeat.edge)) {
      this.counters.heartbeatsRefused += 1;
      const known = [...this.#edges].join(", ");
      throw directorErrors.make("unknown-edge", { edge: heartbeat.edge, known });
    }
    this.counters.heartbeats += 1;
    this.health.hear(heartbeat, this.#parts.clock.monotonic());
    const releases = this.governor.releases();
    return releases && { v: PROTOCOL_VERSION, releases };
  }

  #record(session: string, decision: Decision): void {
    const { network, ranked, why } = decision;
    this.#decisions.push({
      at: this.#parts.clock.utc() / 1_000,
      session,
      network: network ? `AS${network.asn} ${network.name}` : "unknown",
      edge: ranked[0].id,
      class: ranked[0].class,
      why: [...why],
    });
  }

  /** `GET /state`. Decisions stand oldest first, their `at` in seconds of UTC. */
  state(): DirectorState {
    const now = this.#parts.clock.monotonic();
    return {
      v: PROTOCOL_VERSION,
      channel: this.#parts.channel,
      target: this.governor.start,
      sync: this.#parts.sync,
      cohorts: this.governor.state(
        this.#parts.clock.utc(),
        (id) => this.#parts.places.get(id) ?? id,
      ),
      sessionsLastMinute: this.#minute.total(now),
      edges: this.topology.edges.map((edge) => {
        const { standing, why } = this.health.of(edge, now);
        return {
          id: edge.id,
          url: edge.url,
          at: edge.at ?? null,
          in: edge.in ?? null,
          up: standings[standing].up,
          why,
          heartbeat: this.health.last(edge.id),
        };
      }),
      decisions: [...this.#decisions.items],
    };
  }
}

const steeringPath = (protocol: SteeringProtocol, session: string | null): string =>
  `/steer/${protocol}${session === null ? "" : `?session=${session}`}`;
