// From a plan to what `ip` and `tc` are told. Pure: the text can be read, and run by hand.
import type { Dual, Line } from "./description.ts";
import { PORT_BURST, PORT_QUEUE_MS } from "./limits.ts";
import type { LabPlan, PlannedStation, PlannedWire } from "./plan.ts";
import type { Route } from "./routes.ts";

/** How a lab's things are called on the machine: `number` is its own among those that run. */
export interface Names {
  readonly number: number;
  /** The bridge of the management network, on the host. */
  readonly bridge: string;
  space(station: string): string;
  /** A station's address for operators. */
  management(plan: LabPlan, station: string): string;
}

export function namesOf(number: number): Names {
  const bridge = `reg${number}`;
  return {
    number,
    bridge,
    space: (station) => `${bridge}-${station}`,
    management: (plan, station) =>
      `198.18.${number}.${plan.stations.findIndex(({ name }) => name === station) + 2}`,
  };
}

/** Whether a wire needs the emulator: the kernel's own have no delay. */
export const isEmulated = ({ line }: PlannedWire): boolean =>
  (line.delayMs ?? 0) + (line.jitterMs ?? 0) + (line.loss ?? 0) > 0;

/** The program that is run, its input among its words: one here-document for each batch. */
const batch = (program: string, lines: readonly string[]): string[] =>
  lines.length === 0 ? [] : [`${program} -batch - <<'END'`, ...lines, "END"];

/** Namespaces with their kernel's settings, the management network, and every wire that needs no emulator. */
export function spacesScript(plan: LabPlan, names: Names): string {
  const spaces = plan.stations.map(({ name }) => names.space(name));
  return [
    "set -e",
    `ip addr add 198.18.${names.number}.1/24 dev ${names.bridge}`,
    `ip link set ${names.bridge} up`,
    ...batch("ip", [
      ...spaces.map((space) => `netns add ${space}`),
      ...plan.stations.flatMap((station, index) => managementOf(names, { station, index })),
      ...plan.wires.filter((wire) => !isEmulated(wire)).map((wire) => vethOf(wire, names)),
    ]),
    ...plan.stations.map(
      (station) =>
        `ip netns exec ${names.space(station.name)} sh -c '${kernelSettings(station).join("; ")}'`,
    ),
    "",
  ].join("\n");
}

function managementOf(
  names: Names,
  { station, index }: { station: PlannedStation; index: number },
): string[] {
  const host = `${names.bridge}.${index}`;
  return [
    `link add name ${host} type veth peer name mgmt netns ${names.space(station.name)}`,
    `link set ${host} master ${names.bridge} up`,
  ];
}

const vethOf = ({ ends: [one, other] }: PlannedWire, names: Names): string =>
  `link add name ${one.device} netns ${names.space(one.station)} type veth ` +
  `peer name ${other.device} netns ${names.space(other.station)}`;

/** Everybody forwards; addresses are good at once; subscribers speak from any address that is theirs, in IPv6 too. */
function kernelSettings({ kind }: PlannedStation): string[] {
  const set = (name: string, value: number): string => `echo ${value} > /proc/sys/net/${name}`;
  if (kind === "exchange") return [set("ipv6/conf/all/disable_ipv6", 1)];
  return [
    set("ipv4/ip_forward", 1),
    set("ipv4/conf/all/rp_filter", 0),
    set("ipv4/conf/default/rp_filter", 0),
    set("ipv6/conf/all/forwarding", 1),
    set("ipv6/conf/default/accept_dad", 0),
    set("ipv6/ip_nonlocal_bind", 1),
  ];
}

/** Addresses, bridges, speeds: everything but routes, when all wires are there. */
export function addressesScript(plan: LabPlan, names: Names): string {
  const shaped = plan.wires.flatMap(({ ends, line }) =>
    line.mbps === undefined ? [] : ends.map((end) => ({ ...end, mbps: line.mbps as number })),
  );
  return [
    "set -e",
    ...plan.stations.flatMap((station) => {
      const inside = `ip -n ${names.space(station.name)}`;
      return [
        ...batch(inside, stationLines(plan, names, station)),
        ...batch(
          `tc -n ${names.space(station.name)}`,
          shaped
            .filter((end) => end.station === station.name)
            .map(({ device, mbps }) => shapeLine(device, mbps)),
        ),
      ];
    }),
    "",
  ].join("\n");
}

function stationLines(plan: LabPlan, names: Names, station: PlannedStation): string[] {
  const bridge = station.kind === "exchange";
  const ends = plan.wires
    .flatMap((wire) => wire.ends)
    .filter((end) => end.station === station.name);
  const address = (device: string, { ipv4, ipv6 }: Dual): string[] => [
    `addr add ${ipv4} dev ${device}`,
    `addr add ${ipv6} dev ${device} nodad`,
  ];
  const { address: own, owns } = station;
  return [
    "link set lo up",
    `addr add ${names.management(plan, station.name)}/24 dev mgmt`,
    "link set mgmt up",
    ...(own ? address("lo", { ipv4: `${own.ipv4}/32`, ipv6: `${own.ipv6}/128` }) : []),
    ...(owns ? [`route add local ${owns.ipv4} dev lo`, `route add local ${owns.ipv6} dev lo`] : []),
    ...(bridge ? ["link add name lan type bridge mcast_snooping 0", "link set lan up"] : []),
    ...ends.flatMap((end) => [
      ...(bridge ? [`link set ${end.device} master lan`] : []),
      `link set ${end.device} up`,
      ...(end.address ? address(end.device, end.address) : []),
    ]),
  ];
}

/** A port's speed. What waits longer than the queue is dropped, as at a port. */
export function shapeLine(device: string, mbps: number): string {
  const burst = Math.max(PORT_BURST.bytes, Math.round((mbps * 1_000 * PORT_BURST.ms) / 8));
  return `qdisc replace dev ${device} root tbf rate ${Math.round(mbps * 1_000)}kbit burst ${burst} latency ${PORT_QUEUE_MS}ms`;
}

/** A wire as the emulator is told: delay and jitter in µs, loss in millionths. */
export const lineWords = ({ delayMs = 0, jitterMs = 0, loss = 0 }: Line): string[] =>
  [delayMs * 1_000, jitterMs * 1_000, loss * 1_000_000].map((value) => String(Math.round(value)));

/** What makes the routes `before` into `after`, station by station: changed ones are replaced, so that none is missing. */
export function routesScript(
  plan: LabPlan,
  names: Names,
  change: { before: ReadonlyMap<string, Route[]>; after: ReadonlyMap<string, Route[]> },
): string {
  const key = ({ family, to }: Route): string => `${family} ${to}`;
  const lines = plan.stations.flatMap(({ name, address }) => {
    const before = new Map((change.before.get(name) ?? []).map((route) => [key(route), route]));
    const after = new Map((change.after.get(name) ?? []).map((route) => [key(route), route]));
    const added = [...after.values()].filter((route) => before.get(key(route))?.via !== route.via);
    const removed = [...before.values()].filter((route) => !after.has(key(route)));
    const source = (route: Route): string =>
      address ? ` src ${route.family === 4 ? address.ipv4 : address.ipv6}` : "";
    return batch(`ip -n ${names.space(name)}`, [
      ...added.map((route) => `route replace ${route.to} via ${route.via}${source(route)}`),
      // A default route is told apart by its next hop alone.
      ...removed.map((route) => `route del ${route.to} via ${route.via}`),
    ]);
  });
  return ["set -e", ...lines, ""].join("\n");
}
