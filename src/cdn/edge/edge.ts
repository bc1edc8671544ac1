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
import { Carrier } from "./carrier.ts";
import { edgeErrors } from "./errors.ts";
import { Heart } from "./heartbeat.ts";
import {
  DRAIN_IDLE_MS,
  HEARTBEAT_MS,
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

/** What an edge needs. */
export interface EdgeOptions {
  /** Default 127.0.0.1. */
  readonly host?: string;
  /** 0 takes a free one. */
  readonly port: number;
  /** Its name: letters, digits, - and _. */
  readonly id: string;
  /** Base address of the origin, or of a nearer tier. */
  readonly upstream: string;
  /** Base address of the director; null: nobody is told of this edge. */
  readonly directorUrl: string | null;
  /** Base address of telemetry; null: nothing is stamped. */
  readonly telemetryUrl: string | null;
  /** What it can send, Mb/s: told to the director. */
  readonly capacityMbps: number;
  /** What the cache may hold, bytes. A rung of 4 Mb/s takes 1 MB a segment. */
  readonly cacheBytes: number;
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

/** Starts an edge. Rejects with `edge/bad-upstream`, `http/port-taken` or `http/cannot-listen`. */
export async function startEdge(
  options: EdgeOptions,
  context: { clock: Clock; log: Log },
): Promise<EdgeHandle> {
  if (URL.parse(options.upstream)?.protocol !== "http:")
    throw edgeErrors.make("bad-upstream", { upstream: options.upstream });
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
      new HttpClient(context, { connectTimeoutMs: UPSTREAM_CONNECT_MS }),
    );
    this.#carrier = new Carrier({
      id: options.id,
      upstream: options.upstream.replace(/\/+$/, ""),
      cacheBytes: options.cacheBytes,
      client: this.#client,
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
    if (request.method === "OPTIONS") {
      tally.count("own");
      return answerPreflight(reply);
    }
    if (request.method !== "GET" && request.method !== "HEAD") {
      tally.count("notAllowed");
      return refuse(reply, edgeErrors.make("method-not-allowed", { method: request.method }));
    }
    switch (request.path) {
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
      heartbeats: this.#heart?.counters ?? null,
      hops: this.#reporter.counters,
      cmcd: this.#cmcd.all(),
      accessLog: this.#accessLog?.counters ?? null,
      viewersOverlooked: this.#viewers.overlooked,
    };
  }
}
