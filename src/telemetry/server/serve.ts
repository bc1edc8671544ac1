// The collector on its sockets.
import { fastify, type FastifyError, type FastifyInstance } from "fastify";
import { type Closable, ms, RegistaError, Scope, sentenceOf } from "#base";
import type { Clock } from "#base/clock";
import type { Log } from "#base/log";
import { hopsSchema, parseJson } from "#protocol";
import { LIVE_LISTENERS_LIMIT, LiveStream, metricsOf, telemetryErrors } from "#telemetry";
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
 * Starts the collector: `POST /hops`, `POST /cmcd`, `GET /summary`, `/live`, `/status`, `/metrics`.
 * It listens when the promise resolves.
 */
export async function startTelemetry(
  options: TelemetryOptions,
  context: { clock: Clock; log: Log },
): Promise<TelemetryHandle> {
  const scope = new Scope();
  const collector = new Collector(options.channel, context.clock);
  const live = new LiveStream();
  const app = fastify({ logger: false, bodyLimit: HOPS_BODY_LIMIT, forceCloseConnections: true });
  allowBrowsers(app);
  answerErrors(app, context.log);
  takeReports(app, collector);
  showItself(app, { collector, live, channel: options.channel });
  scope.defer(() => app.close());
  scope.own(live);
  const everySecond = context.clock.every(ms(1_000), () => collector.expire());
  const twice = context.clock.every(ms(LIVE_PERIOD_MS), () => {
    if (live.listeners > 0) live.send(collector.summary());
  });
  scope.defer(() => (everySecond.cancel(), twice.cancel()));
  const url = await listen(app, options).catch(async (failure: unknown) => {
    await scope.close();
    throw failure;
  });
  context.log.info({ url, channel: options.channel }, "telemetry listens");
  return { url, close: () => scope.close() };
}

/** Pages of any origin report here: WIRE's CORS rules, with a pre-flight that lasts a day. */
function allowBrowsers(app: FastifyInstance): void {
  app.addHook("onRequest", async (request, reply) => {
    reply.header("access-control-allow-origin", "*");
    if (request.method !== "OPTIONS") return;
    reply
      .header("access-control-allow-methods", "GET, POST")
      .header("access-control-allow-headers", "content-type")
      .header("access-control-max-age", "86400");
    await reply.code(204).send();
  });
  // Whatever a browser calls the body (a beacon says text/plain), the path says what it is.
  app.removeAllContentTypeParsers();
  app.addContentTypeParser("*", { parseAs: "string" }, (_request, body, done) => done(null, body));
}

async function listen(
  app: FastifyInstance,
  options: { port: number; host?: string },
): Promise<string> {
  const { port, host = "127.0.0.1" } = options;
  try {
    return await app.listen({ port, host });
  } catch (failure) {
    throw telemetryErrors.make(
      "cannot-listen",
      { host, port, problem: sentenceOf(failure) },
      failure,
    );
  }
}

function answerErrors(app: FastifyInstance, log: Log): void {
  app.setErrorHandler((failure: FastifyError | RegistaError, request, reply) => {
    const error = asRegistaError(failure, request.url);
    if (error.status >= 500)
      log.error({ failure, path: request.url }, "telemetry could not answer");
    return reply.code(error.status).send(error.toJSON());
  });
  app.setNotFoundHandler((request, reply) => {
    const error = telemetryErrors.make("no-such-page", { path: request.url });
    return reply.code(error.status).send(error.toJSON());
  });
}

function asRegistaError(failure: FastifyError | RegistaError, path: string): RegistaError {
  if (failure instanceof RegistaError) return failure;
  if (failure.statusCode === 413) return telemetryErrors.make("body-too-large", { path }, failure);
  const name =
    failure.statusCode !== undefined && failure.statusCode < 500 ? "bad-request" : "failed";
  return telemetryErrors.make(name, { path, problem: failure.message }, failure);
}

function takeReports(app: FastifyInstance, collector: Collector): void {
  app.post("/hops", (request, reply) => {
    const { hops } = parseJson("hops", hopsSchema, textOf(request.body));
    collector.takeHops(hops);
    return reply.code(204).send();
  });
  app.post("/cmcd", { bodyLimit: CMCD_BODY_LIMIT }, (request, reply) => {
    const { records, refused, why } = decodeCmcdLines(textOf(request.body));
    collector.takeEvents(records, refused);
    if (why && records.length === 0) throw why;
    return reply.code(204).send();
  });
}

const textOf = (body: unknown): string => (typeof body === "string" ? body : "");

function showItself(
  app: FastifyInstance,
  { collector, live, channel }: { collector: Collector; live: LiveStream; channel: string },
): void {
  app.get("/summary", () => collector.summary());
  app.get("/live", (_request, reply) => {
    if (!live.add(reply.raw, collector.summary()))
      throw telemetryErrors.make("too-many-listeners", { limit: LIVE_LISTENERS_LIMIT });
    reply.hijack();
  });
  app.get("/status", () => ({
    role: "telemetry",
    channel,
    ...collector.size,
    listeners: live.listeners,
    counters: { ...collector.counters, live: live.counters },
  }));
  const metrics = metricsOf("telemetry", {
    counters: () => ({
      ...flat("hopsDropped", collector.counters.hopsDropped),
      ...flat("eventsDropped", collector.counters.eventsDropped),
      hops: collector.counters.hops,
      hopsWithoutPicture: collector.counters.hopsWithoutPicture,
      events: collector.counters.events,
      eventsUnreadable: collector.counters.eventsUnreadable,
      durationsDropped: collector.counters.durationsDropped,
      liveSkipped: live.counters.skipped,
    }),
    gauges: () => ({ ...collector.size, listeners: live.listeners }),
  });
  app.get("/metrics", async (_request, reply) =>
    reply.type(metrics.contentType).send(await metrics.text()),
  );
}

/** `{ tooOld: 3 }` under `hopsDropped` as `{ hopsDroppedTooOld: 3 }`. */
const flat = (under: string, counts: Readonly<Record<string, number>>): Record<string, number> =>
  Object.fromEntries(
    Object.entries(counts).map(([name, count]) => [
      `${under}${name[0]?.toUpperCase()}${name.slice(1)}`,
      count,
    ]),
  );
