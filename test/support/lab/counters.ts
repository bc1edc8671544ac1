// What the kernel counted on a wire.
import { HEADER_BYTES } from "./limits.ts";
import type { End, LabPlan, PlannedWire } from "./plan.ts";
import type { Names } from "./script.ts";
import { ask } from "./shell.ts";

/** One direction of a wire. */
export interface Count {
  readonly bytes: number;
  readonly packets: number;
  /** Bytes less the headers of the packets: what TCP carried. */
  readonly payload: number;
}

/** A wire, seen from its middle: `down` goes towards viewers, `up` comes from them. */
export interface WireCount {
  readonly down: Count;
  readonly up: Count;
}

/** Readings of many wires at one moment, by the wire's id. */
export type WireCounts = ReadonlyMap<string, WireCount>;

interface Shown {
  ifname: string;
  stats64: { rx: { bytes: number; packets: number }; tx: { bytes: number; packets: number } };
}

/**
 * Where a wire is counted, and whether that end sends towards viewers: at an exchange's own port, at an interconnect's
 * CDN end, else at the end that is farther from viewers.
 */
function counterOf(
  { description, stations }: LabPlan,
  wire: PlannedWire,
): { end: End; sendsDown: boolean } {
  const [one, other] = wire.ends;
  const exchange = stations.find(({ name, kind }) => name === other.station && kind === "exchange");
  if (!exchange) return { end: one, sendsDown: true };
  // What the CDN sends in at its port goes to viewers; a network gets it out of its own.
  return { end: other, sendsDown: wire.id !== `${exchange.name}/${description.cdn.asn}` };
}

/** Reads the wires called `ids`, each station once. */
export async function readCounts(
  plan: LabPlan,
  names: Names,
  ids: readonly string[] = plan.wires.map(({ id }) => id),
): Promise<WireCounts> {
  const asked = ids.map((id) => {
    const wire = plan.wires.find((known) => known.id === id);
    if (!wire) throw new Error(`no wire is called ${id}: ${plan.wires.map((w) => w.id).join(" ")}`);
    return { id, ...counterOf(plan, wire) };
  });
  const stations = [...new Set(asked.map(({ end }) => end.station))];
  const shown = new Map(
    await Promise.all(
      stations.map(async (station) => {
        const words = ["-s", "-j", "-n", names.space(station), "link", "show"];
        return [station, JSON.parse(await ask("ip", words)) as Shown[]] as const;
      }),
    ),
  );
  return new Map(
    asked.map(({ id, end, sendsDown }) => {
      const device = shown.get(end.station)?.find(({ ifname }) => ifname === end.device);
      if (!device) throw new Error(`${end.station} has no interface ${end.device}`);
      const sent = countOf(device.stats64.tx);
      const received = countOf(device.stats64.rx);
      return [id, sendsDown ? { down: sent, up: received } : { down: received, up: sent }];
    }),
  );
}

const countOf = ({ bytes, packets }: { bytes: number; packets: number }): Count => ({
  ...{ bytes, packets },
  payload: Math.max(0, bytes - packets * HEADER_BYTES),
});

/** What came to the counts between two readings. */
export function growth(before: WireCount, after: WireCount): WireCount {
  const of = (way: "down" | "up"): Count => ({
    bytes: after[way].bytes - before[way].bytes,
    packets: after[way].packets - before[way].packets,
    payload: after[way].payload - before[way].payload,
  });
  return { down: of("down"), up: of("up") };
}
