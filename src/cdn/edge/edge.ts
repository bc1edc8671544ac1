// The edge: a carrier that knows HTTP only. It asks upstream once for each object and streams it to every viewer.
import { type Closable, ms, RateMeter, Scope } from "#base";
import type { Clock } from "#base/clock";
import type { Log } from "#base/log";
import { HttpClient, type TlsFiles } from "#http";
import { type Heartbeat, type HeartbeatAnswer, PROTOCOL_VERSION } from "#protocol";
import { HopReporter, type Metrics, metricsOf } from "#telemetry";
import type { RouteRule } from "./cache/routes.ts";
import { CpuMeter } from "./cpu.ts";
import { beatsOf, Heart } from "./heartbeat.ts";
import { DRAIN_IDLE_MS, HEARTBEAT_MS, TRANSFERS_LIMIT, UPSTREAM_CONNECT_MS } from "./limits.ts";
import type { AccessLogOptions } from "./observe/accessLog.ts";
import { Viewers } from "./observe/viewers.ts";
import {
  cohortFamilies,
  countersOf,
  gaugesOf,
  type Shown,
  statusOf,
  upstreamErrorsOf,
} from "./show.ts";
import type { DrainKind } from "./supervisor/messages.ts";
import { upstreamAddresses } from "./upstream/addresses.ts";
import { Upstreams } from "./upstream/upstreams.ts";
import { type Serving, servingIn } from "./workers/serving.ts";

/** What an edge needs. */
export interface EdgeOptions {
  /** Default 127.0.0.1. */
  readonly host?: string;
  /** 0 takes a free one. */
  readonly port: number;
  /** Its name: letters, digits, - and _. */
  readonly id: string;
  /** Base addresses, best first: a shield or an origin, then those that are asked when it fails or is late. */
  readonly upstreams: readonly string[];
  /** A head later than this is asked of the next upstream too, ms; null: never. Default 1,000. */
  readonly hedgeAfterMs?: number | null;
  /** Base addresses of the directors, each of which spends its share of the headroom; none: nobody is told of this edge. */
  readonly directorUrls: readonly string[];
  /** Base address of telemetry; null: nothing is stamped. */
  readonly telemetryUrl: string | null;
  /** What it can send, Mb/s: told to the director. */
  readonly capacityMbps: number;
  /** What the cache may hold, bytes. A rung of 4 Mb/s takes 1 MB a segment. */
  readonly cacheBytes: number;
  /** How some paths are cached; the first rule that matches stands. After them come those of a channel's own paths. */
  readonly routes?: readonly RouteRule[];
  /** Which requests are written to a file; null or absent: none. */
  readonly accessLog?: AccessLogOptions | null;
  /** Threads that serve viewers; 0: one a core. Default 1: everything in this one. */
  readonly workers?: number;
  /** Certificate and key in PEM; null or absent: without TLS. With them the port speaks TLS 1.3, HTTP/2 and HTTP/1.1. */
  readonly tls?: TlsFiles | null;
  /** Listening sockets that a supervisor holds, one a worker thread, in place of host and port. */
  readonly listen?: { readonly fds: readonly number[] };
}

/** A running edge. */
export interface EdgeHandle extends Closable {
  readonly url: string;
  /** Accepts no more, lets what is under way end within `limitMs`, and closes. */
  drain(order: { kind: DrainKind; limitMs: number }): Promise<void>;
  /** Calls `listener` when the edge wants a successor: a thread of it is gone. */
  onFailing(listener: (why: string) => void): void;
}

/**
 * Starts an edge. Rejects with `edge/bad-upstream`, `http/port-taken`, `http/cannot-listen`, or the `http/tls-…` errors of a
 * certificate that cannot be used.
 */
export async function startEdge(
  options: EdgeOptions,
  context: { clock: Clock; log: Log },
): Promise<EdgeHandle> {
  upstreamAddresses(options.upstreams);
  const edge = new Edge(options, context);
  await edge.start();
  return edge;
}

class Edge implements EdgeHandle {
  readonly #options: EdgeOptions;
  readonly #clock: Clock;
  readonly #log: Log;
  readonly #scope = new Scope();
  readonly #viewers = new Viewers();
  readonly #reporter: HopReporter;
  readonly #client: HttpClient;
  readonly #supply: Upstreams;
  readonly #serving: Serving;
  readonly #cpu: CpuMeter;
  readonly #rate: RateMeter;
  readonly #metrics: Metrics;
  #hearts: readonly Heart[] = [];
  #reading: Shown | null = null;
  #draining = false;
  #failing: ((why: string) => void) | null = null;
  #releases: HeartbeatAnswer["releases"] | null = null;

  constructor(options: EdgeOptions, context: { clock: Clock; log: Log }) {
    this.#options = options;
    this.#clock = context.clock;
    this.#log = context.log;
    this.#reporter = this.#scope.own(new HopReporter({ url: options.telemetryUrl }, context));
    this.#client = this.#scope.own(
      new HttpClient(context, {
        connectTimeoutMs: UPSTREAM_CONNECT_MS,
        connectionsPerHost: TRANSFERS_LIMIT,
      }),
    );
    this.#supply = this.#scope.own(
      new Upstreams({
        id: options.id,
        upstreams: upstreamAddresses(options.upstreams),
        hedgeAfterMs: options.hedgeAfterMs,
        client: this.#client,
        ...context,
      }),
    );
    this.#cpu = new CpuMeter(this.#clock.monotonic());
    this.#rate = new RateMeter(this.#clock.monotonic());
    this.#serving = this.#scope.own(this.#served(context));
    this.#metrics = metricsOf("edge", {
      counters: () => countersOf(this.#reading ?? this.#shown()),
      gauges: () => gaugesOf(this.#reading ?? this.#shown()),
      families: cohortFamilies(() => this.#reading ?? this.#shown()),
    });
  }

  get url(): string {
    return this.#serving.url;
  }

  async start(): Promise<void> {
    await this.#serving.start().catch(async (failure: unknown) => {
      await this.#scope.close();
      throw failure;
    });
    const meters = this.#clock.every(ms(HEARTBEAT_MS), () => this.#read());
    this.#scope.defer(() => meters.cancel());
    const sides = {
      read: (draining: boolean) => this.#heartbeat(draining),
      told: ({ releases }: HeartbeatAnswer) => this.#release(releases),
    };
    const context = { client: this.#client, clock: this.#clock, log: this.#log };
    this.#hearts = this.#options.directorUrls.map((url) =>
      this.#scope.own(new Heart(url, sides, context)),
    );
  }

  close(): Promise<void> {
    return this.#scope.close();
  }

  async drain({ kind, limitMs }: { kind: DrainKind; limitMs: number }): Promise<void> {
    this.#draining = true;
    // The director knows the edge by its name alone: while the successor speaks for it, the one who leaves must not.
    if (kind === "handover") for (const heart of this.#hearts) heart.silence();
    await this.#serving.drain({ limitMs, idleMs: kind === "handover" ? DRAIN_IDLE_MS : 0 });
    await this.close();
  }

  onFailing(listener: (why: string) => void): void {
    this.#failing = listener;
  }

  #served(context: { clock: Clock; log: Log }): Serving {
    return servingIn({
      options: this.#options,
      supply: this.#supply,
      reporter: this.#reporter,
      saw: (session, at) => this.#viewers.saw(session, at),
      shows: {
        status: async () => {
          await this.#serving.refresh();
          return statusOf(this.#shown());
        },
        metrics: async () => {
          await this.#serving.refresh();
          // One reading for all the names.
          this.#reading = this.#shown();
          const text = await this.#metrics.text();
          this.#reading = null;
          return { type: this.#metrics.contentType, text };
        },
      },
      failing: (why) => this.#failing?.(why),
      ...context,
    });
  }

  #release(releases: HeartbeatAnswer["releases"]): void {
    this.#releases = releases;
    this.#serving.release(releases);
  }

  #read(): void {
    const now = this.#clock.monotonic();
    this.#rate.read(now, this.#serving.figures.server?.bytesOut ?? 0);
    this.#cpu.read(now);
  }

  #heartbeat(draining: boolean): Heartbeat {
    const { waiters, reasons } = this.#serving.figures;
    return {
      v: PROTOCOL_VERSION,
      edge: this.#options.id,
      at: this.#clock.utc() / 1_000,
      viewers: this.#viewers.count(this.#clock.monotonic()),
      mbps: this.#rate.mbps,
      capacityMbps: this.#options.capacityMbps,
      cpu: this.#cpu.cores,
      waiters,
      upstreamErrors: upstreamErrorsOf(reasons),
      draining: draining || this.#draining,
      directors: Math.max(1, this.#options.directorUrls.length),
    };
  }

  #shown(): Shown {
    return {
      ...this.#serving.figures,
      options: this.#options,
      heartbeat: this.#heartbeat(this.#scope.closed),
      upstream: this.#client.counters,
      supply: this.#supply.counters,
      upstreams: this.#supply.states,
      heartbeats: beatsOf(this.#hearts),
      hops: this.#reporter.counters,
      viewersOverlooked: this.#viewers.overlooked,
      releases: this.#releases,
    };
  }
}
