// The watch role: serves the built page and tells it where things are. It carries no media.
import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import fastifyStatic from "@fastify/static";
import type { FastifyInstance } from "fastify";
import { type Closable, elapsed } from "#base";
import type { Clock } from "#base/clock";
import type { Log } from "#base/log";
import { controlServer } from "#control";
import { metricsOf } from "#telemetry";
import {
  type CaptureIs,
  parseWatchConfig,
  type WatchConfig,
  type WatchEdge,
  type WatchNetwork,
} from "./config.ts";
import { viewerErrors } from "./errors.ts";
import { ASSET_AGE_S } from "./limits.ts";

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
  /** At least one: the next is asked when one is silent. */
  directorUrls: readonly string[];
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

/** Where `page/index.html` leaves room for the configuration. */
const CONFIG_PLACE = '<script type="application/json" id="config">null';

const BUILT_PAGE = fileURLToPath(new URL("../../dist/watch/", import.meta.url));

interface Counters extends Record<string, number> {
  pages: number;
  configs: number;
  refusals: number;
}

function configOf(options: WatchOptions): WatchConfig {
  return parseWatchConfig({ v: 1, title: options.channel, ...options });
}

/** The page and its configuration. Built files carry their hash in the name, so only the page itself is asked for again. */
async function showPage(
  app: FastifyInstance,
  options: { config: WatchConfig; root: string; counters: Counters },
): Promise<void> {
  const { config, root, counters } = options;
  const maxAge = ASSET_AGE_S * 1_000;
  await app.register(fastifyStatic, { root, index: false, immutable: true, maxAge });
  app.addHook("onSend", async (_request, reply) => {
    if (reply.statusCode >= 400) counters.refusals += 1;
  });
  app.get("/config.json", () => {
    counters.configs += 1;
    return config;
  });
  app.get("/", async (_request, reply) => {
    if (!isBuilt(root)) throw viewerErrors.make("page-not-built", { root });
    counters.pages += 1;
    reply.header("cache-control", "no-cache").type("text/html; charset=utf-8");
    return withConfig(await readFile(`${root}/index.html`, "utf8"), config);
  });
}

/** The configuration stands in the page, so that nothing has to be asked for before it begins. */
function withConfig(page: string, config: WatchConfig): string {
  // A script element ends at the first "</" whatever its type (HTML 4.12.1.3).
  const text = JSON.stringify(config).replaceAll("<", "\\u003c");
  return page.replace(CONFIG_PLACE, () => `${CONFIG_PLACE.slice(0, -"null".length)}${text}`);
}

const isBuilt = (root: string): boolean => existsSync(`${root}/index.html`);

/** Starts the watch server. Rejects with `viewer/bad-config` or `control/cannot-listen`. */
export async function startWatch(
  options: WatchOptions,
  { clock, log }: { clock: Clock; log: Log },
): Promise<WatchHandle> {
  const root = options.root ?? BUILT_PAGE;
  const startedAt = clock.monotonic();
  const counters: Counters = { pages: 0, configs: 0, refusals: 0 };
  const config = configOf(options);
  const server = controlServer({
    role: "watch page",
    log,
    status: () => ({
      role: "watch",
      channel: config.channel,
      uptimeS: Math.round(elapsed(startedAt, clock.monotonic()) / 1_000),
      pageBuilt: isBuilt(root),
      ...counters,
    }),
    metrics: metricsOf("watch", { counters: () => counters }),
  });
  await showPage(server.app, { config, root, counters });
  const url = await server.listen(options);
  log.info({ url, root }, "watch page is served");
  return { url, close: () => server.close() };
}
