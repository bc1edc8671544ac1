// What serves viewers in one thread: the sockets, the edge's own answers, and the carrier behind them.
import { type Closable, type MonoMs, Scope } from "#base";
import type { Clock } from "#base/clock";
import type { Log } from "#base/log";
import { answerPreflight, type HttpReply, type HttpRequest, type HttpServer, serve } from "#http";
import type { HopReporter } from "#telemetry";
import { normalSpelling } from "./cache/key.ts";
import { Carrier, type CarrierParts } from "./carrier.ts";
import { CueHub } from "./cues/hub.ts";
import { streamChannel } from "./cues/query.ts";
import type { Release } from "./cues/releases.ts";
import { refuse } from "./delivery/waiter.ts";
import type { EdgeOptions } from "./edge.ts";
import { edgeErrors } from "./errors.ts";
import { VIEWER_BACKLOG_BYTES } from "./limits.ts";
import { AccessLog } from "./observe/accessLog.ts";
import { CmcdCounters } from "./observe/cmcdCounters.ts";
import { requestCmcd } from "./observe/requestCmcd.ts";
import { answerMetrics, answerStatus, answerTime } from "./ownAnswers.ts";
import type { Figures } from "./show.ts";
import type { Supply } from "./supply.ts";

/** What a gate stands on. */
export interface GateParts {
  readonly options: EdgeOptions;
  readonly supply: Supply;
  readonly reporter: Pick<HopReporter, "stamp">;
  /** Where bodies lie, and who else keeps the same objects. */
  readonly tiers?: Pick<CarrierParts, "gather" | "others">;
  /** A player named its session. */
  readonly saw: (session: string, at: MonoMs) => void;
  /** What is shown of the whole edge. */
  readonly shows: Shows;
  readonly clock: Clock;
  readonly log: Log;
}

/** What `/status` and `/metrics` show. */
export interface Shows {
  status(): Promise<unknown>;
  metrics(): Promise<{ type: string; text: string }>;
}

/** Where a gate listens. */
export interface Listening {
  readonly host?: string | undefined;
  readonly port: number;
  /** An inherited socket, in place of host and port. */
  readonly fd?: number | undefined;
  readonly reusePort?: boolean;
}

/** What the edge answers itself: nothing of it goes upstream, however it is spelled. */
const ownPaths: ReadonlySet<string> = new Set(["/time", "/status", "/metrics"]);

/** What feeds an origin goes to the origin: no route of an operator opens this. */
const entryPath = /^\/ingest(?:\/|$)/;

export class Gate implements Closable {
  readonly carrier: Carrier;
  readonly #cues: CueHub;
  readonly #parts: GateParts;
  readonly #scope = new Scope();
  readonly #cmcd = new CmcdCounters();
  readonly #accessLog: AccessLog | null;
  #server: HttpServer | null = null;

  /** Throws `edge/bad-route`. */
  constructor(parts: GateParts) {
    const { options, supply, reporter, clock, log } = parts;
    const { id, cacheBytes, routes } = options;
    this.#parts = parts;
    this.carrier = new Carrier({
      ...{ id, supply, cacheBytes, routes, reporter, clock, log },
      ...parts.tiers,
    });
    this.#scope.defer(() => this.carrier.close());
    this.#cues = new CueHub({
      ...{ id, clock, log, reasons: this.carrier.tally },
      carry: (request, reply) => this.carrier.handle(request, reply),
    });
    this.#accessLog = options.accessLog
      ? this.#scope.own(new AccessLog(options.accessLog, { clock, log }))
      : null;
  }

  get url(): string {
    return this.#server?.url ?? "";
  }

  /** Rejects with `http/port-taken` or `http/cannot-listen`. */
  async start({ host, port, fd, reusePort = false }: Listening): Promise<void> {
    const { clock, log } = this.#parts;
    this.#server = await serve(
      {
        port,
        reusePort,
        ...(host === undefined ? {} : { host }),
        ...(fd === undefined ? {} : { fd }),
        handler: (request, reply) => this.#answer(request, reply),
        limits: { backlogBytes: VIEWER_BACKLOG_BYTES },
        tls: this.#parts.options.tls ?? null,
      },
      { clock, log },
    );
    this.#scope.own(this.#server);
    // Closed before the server: their streams would be waited for.
    this.#scope.own(this.#cues);
  }

  /** What the director says of cohorts. */
  release(releases: readonly Release[]): void {
    this.#cues.release(releases);
  }

  /** Accepts no more, and lets what is under way end. */
  async drain(times: { limitMs: number; idleMs: number }): Promise<void> {
    this.#cues.drain();
    await this.#server?.drain(times);
  }

  close(): Promise<void> {
    return this.#scope.close();
  }

  /** Of this thread, now. */
  get figures(): Figures {
    const { cache, tally, transfers, waiters } = this.carrier;
    return {
      server: this.#server?.counters ?? null,
      tls: this.#server?.tls ?? null,
      reasons: tally.all(),
      waiters,
      transfers,
      cache: { objects: cache.size, bytes: cache.bytes },
      cmcd: { ...this.#cmcd.all() },
      cues: this.#cues.figures,
      accessLog: this.#accessLog && { ...this.#accessLog.counters },
      threads: { serving: 1, silent: 0 },
    };
  }

  #answer(request: HttpRequest, reply: HttpReply): void | Promise<void> {
    const path = normalSpelling(request.path);
    if (ownPaths.has(path)) return this.#answerOwn(path, request, reply);
    const channel = path.endsWith("/cues/live") ? streamChannel(path) : null;
    if (channel !== null) return this.#cues.handle(channel, request, reply);
    if (path.startsWith("/ingest") && entryPath.test(path)) return this.#refuseEntry(reply);
    this.#note(request);
    return this.carrier.handle(request, this.#accessLog?.watch(request, reply) ?? reply);
  }

  #refuseEntry(reply: HttpReply): void {
    this.carrier.tally.count("noEntry");
    refuse(reply, edgeErrors.make("no-entry", { edge: this.#parts.options.id }));
  }

  async #answerOwn(path: string, request: HttpRequest, reply: HttpReply): Promise<void> {
    const { method } = request;
    const { tally } = this.carrier;
    const { shows, clock } = this.#parts;
    if (method !== "GET" && method !== "HEAD") {
      const preflight = method === "OPTIONS";
      tally.count(preflight ? "own" : "notAllowed");
      if (preflight) return answerPreflight(reply);
      return refuse(reply, edgeErrors.make("method-not-allowed", { method }));
    }
    tally.count("own");
    if (path === "/time") return answerTime(reply, request, clock);
    if (path === "/status") return answerStatus(reply, await shows.status());
    return answerMetrics(reply, await shows.metrics());
  }

  /** What the player says of itself. */
  #note(request: HttpRequest): void {
    if (request.query === "") return;
    const report = requestCmcd(request.query);
    if (!report) return;
    this.#cmcd.saw(report);
    if (report.sid !== null) this.#parts.saw(report.sid, request.receivedAt);
  }
}
