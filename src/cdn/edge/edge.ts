// The edge: a carrier that knows HTTP only. It asks upstream once for each object and streams it to every viewer.
import { type Closable, ms, RateMeter, Scope } from "#base";
import type { Clock } from "#base/clock";
import type { Log } from "#base/log";
import {
  answerPreflight,
  HttpClient,
  type HttpReply,
  type HttpRequest,
  type HttpServer,
  serve,
} from "#http";
import { type Heartbeat, PROTOCOL_VERSION } from "#protocol";
import { HopReporter, type Metrics, metricsOf } from "#telemetry";
import { normalSpelling } from "./cache/key.ts";
import type { RouteRule } from "./cache/routes.ts";
import { Carrier } from "./carrier.ts";
import { edgeErrors } from "./errors.ts";
import { Heart } from "./heartbeat.ts";
import {
  DRAIN_IDLE_MS,
  HEARTBEAT_MS,
  TRANSFERS_LIMIT,
  UPSTREAM_CONNECT_MS,
  VIEWER_BACKLOG_BYTES,
} from "./limits.ts";
import { answerMetrics, answerStatus, answerTime } from "./ownAnswers.ts";
import { CpuMeter } from "./cpu.ts";
import { AccessLog, type AccessLogOptions } from "./observe/accessLog.ts";
import { CmcdCounters } from "./observe/cmcdCounters.ts";
import { requestCmcd } from "./observe/requestCmcd.ts";
import { Viewers } from "./observe/viewers.ts";
import { countersOf, gaugesOf, type Shown, statusOf } from "./show.ts";
import type { DrainKind } from "./supervisor/messages.ts";
import { refuse } from "./delivery/waiter.ts";
import { upstreamAddresses } from "./upstream/addresses.ts";
import { Upstreams } from "./upstream/upstreams.ts";

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
  /** Base address of the director; null: nobody is told of this edge. */
  readonly directorUrl: string | null;
  /** Base address of telemetry; null: nothing is stamped. */
  readonly telemetryUrl: string | null;
  /** What it can send, Mb/s: told to the director. */
  readonly capacityMbps: number;
  /** What the cache may hold, bytes. A rung of 4 Mb/s takes 1 MB a segment. */
  readonly cacheBytes: number;
  /** Which paths are which; the first that matches stands. Default: a channel's, and all others as anybody's. */
  readonly routes?: readonly RouteRule[];
  /** Which requests are written to a file; null or absent: none. */
  readonly accessLog?: AccessLogOptions | null;
  /** Listening sockets that a supervisor holds, one a worker thread, in place of host and port. */
  readonly listen?: { readonly fds: readonly number[] };
}

/** A running edge. */
export interface EdgeHandle extends Closable {
  readonly url: string;
  /** Accepts no more, lets what is under way end within `limitMs`, and closes. */
  drain(order: { kind: DrainKind; limitMs: number }): Promise<void>;
}

/** What the edge answers itself: nothing of it goes upstream, however it is spelled. */
const ownPaths: ReadonlySet<string> = new Set(["/time", "/status", "/metrics"]);

/** Starts an edge. Rejects with `edge/bad-upstream`, `http/port-taken` or `http/cannot-listen`. */
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
  readonly #cmcd = new CmcdCounters();
  readonly #accessLog: AccessLog | null;
  readonly #carrier: Carrier;
  readonly #reporter: HopReporter;
  readonly #client: HttpClient;
  readonly #supply: Upstreams;
  readonly #cpu: CpuMeter;
  readonly #rate: RateMeter;
  readonly #metrics: Metrics;
  #server: HttpServer | null = null;
  #heart: Heart | null = null;
  #draining = false;

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
    this.#carrier = new Carrier({
      id: options.id,
      supply: this.#supply,
      cacheBytes: options.cacheBytes,
      routes: options.routes,
      reporter: this.#reporter,
      ...context,
    });
    this.#scope.defer(() => this.#carrier.close());
    this.#accessLog = options.accessLog
      ? this.#scope.own(new AccessLog(options.accessLog, context))
      : null;
    this.#cpu = new CpuMeter(this.#clock.monotonic());
    this.#rate = new RateMeter(this.#clock.monotonic());
    this.#metrics = metricsOf("edge", {
      counters: () => countersOf(this.#shown()),
      gauges: () => gaugesOf(this.#shown()),
    });
  }

  get url(): string {
    return this.#server?.url ?? "";
  }

  async start(): Promise<void> {
    const { host, port, listen, directorUrl } = this.#options;
    this.#server = await serve(
      {
        port,
        ...(host === undefined ? {} : { host }),
        ...(listen?.fds[0] === undefined ? {} : { fd: listen.fds[0] }),
        handler: (request, reply) => this.#answer(request, reply),
        limits: { backlogBytes: VIEWER_BACKLOG_BYTES },
      },
      { clock: this.#clock, log: this.#log },
    ).catch(async (failure: unknown) => {
      await this.#scope.close();
      throw failure;
    });
    this.#scope.own(this.#server);
    const meters = this.#clock.every(ms(HEARTBEAT_MS), () => this.#read());
    this.#scope.defer(() => meters.cancel());
    if (directorUrl === null) return;
    const heart = new Heart(directorUrl, (draining) => this.#heartbeat(draining), {
      client: this.#client,
      clock: this.#clock,
      log: this.#log,
    });
    this.#heart = this.#scope.own(heart);
  }

  close(): Promise<void> {
    return this.#scope.close();
  }

  async drain({ kind, limitMs }: { kind: DrainKind; limitMs: number }): Promise<void> {
    this.#draining = true;
    // The director knows the edge by its name alone: while the successor speaks for it, the one who leaves must not.
    if (kind === "handover") this.#heart?.silence();
    await this.#server?.drain({ limitMs, idleMs: kind === "handover" ? DRAIN_IDLE_MS : 0 });
    await this.close();
  }

  #answer(request: HttpRequest, reply: HttpReply): void | Promise<void> {
    const { tally } = this.#carrier;
    const path = normalSpelling(request.path);
    if (ownPaths.has(path) && request.method !== "GET" && request.method !== "HEAD") {
      const preflight = request.method === "OPTIONS";
      tally.count(preflight ? "own" : "notAllowed");
      if (preflight) return answerPreflight(reply);
      return refuse(reply, edgeErrors.make("method-not-allowed", { method: request.method }));
    }
    switch (path) {
      case "/time":
        tally.count("own");
        return answerTime(reply, this.#clock.utc());
      case "/status":
        tally.count("own");
        return answerStatus(reply, statusOf(this.#shown()));
      case "/metrics":
        tally.count("own");
        return answerMetrics(reply, this.#metrics);
      default: {
        this.#note(request);
        return this.#carrier.handle(request, this.#accessLog?.watch(request, reply) ?? reply);
      }
    }
  }

  /** What the player says of itself. */
  #note(request: HttpRequest): void {
    if (request.query === "") return;
    const report = requestCmcd(request.query);
    if (!report) return;
    this.#cmcd.saw(report);
    if (report.sid !== null) this.#viewers.saw(report.sid, request.receivedAt);
  }

  #read(): void {
    const now = this.#clock.monotonic();
    this.#rate.read(now, this.#server?.counters.bytesOut ?? 0);
    this.#cpu.read(now);
  }

  #heartbeat(draining: boolean): Heartbeat {
    return {
      v: PROTOCOL_VERSION,
      edge: this.#options.id,
      at: this.#clock.utc() / 1_000,
      viewers: this.#viewers.count(this.#clock.monotonic()),
      mbps: this.#rate.mbps,
      capacityMbps: this.#options.capacityMbps,
      cpu: this.#cpu.cores,
      waiters: this.#carrier.waiters,
      upstreamErrors: this.#carrier.upstreamErrors,
      draining: draining || this.#draining,
    };
  }

  #shown(): Shown {
    return {
      options: this.#options,
      heartbeat: this.#heartbeat(this.#scope.closed),
      carrier: this.#carrier,
      server: this.#server?.counters ?? null,
      upstream: this.#client.counters,
      supply: this.#supply.counters,
      upstreams: this.#supply.states,
      heartbeats: this.#heart?.counters ?? null,
      hops: this.#reporter.counters,
      cmcd: this.#cmcd.all(),
      accessLog: this.#accessLog?.counters ?? null,
      viewersOverlooked: this.#viewers.overlooked,
    };
  }
}
