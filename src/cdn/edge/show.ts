// What an edge shows of itself: `/status` for people, counters and gauges for `/metrics`.
import { closeReasons, type HttpClient, type HttpServer, refusals } from "#http";
import type { Heartbeat } from "#protocol";
import type { Family, HopCounters } from "#telemetry";
import type { CohortFigures, CueFigures } from "./cues/counters.ts";
import type { Release } from "./cues/releases.ts";
import type { EdgeOptions } from "./edge.ts";
import type { Beats } from "./heartbeat.ts";
import type { AccessLog } from "./observe/accessLog.ts";
import type { CmcdCounters } from "./observe/cmcdCounters.ts";
import type { Reason } from "./reasons.ts";
import type { SupplyCounters } from "./supply.ts";
import type { UpstreamState } from "./upstream/upstream.ts";

/** Figures of what serves viewers, in one thread or added up over all. Plain values: they go from thread to thread. */
export interface Figures {
  readonly server: HttpServer["counters"] | null;
  readonly tls: HttpServer["tls"];
  readonly reasons: Readonly<Record<Reason, number>>;
  /** Viewers who wait for bytes. */
  readonly waiters: number;
  /** Objects on their way from upstream. */
  readonly transfers: number;
  readonly cache: { readonly objects: number; readonly bytes: number };
  readonly cmcd: ReturnType<CmcdCounters["all"]>;
  readonly accessLog: AccessLog["counters"] | null;
  readonly cues: CueFigures;
  /** Threads that serve, and how many of them have not told their figures of now. */
  readonly threads: { readonly serving: number; readonly silent: number };
}

/** Failures of the upstream that viewers were told, by whatever way. */
export const upstreamErrorsOf = (reasons: Figures["reasons"]): number =>
  reasons.upstreamDown + reasons.upstreamSlow + reasons.upstreamBroke + reasons.upstreamError;

/** Where the figures come from, read now. */
export interface Shown extends Figures {
  readonly options: EdgeOptions;
  readonly heartbeat: Heartbeat;
  readonly upstream: HttpClient["counters"];
  readonly supply: SupplyCounters;
  readonly upstreams: readonly UpstreamState[];
  readonly heartbeats: Beats | null;
  readonly hops: HopCounters;
  readonly viewersOverlooked: number;
  /** What the director said last of cohorts; null: nothing yet. */
  readonly releases: readonly Release[] | null;
}

/** The body of `/status`. */
export function statusOf(shown: Shown): unknown {
  const { options, cache } = shown;
  return {
    ...shown.heartbeat,
    upstreams: shown.upstreams,
    supply: shown.supply,
    transfers: shown.transfers,
    cache: { ...cache, limitBytes: options.cacheBytes },
    reasons: shown.reasons,
    threads: shown.threads,
    server: shown.server,
    tls: shown.tls,
    upstreamClient: shown.upstream,
    heartbeats: shown.heartbeats,
    hops: shown.hops,
    cmcd: shown.cmcd,
    accessLog: shown.accessLog,
    cues: { ...shown.cues, releases: shown.releases },
    viewersOverlooked: shown.viewersOverlooked,
  };
}

/** What only ever grows. The names are the same at every reading. */
export function countersOf(shown: Shown): Record<string, number> {
  const { server, accessLog } = shown;
  const readings: Record<string, number> = {
    requests: server?.requests ?? 0,
    bytesOut: server?.bytesOut ?? 0,
    tlsHandshakes: shown.tls?.handshakes.done ?? 0,
    tlsResumed: shown.tls?.handshakes.resumed ?? 0,
    certificatesTaken: shown.tls?.reloads.taken ?? 0,
    certificatesRefused: shown.tls?.reloads.refused ?? 0,
    upstreamRequests: shown.upstream.requests,
    upstreamErrors: upstreamErrorsOf(shown.reasons),
    hopsDropped: shown.hops.dropped,
    heartbeatsFailed: shown.heartbeats?.failed ?? 0,
    heartbeatAnswersUnread: shown.heartbeats?.unread ?? 0,
    viewersOverlooked: shown.viewersOverlooked,
    accessLogged: accessLog?.logged ?? 0,
    accessLogDropped: accessLog?.dropped ?? 0,
    ...shown.cmcd,
  };
  for (const [counter, count] of Object.entries(shown.supply))
    readings[named("supply", counter)] = count;
  for (const [counter, count] of Object.entries(shown.cues.counts))
    readings[named("cues", counter)] = count;
  for (const [end, count] of Object.entries(shown.cues.ends))
    readings[named("cueListeners", end)] = count;
  for (const [reason, count] of Object.entries(shown.reasons))
    readings[named("answered", reason)] = count;
  for (const reason of Object.keys(closeReasons))
    readings[named("closed", reason)] = server?.closed[reason] ?? 0;
  for (const reason of Object.keys(refusals.rows))
    readings[named("refused", reason)] = server?.refused[reason] ?? 0;
  return readings;
}

/** What goes up and down. */
export function gaugesOf(shown: Shown): Record<string, number> {
  const { cache, transfers, waiters, threads } = shown;
  return {
    viewers: shown.heartbeat.viewers,
    waiters,
    transfers,
    connections: shown.server?.connections ?? 0,
    tlsConnections: shown.server?.tlsConnections ?? 0,
    http2Connections: shown.server?.http2Connections ?? 0,
    certificateDaysLeft: shown.tls?.daysLeft ?? 0,
    mbps: shown.heartbeat.mbps,
    cpuCores: shown.heartbeat.cpu,
    threads: threads.serving,
    threadsSilent: threads.silent,
    cueListeners: shown.cues.listeners,
    cueChannels: shown.cues.channels,
    cacheObjects: cache.objects,
    cacheBytes: cache.bytes,
    upstreams: shown.upstreams.length,
    upstreamsPassedOver: shown.upstreams.filter(({ breaker }) => breaker !== "closed").length,
  };
}

/** What is counted of each cohort's cues. */
export function cohortFamilies(shown: () => Shown): Readonly<Record<string, Family>> {
  const family = (kind: Family["kind"], figure: keyof CohortFigures): Family => ({
    kind,
    labels: ["cohort"],
    read: () =>
      Object.entries(shown().cues.cohorts).map(([cohort, figures]) => ({
        labels: { cohort },
        value: figures[figure],
      })),
  });
  return {
    cohortCuesReleased: family("counter", "released"),
    cohortCuesWaiting: family("gauge", "waiting"),
    cohortListeners: family("gauge", "listeners"),
  };
}

/** `answered` and `hit` give `answeredHit`; `closed` and `slow-reader` give `closedSlowReader`. */
const named = (group: string, reason: string): string =>
  group + `-${reason}`.replaceAll(/-(\w)/g, (_, letter: string) => letter.toUpperCase());
