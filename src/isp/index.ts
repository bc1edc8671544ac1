// An access network: its footprint and limits, and the access link itself. It sees bytes, never media.
import { type Closable, elapsed, Scope, sentenceOf } from "#base";
import type { Clock } from "#base/clock";
import type { Log } from "#base/log";
import { INTERFACE_NAME, Link, type Relay, startRelay } from "#link";
import { type LinkDeclaration, type Network, PROTOCOL_VERSION } from "#protocol";
import { AccessMeter } from "./access.ts";
import { NetworkContract, type NetworkLimits } from "./contract.ts";
import { ContractFile } from "./contractFile.ts";
import { ispErrors } from "./errors.ts";
import { Footprint } from "./footprint.ts";
import { NetworkInterfaces, type PrivateInterconnect } from "./interfaces.ts";
import { MEASURE_PERIOD_MS, PNIS_LIMIT, PREFIXES_LIMIT, ROUTES_LIMIT } from "./limits.ts";
import { ispMetrics } from "./metrics.ts";
import { ispServer } from "./server.ts";

export { ispErrors } from "./errors.ts";
export type { PrivateInterconnect } from "./interfaces.ts";

/** A host and a port. */
export interface Endpoint {
  readonly host: string;
  readonly port: number;
}

/** A service outside, offered to subscribers on the gateway. */
export interface Route {
  /** Under which the handle tells where it listens. */
  readonly name: string;
  /** The service's own port number, so that a page changes the host alone; 0: any free one. */
  readonly port: number;
  readonly target: Endpoint;
  /** The way beyond the access link, when it is not free. */
  readonly extraLink?: LinkDeclaration | undefined;
}

/** How an access network is set up. */
export interface IspOptions {
  /** Of the control plane; 0: any free port, learned from the handle's `url`. */
  readonly port: number;
  /** Of the control plane. Default 127.0.0.1. */
  readonly host?: string | undefined;
  readonly asn: number;
  readonly name: string;
  /** Such as it/roma: also the cohort of its viewers. */
  readonly place: string;
  /** IPv4; the first one holds the gateway and the households. */
  readonly prefixes: readonly string[];
  /** The most that the network wants delivered, Mb/s; null: no limit. */
  readonly limitMbps: number | null;
  /** The access link, shared by every connection of every route. */
  readonly link: LinkDeclaration;
  readonly routes: readonly Route[];
  /** Its advertisement as a file (RFC 9241), read again when it changes. Default: its own prefixes are advertised. */
  readonly contractFile?: string | null | undefined;
  /** This machine's interface towards subscribers, counted as the access link. Default: what relays carry is counted. */
  readonly accessInterface?: string | null | undefined;
  /** Default: none. */
  readonly pnis?: readonly PrivateInterconnect[] | undefined;
  /** A folder in place of /sys/class/net; for tests. */
  readonly interfaces?: string | undefined;
}

/** A running access network. */
export interface IspHandle extends Closable {
  readonly url: string;
  /** The gateway's address. */
  readonly gateway: string;
  /** Where each route listens on the gateway, by its name. */
  readonly routes: ReadonlyMap<string, Endpoint>;
  /** Changes the limit, Mb/s, as `PUT /limit` does; null: no limit. */
  setLimit(limitMbps: number | null): void;
}

/**
 * Starts an access network; resolves once its doors and all routes listen. Throws the catalogue's errors and
 * `control/cannot-listen`.
 */
export async function startIsp(
  options: IspOptions,
  context: { clock: Clock; log: Log },
): Promise<IspHandle> {
  check(options);
  const { clock, log } = context;
  const startedAt = clock.monotonic();
  const footprint = new Footprint(options.prefixes);
  const { gateway } = footprint;
  const access = new AccessMeter(startedAt);
  const interfaces = new NetworkInterfaces(
    { access: options.accessInterface ?? null, pnis: options.pnis ?? [] },
    { now: startedAt, folder: options.interfaces },
  );
  const line = new Link(options.link);
  const scope = new Scope();
  const running = new Map<string, Relay>();
  const contract = new NetworkContract(options);
  let contractFile: ContractFile | null = null;
  const limit = (limits: Partial<NetworkLimits>): void => changeLimits(contract, limits, log);
  let url = "";
  const server = ispServer({
    network: () => networkOf(options, { footprint, access, interfaces, contract }),
    contract,
    limit,
    status: () => ({
      v: PROTOCOL_VERSION,
      role: "isp",
      url,
      asn: options.asn,
      gateway,
      uptimeS: Math.round(elapsed(startedAt, clock.monotonic()) / 1_000),
      routes: options.routes.map(({ name, target }) => {
        const relay = running.get(name);
        return { name, target, url: relay?.url, counters: { ...relay?.counters } };
      }),
      interfaces: interfaces.status,
      contract: { ...contract.status, problem: contractFile?.problem ?? null },
    }),
    metrics: ispMetrics({ access, interfaces }, () => contract.limits),
    log,
  });
  scope.own(server);
  try {
    if (typeof options.contractFile === "string")
      contractFile = scope.own(await ContractFile.open(options.contractFile, contract, context));
    for (const route of options.routes) {
      const relay = scope.own(await openRoute(route, { line, footprint }, context));
      running.set(route.name, relay);
      access.add(relay);
    }
    url = await server.listen(options);
  } catch (failure) {
    await scope.close();
    throw failure;
  }
  interfaces.tell(log);
  const timer = clock.every(MEASURE_PERIOD_MS, () => {
    access.measure(clock.monotonic());
    interfaces.measure(clock.monotonic());
    interfaces.tell(log);
  });
  scope.defer(() => timer.cancel());
  log.info({ url, asn: options.asn, gateway }, "access network listens");
  const routes = new Map([...running].map(([name, { port }]) => [name, { host: gateway, port }]));
  const setLimit = (limitMbps: number | null): void => limit({ limitMbps });
  return { url, gateway, routes, setLimit, close: () => scope.close() };
}

function changeLimits(contract: NetworkContract, limits: Partial<NetworkLimits>, log: Log): void {
  contract.limit(limits);
  log.info({ ...contract.limits }, "the network's limits are changed");
}

function networkOf(
  { asn, name, place, prefixes, link }: IspOptions,
  now: {
    footprint: Footprint;
    access: AccessMeter;
    interfaces: NetworkInterfaces;
    contract: NetworkContract;
  },
): Network {
  const { downMbps, upMbps } = now.interfaces.access ?? now.access.load;
  const { pnis } = now.interfaces;
  return {
    v: PROTOCOL_VERSION,
    asn,
    name,
    place,
    prefixes: [...prefixes],
    gateway: now.footprint.gateway,
    limitMbps: now.contract.limits.limitMbps,
    access: { link, downMbps, upMbps, connections: now.access.totals.connections },
    ...(pnis.length === 0 ? {} : { pnis }),
  };
}

async function openRoute(
  route: Route,
  network: { line: Link; footprint: Footprint },
  context: { clock: Clock; log: Log },
): Promise<Relay> {
  const { name, port, target, extraLink } = route;
  const { line, footprint } = network;
  const listen = { host: footprint.gateway, port };
  const links = extraLink ? [line, extraLink] : [line];
  const bindFrom = (client: string): string => footprint.subscriberOf(client);
  try {
    return await startRelay({ listen, target, links, bindFrom }, context);
  } catch (failure) {
    throw ispErrors.make(
      "cannot-route",
      { name, ...listen, problem: sentenceOf(failure) },
      failure,
    );
  }
}

function check({ prefixes, routes, limitMbps, accessInterface, pnis = [] }: IspOptions): void {
  const refuse = (option: string, problem: string): never => {
    throw ispErrors.make("bad-option", { option, problem });
  };
  if (prefixes.length > PREFIXES_LIMIT) refuse("prefixes", `more than ${PREFIXES_LIMIT}`);
  if (routes.length > ROUTES_LIMIT) refuse("routes", `more than ${ROUTES_LIMIT}`);
  if (new Set(routes.map((route) => route.name)).size < routes.length)
    refuse("routes", "a name is listed twice");
  if (pnis.length > PNIS_LIMIT) refuse("pnis", `more than ${PNIS_LIMIT}`);
  if (new Set(pnis.map(({ id }) => id)).size < pnis.length) refuse("pnis", "an id is listed twice");
  for (const name of [accessInterface, ...pnis.map((pni) => pni.interface)])
    if (typeof name === "string" && !INTERFACE_NAME.test(name))
      refuse("interfaces", `"${name}" cannot be one`);
  if (limitMbps !== null && !(limitMbps > 0)) refuse("limitMbps", `${limitMbps} is not above zero`);
}
