// The collector on its sockets.
import type { FastifyInstance } from "fastify";
import { type Closable, ms, Scope } from "#base";
import type { Clock } from "#base/clock";
import type { Log } from "#base/log";
import { bodyText, controlServer } from "#control";
import { hopsSchema, parseJson } from "#protocol";
import {
  LIVE_LISTENERS_LIMIT,
  LiveStream,
  type Metrics,
  metricsOf,
  telemetryErrors,
} from "#telemetry";
import { decodeCmcdLines } from "#telemetry/cmcd";
import { Collector } from "./collector.ts";
import { CMCD_BODY_LIMIT, HOPS_BODY_LIMIT, LIVE_PERIOD_MS } from "./limits.ts";

export interface TelemetryOptions {
  /** 0: any free port, told by the handle's `url`. */
  port: number;
  /** The address to listen on; default 127.0.0.1. */
  host?: string;
  /** The channel whose stamps and events are taken; those of others are dropped and counted. */
  channel: string;
}

export interface TelemetryHandle extends Closable {
  readonly url: string;
}

/**
 * Starts the collector: `POST /hops`, `POST /cmcd`, `GET /summary`, `/cohorts`, `/live`, `/status`, `/metrics`.
 * It listens when the promise resolves; rejects with `control/cannot-listen`.
 */
export async function startTelemetry(
  options: TelemetryOptions,
  context: { clock: Clock; log: Log },
): Promise<TelemetryHandle> {
  const scope = new Scope();
  const collector = new Collector(options.channel, context.clock);
  const live = new LiveStream();
  const server = controlServer({
    role: "telemetry",
    log: context.log,
    bodyLimit: HOPS_BODY_LIMIT,
    methods: ["GET", "HEAD", "POST"],
    status: () => ({
      role: "telemetry",
      channel: options.channel,
      ...collector.size,
      listeners: live.listeners,
      counters: { ...collector.counters, live: live.counters },
    }),
    metrics: telemetryMetrics(collector, live),
  });
  takeReports(server.app, collector);
  showPicture(server.app, { collector, live });
  scope.own(server);
  scope.own(live);
  const everySecond = context.clock.every(ms(1_000), () => collector.expire());
  const twice = context.clock.every(ms(LIVE_PERIOD_MS), () => {
    if (live.listeners > 0) live.send(collector.summary());
  });
  scope.defer(() => (everySecond.cancel(), twice.cancel()));
  const url = await server.listen(options).catch(async (failure: unknown) => {
    await scope.close();
    throw failure;
  });
  context.log.info({ url, channel: options.channel }, "telemetry listens");
  return { url, close: () => scope.close() };
}

function takeReports(app: FastifyInstance, collector: Collector): void {
  app.post("/hops", (request, reply) => {
    const { hops } = parseJson("hops", hopsSchema, bodyText(request));
    collector.takeHops(hops);
    return reply.code(204).send();
  });
  app.post("/cmcd", { bodyLimit: CMCD_BODY_LIMIT }, (request, reply) => {
    const { records, refused, why } = decodeCmcdLines(bodyText(request));
    collector.takeEvents(records, refused);
    if (why && records.length === 0) throw why;
    return reply.code(204).send();
  });
}

function showPicture(
  app: FastifyInstance,
  { collector, live }: { collector: Collector; live: LiveStream },
): void {
  app.get("/summary", () => collector.summary());
  app.get("/cohorts", () => collector.cohorts());
  app.get("/live", (_request, reply) => {
    if (!live.add(reply.raw, collector.summary()))
      throw telemetryErrors.make("too-many-listeners", { limit: LIVE_LISTENERS_LIMIT });
    reply.hijack();
  });
}

function telemetryMetrics(collector: Collector, live: LiveStream): Metrics {
  return metricsOf("telemetry", {
    counters: () => ({
      ...flat("hopsDropped", collector.counters.hopsDropped),
      ...flat("eventsDropped", collector.counters.eventsDropped),
      ...flat("valuesDropped", collector.counters.valuesDropped),
      hops: collector.counters.hops,
      hopsWithoutPicture: collector.counters.hopsWithoutPicture,
      events: collector.counters.events,
      eventsUnreadable: collector.counters.eventsUnreadable,
      durationsDropped: collector.counters.durationsDropped,
      cohortsOverlooked: collector.counters.cohortsOverlooked,
      liveSkipped: live.counters.skipped,
    }),
    gauges: () => ({ ...collector.size, listeners: live.listeners }),
  });
}

/** `{ tooOld: 3 }` under `hopsDropped` as `{ hopsDroppedTooOld: 3 }`. */
const flat = (under: string, counts: Readonly<Record<string, number>>): Record<string, number> =>
  Object.fromEntries(
    Object.entries(counts).map(([name, count]) => [
      `${under}${name[0]?.toUpperCase()}${name.slice(1)}`,
      count,
    ]),
  );
