// What an edge shows of itself: `/status` for people, counters and gauges for `/metrics`.
import { closeReasons, type HttpClient, type HttpServer, refusals } from "#http";
import type { Heartbeat } from "#protocol";
import type { HopCounters } from "#telemetry";
import type { Carrier } from "./carrier.ts";
import type { EdgeOptions } from "./edge.ts";
import type { Heart } from "./heartbeat.ts";
import type { AccessLog } from "./observe/accessLog.ts";
import type { CmcdCounters } from "./observe/cmcdCounters.ts";
import type { SupplyCounters } from "./supply.ts";
import type { UpstreamState } from "./upstream/upstream.ts";

/** Where the figures come from, read now. */
export interface Shown {
  readonly options: EdgeOptions;
  readonly heartbeat: Heartbeat;
  readonly carrier: Carrier;
  readonly server: HttpServer["counters"] | null;
  readonly upstream: HttpClient["counters"];
  readonly supply: SupplyCounters;
  readonly upstreams: readonly UpstreamState[];
  readonly heartbeats: Heart["counters"] | null;
  readonly hops: HopCounters;
  readonly cmcd: ReturnType<CmcdCounters["all"]>;
  readonly accessLog: AccessLog["counters"] | null;
  readonly viewersOverlooked: number;
}

/** The body of `/status`. */
export function statusOf(shown: Shown): unknown {
  const { carrier, options } = shown;
  const { cache } = carrier;
  return {
    ...shown.heartbeat,
    upstreams: shown.upstreams,
    supply: shown.supply,
    transfers: carrier.transfers,
    cache: { objects: cache.size, bytes: cache.bytes, limitBytes: options.cacheBytes },
    reasons: carrier.tally.all(),
    server: shown.server,
    upstreamClient: shown.upstream,
    heartbeats: shown.heartbeats,
    hops: shown.hops,
    cmcd: shown.cmcd,
    accessLog: shown.accessLog,
    viewersOverlooked: shown.viewersOverlooked,
  };
}

/** What only ever grows. The names are the same at every reading. */
export function countersOf(shown: Shown): Record<string, number> {
  const { server, accessLog } = shown;
  const readings: Record<string, number> = {
    requests: server?.requests ?? 0,
    bytesOut: server?.bytesOut ?? 0,
    upstreamRequests: shown.upstream.requests,
    upstreamErrors: shown.carrier.upstreamErrors,
    hopsDropped: shown.hops.dropped,
    heartbeatsFailed: shown.heartbeats?.failed ?? 0,
    viewersOverlooked: shown.viewersOverlooked,
    accessLogged: accessLog?.logged ?? 0,
    accessLogDropped: accessLog?.dropped ?? 0,
    ...shown.cmcd,
  };
  for (const [counter, count] of Object.entries(shown.supply))
    readings[named("supply", counter)] = count;
  for (const [reason, count] of Object.entries(shown.carrier.tally.all()))
    readings[named("answered", reason)] = count;
  for (const reason of Object.keys(closeReasons))
    readings[named("closed", reason)] = server?.closed[reason] ?? 0;
  for (const reason of Object.keys(refusals.rows))
    readings[named("refused", reason)] = server?.refused[reason] ?? 0;
  return readings;
}

/** What goes up and down. */
export function gaugesOf(shown: Shown): Record<string, number> {
  const { cache, transfers, waiters } = shown.carrier;
  return {
    viewers: shown.heartbeat.viewers,
    waiters,
    transfers,
    connections: shown.server?.connections ?? 0,
    mbps: shown.heartbeat.mbps,
    cpuCores: shown.heartbeat.cpu,
    cacheObjects: cache.size,
    cacheBytes: cache.bytes,
    upstreams: shown.upstreams.length,
    upstreamsPassedOver: shown.upstreams.filter(({ breaker }) => breaker !== "closed").length,
  };
}

/** `answered` and `hit` give `answeredHit`; `closed` and `slow-reader` give `closedSlowReader`. */
const named = (group: string, reason: string): string =>
  group + `-${reason}`.replaceAll(/-(\w)/g, (_, letter: string) => letter.toUpperCase());
