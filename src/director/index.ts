// The director: who a viewer is to the networks, which edge serves it, and why.
import { randomBytes } from "node:crypto";
import { type Closable, elapsed, Scope } from "#base";
import type { Clock } from "#base/clock";
import type { Log } from "#base/log";
import { HttpClient } from "#http";
import { defaultSyncBounds, PROTOCOL_VERSION, type SyncBounds, syncBoundsSchema } from "#protocol";
import { type ContractOptions, type Contracts, openContracts } from "./contract/openContracts.ts";
import { Director } from "./director.ts";
import type { DnsHandle } from "./dns/dnsServer.ts";
import { directorErrors } from "./errors.ts";
import {
  CARRIER_BODY_LIMIT,
  CARRIERS_LIMIT,
  EDGES_LIMIT,
  MEASURE_PERIOD_MS,
  POLL_TIMEOUT_MS,
} from "./limits.ts";
import { GOVERN_PERIOD_MS } from "./governor/limits.ts";
import { directorMetrics } from "./metrics.ts";
import { type Fetch, Poller, type Source } from "./poller.ts";
import { parsePrefix } from "#network";
import { directorServer } from "./server.ts";
import { surfaceStatus, type Surfaces } from "./surfaces/numbers.ts";
import { openProber } from "./load/openProber.ts";
import type { Prober } from "./load/prober.ts";
import { checkSurfaces, openDesk, openDns, type SurfaceOptions } from "./surfaces/openSurfaces.ts";
import { bare, type NetworkOptions, openNetwork, TableReading } from "./openNetwork.ts";
import { isStale, type Topology } from "./topology.ts";

export { directorErrors } from "./errors.ts";
export { auditLogs } from "./log/audit/audit.ts";
export type { AuditReport, AuditRow } from "./log/audit/verdict.ts";
export { loadTables, readItaly, readModelFile } from "./model/index.ts";
export type { EdgeDeclaration } from "./topology.ts";

/** How a director is set up. */
export interface DirectorOptions extends NetworkOptions, SurfaceOptions, ContractOptions {
  /** 0: any free port, learned from the handle's `url`. */
  readonly port: number;
  /** Default 127.0.0.1. */
  readonly host?: string | undefined;
  /** The one channel that sessions are given for. */
  readonly channel: string;
  /** Base URL of telemetry (`GET /cohorts`), asked each second. Default: none, and targets stay at the start. */
  readonly telemetryUrl?: string | null | undefined;
  /** Within what bounds the viewers of a place play behind the camera. Default: {@link defaultSyncBounds}. */
  readonly sync?: SyncBounds | undefined;
  /** Names of places, to be shown. Default: none, a place is shown by its id. */
  readonly places?: readonly { readonly id: string; readonly name: string }[] | undefined;
  /** How many directors share the viewers, and nothing else. Edges may tell of more. Default: one. */
  readonly directors?: number | undefined;
  /** Where players find the director, when that is not where it listens. */
  readonly publicUrl?: string | undefined;
  /** Prefixes of reverse proxies whose X-Forwarded-For is believed. Default: none, the socket's address counts. */
  readonly trustedForwarders?: readonly string[] | undefined;
}

/** A running director. */
export interface DirectorHandle extends Closable {
  /** Where it listens. */
  readonly url: string;
  /** The port on which it answers DNS; null: it does not. */
  readonly dnsPort: number | null;
}

/**
 * Starts a director; resolves once it listens and has asked every carrier once. Throws the catalogue's errors and
 * `control/cannot-listen`.
 */
export async function startDirector(
  options: DirectorOptions,
  context: { clock: Clock; log: Log },
): Promise<DirectorHandle> {
  const { clock, log } = context;
  const { topology, sources: carriers } = openNetwork(options, log);
  check(options, { topology, carriers });
  const scope = new Scope();
  const contracts = await openContracts(options, { topology, carriers, scope }, context);
  const director = new Director({
    channel: options.channel,
    sync: options.sync ?? defaultSyncBounds,
    listens: typeof options.telemetryUrl === "string",
    places: new Map(
      [...topology.model.places, ...(options.places ?? [])].map(({ id, name }) => [id, name]),
    ),
    topology,
    newSession: () => randomBytes(16).toString("hex"),
    clock,
    directors: options.directors,
    sink: contracts.sink,
  });
  const sources: Source[] = [
    ...carriers,
    ...(options.telemetryUrl
      ? [{ kind: "cohorts", url: bare(options.telemetryUrl) } as const]
      : []),
  ];
  const fetch = carrierFetch(scope, context);
  const poller = scope.own(
    new Poller(
      { sources, topology, hear: (cohorts) => director.hearCohorts(cohorts), fetch },
      context,
    ),
  );
  const prober = openProber(director, { scope, ...context });
  let url = "";
  let dns: DnsHandle | null = null;
  const base = (): string => bare(options.publicUrl ?? url);
  const desk = openDesk(options, { director, base, clock, log });
  const told = { director, poller, prober, contracts, desk, dns: () => dns };
  const server = directorServer({
    director,
    desk,
    trustedForwarders: options.trustedForwarders,
    status: () => statusOf({ url, ...told, clock }),
    metrics: directorMetrics(told, () => clock.monotonic()),
    log,
  });
  scope.own(server);
  try {
    url = await server.listen(options);
    dns = await openDns(options, { director, clock, log });
    if (dns) scope.own(dns);
  } catch (failure) {
    await scope.close();
    throw failure;
  }
  await poller.round();
  await contracts.round();
  director.measure();
  director.govern();
  const governing = clock.every(GOVERN_PERIOD_MS, () => director.govern());
  scope.defer(() => governing.cancel());
  const measuring = clock.every(MEASURE_PERIOD_MS, () => director.measure());
  scope.defer(() => measuring.cancel());
  scope.own(new TableReading(topology, context));
  log.info({ url, channel: options.channel, edges: topology.edges.length }, "director listens");
  return { url, dnsPort: dns?.port ?? null, close: () => scope.close() };
}

function carrierFetch(scope: Scope, context: { clock: Clock; log: Log }): Fetch {
  const timeout = POLL_TIMEOUT_MS;
  const client = scope.own(
    new HttpClient(context, {
      connectTimeoutMs: timeout,
      headTimeoutMs: timeout,
      idleTimeoutMs: timeout,
      fetchBytes: CARRIER_BODY_LIMIT,
    }),
  );
  return (url) => client.fetch({ method: "GET", url });
}

function check(
  options: DirectorOptions,
  { topology: { edges }, carriers }: { topology: Topology; carriers: readonly Source[] },
): void {
  if (edges.length === 0) throw directorErrors.make("no-edges");
  const refuse = (option: string, problem: string): never => {
    throw directorErrors.make("bad-option", { option, problem });
  };
  if (edges.length > EDGES_LIMIT) refuse("edges", `more than ${EDGES_LIMIT}`);
  if (carriers.length > CARRIERS_LIMIT) refuse("carriers", `more than ${CARRIERS_LIMIT}`);
  const seen = new Set<string>();
  for (const { id, url } of edges) {
    if (seen.has(id)) refuse("edges", `${id} is listed twice`);
    // rfc8216bis 4.4.6.2: the characters of a Pathway ID.
    if (!/^[\w.-]{1,64}$/.test(id))
      refuse("edges", `${id} has other than letters, digits, "." "-" and "_"`);
    if (!URL.canParse(url)) refuse("edges", `${url} is not a URL`);
    seen.add(id);
  }
  for (const { url } of carriers) if (!URL.canParse(url)) refuse("carriers", `${url} is not a URL`);
  const { telemetryUrl, sync } = options;
  if (typeof telemetryUrl === "string" && !URL.canParse(telemetryUrl))
    refuse("telemetryUrl", `${telemetryUrl} is not a URL`);
  const bounds = syncBoundsSchema.safeParse(sync ?? defaultSyncBounds);
  if (!bounds.success) {
    const issue = bounds.error.issues[0];
    refuse("sync", `${issue?.path.join(".")}: ${issue?.message}`);
  }
  checkSurfaces(options, edges);
  for (const prefix of options.trustedForwarders ?? []) {
    if (!parsePrefix(prefix)) refuse("trustedForwarders", `${prefix} is not a prefix`);
  }
}

function statusOf(
  parts: {
    url: string;
    director: Director;
    poller: Poller;
    prober: Prober;
    contracts: Contracts;
    clock: Clock;
  } & Surfaces,
): object {
  const { url, director, poller, prober, contracts, clock, ...surfaces } = parts;
  const now = clock.monotonic();
  return {
    v: PROTOCOL_VERSION,
    role: "director",
    url,
    uptimeS: Math.round(elapsed(director.startedAt, now) / 1_000),
    carriers: [...poller.state()].map(({ kind, url: at, problem, toldAt }) => ({
      kind,
      url: at,
      problem,
      toldMsAgo: toldAt === null ? null : Math.round(elapsed(toldAt, now)),
      stale: toldAt === null || isStale({ at: toldAt }, now),
    })),
    refusedPrefixes: director.topology.refusedPrefixes,
    ...surfaceStatus(surfaces),
    ...contracts.status,
    counters: {
      ...director.counters,
      ...director.governor.counters,
      ...poller.counters,
      ...prober.counters,
      ...contracts.counters,
      ...surfaces.desk.counters,
    },
  };
}
