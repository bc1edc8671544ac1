// One viewer's stay: it asks the director where to go, plays, and tells its group what happens.
import { elapsed, ms, type MonoMs, sentenceOf } from "#base";
import type { Clock } from "#base/clock";
import { LATE_JOIN_MS, SESSION_RETRY_MS } from "../limits.ts";
import type { Ledger } from "../measure/ledger.ts";
import type { CounterName, Tally } from "../measure/tally.ts";
import type { PlannedViewer } from "../plan/plan.ts";
import { type CrowdSettings, DEFAULT_TARGET_MS } from "../settings.ts";
import type { MoveReason, SteeringOutcome } from "../viewer/reasons.ts";
import type { SteeringOptions, ViewerOptions, ViewerSink } from "../viewer/types.ts";
import { askSession, type Destination, shedFor } from "./session.ts";

/** The part of a viewer that a visit needs. */
export interface AnyViewer {
  start(): void;
  stop(): void;
  readonly playing: boolean;
  /** The edge in use, by name or address. */
  readonly where: string;
}

/** Makes the viewers of a process; a test gives its own. */
export type MakeViewer = (options: ViewerOptions, sink: ViewerSink) => AnyViewer;

/** What the visits of a process share. */
export interface VisitContext {
  readonly settings: CrowdSettings;
  readonly clock: Clock;
  readonly makeViewer: MakeViewer;
  readonly errors: Ledger;
  readonly faults: Ledger;
  /** The tally of a viewer's network and protocol, of the second that runs. */
  tallyOf(viewer: PlannedViewer): Tally;
  /** True at a viewer's first stall. */
  stallsFirst(viewer: PlannedViewer): boolean;
  hashed(object: string, hash: string): void;
}

export class Visit implements ViewerSink {
  readonly viewer: PlannedViewer;
  readonly #context: VisitContext;
  /** Gives up the question to the director; null: nobody is asked. */
  #question: AbortController | null = null;
  #ended = false;
  readonly #beganAt: MonoMs;
  #playedFrom: MonoMs;
  #viewer: AnyViewer | null = null;
  #joined = false;
  #late = false;
  #over = false;

  /** `plannedAt`: when the viewer comes by the plan. A process that is late itself counts as time to join. */
  constructor(viewer: PlannedViewer, plannedAt: MonoMs, context: VisitContext) {
    this.viewer = viewer;
    this.#context = context;
    this.#beganAt = plannedAt;
    this.#playedFrom = plannedAt;
  }

  get playing(): boolean {
    return this.#viewer?.playing ?? false;
  }

  get where(): string {
    return this.#viewer?.where ?? "";
  }

  /** Whether the viewer has told that it left. */
  get over(): boolean {
    return this.#over;
  }

  begin(): void {
    const { settings } = this.#context;
    this.#tally.counters.came += 1;
    if (settings.director?.ask === "viewer") void this.#askAndWatch(settings.director.urls);
    else this.#watch(nobodySaid(this.#network.edges));
  }

  /** Idempotent. */
  end(): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#question?.abort();
    if (this.#viewer) this.#viewer.stop();
    else this.#over = true;
  }

  /** Counts the visit as late, once, when it should play by now. */
  look(now: MonoMs): void {
    if (this.#joined || this.#late || elapsed(this.#beganAt, now) < LATE_JOIN_MS) return;
    this.#late = true;
    this.#tally.counters.lateJoins += 1;
  }

  joined(afterMs: number): void {
    if (this.#joined) return;
    this.#joined = true;
    const { counters, distributions } = this.#tally;
    counters.joins += 1;
    distributions.joinMs.add(elapsed(this.#beganAt, this.#playedFrom) + afterMs);
  }

  stalled(stallMs: number): void {
    const { counters, distributions } = this.#tally;
    counters.stalls += 1;
    counters.stallMs += stallMs;
    distributions.stallLengthMs.add(stallMs);
    if (this.#context.stallsFirst(this.viewer)) counters.stalledViewers += 1;
  }

  latency(latencyMs: number): void {
    this.#tally.distributions.latencyMs.add(latencyMs);
  }

  received(bytes: number, objects: number): void {
    const { counters } = this.#tally;
    counters.bytes += bytes;
    counters.objects += objects;
  }

  failed(kind: string, what: string): void {
    this.#tally.counters.errors += 1;
    this.#context.errors.add(kind, this.viewer.network, what);
  }

  switched(): void {
    this.#tally.counters.switches += 1;
  }

  moved(_edge: string, afterMs: number, why: MoveReason): void {
    const { counters, distributions } = this.#tally;
    counters.moves += 1;
    if (why === "steered") counters.movesSteered += 1;
    else distributions.moveMs.add(afterMs);
  }

  steered(outcome: SteeringOutcome, afterMs: number): void {
    const { counters, distributions } = this.#tally;
    counters[steeringCounters[outcome]] += 1;
    if (outcome === "answered") distributions.steeringMs.add(afterMs);
  }

  fault(kind: string, what: string): void {
    this.#tally.counters.faults += 1;
    this.#context.faults.add(kind, this.viewer.network, what);
  }

  skipped(mediaMs: number): void {
    const { counters } = this.#tally;
    counters.skips += 1;
    counters.skippedMs += mediaMs;
  }

  hashed(object: string, hash: string): void {
    this.#context.hashed(object, hash);
  }

  left(): void {
    this.#over = true;
  }

  get #tally(): Tally {
    return this.#context.tallyOf(this.viewer);
  }

  get #network(): CrowdSettings["networks"][number] {
    return this.#context.settings.networks[
      this.viewer.network
    ] as CrowdSettings["networks"][number];
  }

  /**
   * Asks one director after the other, each viewer beginning with another one, until there is an answer or the visit is over;
   * when all have said nothing, the network's own edges are taken. A director with too many questions is left alone as long
   * as it asks for.
   */
  async #askAndWatch(directors: readonly string[]): Promise<void> {
    const { clock } = this.#context;
    this.#question = new AbortController();
    const { signal } = this.#question;
    let waitMs: number | null = null;
    for (let asked = 0; !signal.aborted; asked += 1) {
      const first = (this.viewer.id + asked) % directors.length;
      try {
        return this.#watch(await this.#ask(directors, first, signal));
      } catch (failure) {
        if (signal.aborted) return;
        this.failed("no-session", sentenceOf(failure));
        waitMs = shedFor(failure) ?? waitMs;
      }
      if ((asked + 1) % directors.length !== 0) continue;
      if (waitMs === null && this.#network.edges.length > 0)
        return this.#watch(nobodySaid(this.#network.edges));
      await clock.sleep(ms(waitMs ?? SESSION_RETRY_MS), signal);
      waitMs = null;
    }
  }

  async #ask(
    directors: readonly string[],
    first: number,
    signal: AbortSignal,
  ): Promise<Destination & { directors: readonly string[] }> {
    const { clock, settings } = this.#context;
    const askedAt = clock.monotonic();
    const { localAddress } = this.viewer;
    const director = directors[first] as string;
    const question = { director, channel: settings.channel, localAddress, signal };
    const destination = await askSession(question, { clock });
    this.#tally.distributions.sessionMs.add(elapsed(askedAt, clock.monotonic()));
    return {
      ...withOthers(destination, this.#network.edges),
      directors: [...directors.slice(first + 1), ...directors.slice(0, first)],
    };
  }

  #watch(destination: Destination & { directors?: readonly string[] }): void {
    if (this.#ended) return;
    const { edges, targetLatencyMs } = destination;
    const { settings, clock, makeViewer } = this.#context;
    const { id, protocol, localAddress, sampled, seed } = this.viewer;
    this.#playedFrom = clock.monotonic();
    this.#viewer = makeViewer(
      {
        id,
        protocol,
        channel: settings.channel,
        edges,
        steering: settings.director?.steer ? steeringOf(destination, protocol) : null,
        localAddress,
        targetLatencyMs: settings.targetLatencyMs ?? targetLatencyMs ?? DEFAULT_TARGET_MS,
        rendition: settings.rendition,
        audio: settings.audio,
        cmcd: settings.cmcd,
        sampled,
        payload: settings.payload,
        seed,
      },
      this,
    );
    this.#viewer.start();
  }
}

/** Which counter an outcome is. */
const steeringCounters = {
  answered: "steeringAnswered",
  shed: "steeringShed",
  gone: "steeringGone",
  silent: "steeringSilent",
  refused: "steeringRefused",
  unusable: "steeringUnusable",
} as const satisfies Record<SteeringOutcome, CounterName>;

const nobodySaid = (edges: readonly string[]): Destination => ({
  edges,
  targetLatencyMs: null,
  said: null,
});

/** Steering as the session tells it, and the same of the other directors, who answer for any session. */
function steeringOf(
  { said, directors = [] }: Destination & { directors?: readonly string[] },
  protocol: ViewerOptions["protocol"],
): SteeringOptions | null {
  if (!said) return null;
  const { hls, dash, ttlS } = said.steering;
  const own = protocol === "hls" ? hls : dash;
  const door = `/steer/${protocol === "hls" ? "hls" : "dash"}${new URL(own).search}`;
  const others = directors.map((director) => director.replace(/\/+$/, "") + door);
  return { urls: [own, ...others], pathway: said.edge.id, ttlS };
}

/** The director's edge first, then the network's others: a viewer whose edge dies has somewhere to go. */
export function withOthers(destination: Destination, edges: readonly string[]): Destination {
  return {
    ...destination,
    edges: [...new Set([...destination.edges, ...edges])],
  };
}
