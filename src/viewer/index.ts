// The watch role: serves the built page and tells it where things are. It carries no media.
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import fastifyStatic from "@fastify/static";
import Fastify, { type FastifyInstance, type FastifyReply } from "fastify";
import { type Closable, RegistaError, sentenceOf } from "#base";
import type { Clock } from "#base/clock";
import type { Log } from "#base/log";
import { metricsOf } from "#telemetry";
import {
  type CaptureIs,
  parseWatchConfig,
  type WatchConfig,
  type WatchEdge,
  type WatchNetwork,
} from "./config.ts";
import { viewerErrors } from "./errors.ts";
import { ASSET_AGE_S, WATCH_BODY_LIMIT } from "./limits.ts";

export type { CaptureIs, WatchConfig, WatchEdge, WatchNetwork } from "./config.ts";

/** How to serve the watch page. URLs are those that a browser can reach. */
export interface WatchOptions {
  /** 0 takes a free port. */
  port: number;
  /** The address to listen on; 127.0.0.1 by default. */
  host?: string;
  channel: string;
  /** What the page calls the fixture; the channel's name by default. */
  title?: string;
  directorUrl: string;
  /** null: the page reports nothing. */
  telemetryUrl: string | null;
  /** In order of preference, for when the director does not answer. */
  edges: readonly WatchEdge[];
  /** The networks that a person may choose to watch from. */
  networks: readonly WatchNetwork[];
  /** What a frame's time means; "camera" by default. */
  captureIs?: CaptureIs;
  /** The folder of the built page; `dist/watch` of this repository by default. */
  root?: string;
}

/** A running watch server. */
export interface WatchHandle extends Closable {
  /** Where the page is. */
  readonly url: string;
}

const BUILT_PAGE = fileURLToPath(new URL("../../dist/watch/", import.meta.url));

interface Counters extends Record<string, number> {
  pages: number;
  configs: number;
  refusals: number;
}

function configOf(options: WatchOptions): WatchConfig {
  return parseWatchConfig({ v: 1, title: options.channel, ...options });
}

function answerFailure(reply: FastifyReply, failure: unknown): FastifyReply {
  if (failure instanceof RegistaError) return reply.code(failure.status).send(failure.toJSON());
  const status = (failure as { statusCode?: number }).statusCode ?? 500;
  return reply
    .code(status)
    .send({ code: "viewer/failed", error: sentenceOf(failure), cure: "Load the page again." });
}

function route(
  app: FastifyInstance,
  options: { config: WatchConfig; root: string; counters: Counters },
  clock: Clock,
): void {
  const { config, root, counters } = options;
  const startedAt = clock.monotonic();
  const built = (): boolean => existsSync(`${root}/index.html`);
  const metrics = metricsOf("watch", { counters: () => counters });
  app.addHook("onRequest", async (_request, reply) => {
    reply.header("access-control-allow-origin", "*");
  });
  app.get("/config.json", async (_request, reply) => {
    counters.configs += 1;
    return reply.header("cache-control", "no-store").send(config);
  });
  app.get("/status", async () => ({
    role: "watch",
    channel: config.channel,
    uptimeS: Math.round((clock.monotonic() - startedAt) / 1_000),
    pageBuilt: built(),
    ...counters,
  }));
  app.get("/metrics", async (_request, reply) =>
    reply.type(metrics.contentType).send(await metrics.text()),
  );
  app.get("/", async (_request, reply) => {
    if (!built()) throw viewerErrors.make("page-not-built", { root });
    counters.pages += 1;
    reply.header("cache-control", "no-cache");
    return reply.sendFile("index.html", { cacheControl: false });
  });
}

/** Starts the watch server. Rejects with `viewer/bad-config` or `viewer/port-taken`. */
export async function startWatch(
  options: WatchOptions,
  context: { clock: Clock; log: Log },
): Promise<WatchHandle> {
  const root = options.root ?? BUILT_PAGE;
  const host = options.host ?? "127.0.0.1";
  const counters: Counters = { pages: 0, configs: 0, refusals: 0 };
  const config = configOf(options);
  const app = Fastify({ logger: false, bodyLimit: WATCH_BODY_LIMIT, forceCloseConnections: true });
  app.setErrorHandler((failure, _request, reply) => {
    counters.refusals += 1;
    return answerFailure(reply, failure);
  });
  app.setNotFoundHandler((request, reply) => {
    counters.refusals += 1;
    return answerFailure(reply, viewerErrors.make("nothing-here", { path: request.url }));
  });
  await app.register(fastifyStatic, {
    root,
    index: false,
    immutable: true,
    maxAge: ASSET_AGE_S * 1_000,
  });
  route(app, { config, root, counters }, context.clock);
  try {
    const url = await app.listen({ host, port: options.port });
    context.log.info({ url, root }, "watch page is served");
    let closing: Promise<void> | null = null;
    return { url, close: () => (closing ??= app.close()) };
  } catch (failure) {
    await app.close();
    throw viewerErrors.make(
      "port-taken",
      { host, port: options.port, problem: sentenceOf(failure) },
      failure,
    );
  }
}
