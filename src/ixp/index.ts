// The exchange: members, their ports with measured load, and the fabric that joins them. It sees bytes, never media.
import { type Closable, elapsed, Scope, sentenceOf } from "#base";
import type { Clock } from "#base/clock";
import type { Log } from "#base/log";
import { INTERFACE_NAME, Link, type Relay, startRelay } from "#link";
import { type Exchange, PROTOCOL_VERSION } from "#protocol";
import { ixpErrors } from "./errors.ts";
import { Fabric, type Member } from "./fabric.ts";
import { MEASURE_PERIOD_MS, MEMBERS_LIMIT, RELAYS_LIMIT } from "./limits.ts";
import { ixfExport } from "./ixfExport.ts";
import { ixpMetrics } from "./metrics.ts";
import { ixpServer } from "./server.ts";

export { ixpErrors } from "./errors.ts";
export type { Member } from "./fabric.ts";

/** A host and a port. */
export interface Endpoint {
  readonly host: string;
  readonly port: number;
}

/** A way through the fabric: clients of the member `from` reach a target of the member `to`, over both their lines. */
export interface FabricRelay {
  /** Under which the handle tells where it listens. */
  readonly name: string;
  readonly from: number;
  readonly to: number;
  /** Port 0: any free one. */
  readonly listen: Endpoint;
  readonly target: Endpoint;
}

/** How an exchange is set up. */
export interface IxpOptions {
  /** 0: any free port, learned from the handle's `url`. */
  readonly port: number;
  /** Default 127.0.0.1. */
  readonly host?: string | undefined;
  readonly id: string;
  readonly asn: number;
  /** Such as it/roma. */
  readonly place: string;
  readonly members: readonly Member[];
  readonly relays: readonly FabricRelay[];
  /** A folder in place of /sys/class/net, where members' interfaces are read; for tests. */
  readonly interfaces?: string | undefined;
}

/** A running exchange. */
export interface IxpHandle extends Closable {
  readonly url: string;
  /** Where each relay listens, by its name. */
  readonly relays: ReadonlyMap<string, Endpoint>;
}

/**
 * Starts an exchange; resolves once its doors and all relays listen. Throws the catalogue's errors and
 * `control/cannot-listen`.
 */
export async function startIxp(
  options: IxpOptions,
  context: { clock: Clock; log: Log },
): Promise<IxpHandle> {
  check(options);
  const { clock, log } = context;
  const startedAt = clock.monotonic();
  const fabric = new Fabric(options.members, startedAt, options.interfaces);
  const scope = new Scope();
  const running = new Map<string, Relay>();
  const lines = new Map(options.members.map(({ asn, link }) => [asn, new Link(link)]));
  let url = "";
  const server = ixpServer({
    exchange: () => exchangeOf(options, fabric),
    ixf: () => ixfExport(exchangeOf(options, fabric), clock.utc()),
    status: () => ({
      v: PROTOCOL_VERSION,
      role: "ixp",
      url,
      id: options.id,
      uptimeS: Math.round(elapsed(startedAt, clock.monotonic()) / 1_000),
      relays: options.relays.map(({ name, from, to, target }) => {
        const relay = running.get(name);
        return { name, from, to, target, url: relay?.url, counters: { ...relay?.counters } };
      }),
      interfaces: options.members.flatMap(({ asn, interface: name }) => {
        const port = fabric.interfaceOf(asn);
        return port ? [{ asn, interface: name, ...port }] : [];
      }),
    }),
    metrics: ixpMetrics(fabric),
    log,
  });
  scope.own(server);
  try {
    for (const relay of options.relays) {
      const started = scope.own(await openRelay(relay, lines, context));
      running.set(relay.name, started);
      fabric.cross({ from: relay.from, to: relay.to, relay: started });
    }
    url = await server.listen(options);
  } catch (failure) {
    await scope.close();
    throw failure;
  }
  const tellPorts = portsTeller(fabric, log);
  tellPorts();
  const timer = clock.every(MEASURE_PERIOD_MS, () => {
    fabric.measure(clock.monotonic());
    tellPorts();
  });
  scope.defer(() => timer.cancel());
  log.info({ url, id: options.id, members: options.members.length }, "exchange listens");
  const relays = new Map(
    options.relays.map(({ name, listen: { host } }) => [
      name,
      { host, port: running.get(name)?.port ?? 0 },
    ]),
  );
  return { url, relays, close: () => scope.close() };
}

function exchangeOf({ id, asn, place }: IxpOptions, fabric: Fabric): Exchange {
  return { v: PROTOCOL_VERSION, id, asn, place, members: fabric.ports() };
}

/** Logs each port that goes down or comes back, once. */
function portsTeller(fabric: Fabric, log: Log): () => void {
  const told = new Map<number, string | null>();
  return () => {
    for (const { asn } of fabric.members) {
      const port = fabric.interfaceOf(asn);
      if (!port || (told.get(asn) ?? null) === port.problem) continue;
      told.set(asn, port.problem);
      if (port.problem === null) log.info({ asn }, "a port is up again");
      else log.warn({ asn, problem: port.problem }, "a port is down");
    }
  };
}

async function openRelay(
  relay: FabricRelay,
  lines: ReadonlyMap<number, Link>,
  context: { clock: Clock; log: Log },
): Promise<Relay> {
  const { name, from, to, listen, target } = relay;
  const links = [lines.get(from), lines.get(to)].filter((line) => line !== undefined);
  try {
    return await startRelay({ listen, target, links, bindFrom: keepLoopback }, context);
  } catch (failure) {
    throw ixpErrors.make(
      "cannot-relay",
      { name, ...listen, problem: sentenceOf(failure) },
      failure,
    );
  }
}

/** Layer 2 leaves source addresses alone: where this machine can, the relay connects out from the viewer's own. */
function keepLoopback(remoteAddress: string): string | undefined {
  const address = remoteAddress.replace(/^::ffff:/i, "");
  return /^127\.\d+\.\d+\.\d+$/.test(address) ? address : undefined;
}

function check({ members, relays }: IxpOptions): void {
  const refuse = (option: string, problem: string): never => {
    throw ixpErrors.make("bad-option", { option, problem });
  };
  if (members.length > MEMBERS_LIMIT) refuse("members", `more than ${MEMBERS_LIMIT}`);
  if (relays.length > RELAYS_LIMIT) refuse("relays", `more than ${RELAYS_LIMIT}`);
  for (const { asn, interface: name } of members)
    if (name !== undefined && !INTERFACE_NAME.test(name))
      refuse("members", `AS${asn} names "${name}", which cannot be an interface`);
  const known = new Set(members.map((member) => member.asn));
  if (known.size < members.length) refuse("members", "a number is listed twice");
  if (new Set(relays.map((relay) => relay.name)).size < relays.length)
    refuse("relays", "a name is listed twice");
  for (const { name, from, to } of relays) {
    for (const asn of [from, to])
      if (!known.has(asn)) refuse("relays", `${name} names AS${asn}, no member here`);
    if (from === to) refuse("relays", `${name} goes from AS${from} to itself`);
  }
}
