// What carriers told last of everything on a path that can be full.
import type { MonoMs } from "#base";
import type { Measure } from "../load/measure.ts";
import type { Interconnect } from "./interconnect.ts";
import type { Terms } from "./terms.ts";

/** A measure and when it was told; null: it is written in the model, and nobody has told it. */
export interface ToldMeasure {
  readonly measure: Measure;
  readonly toldAt: MonoMs | null;
  /** The network whose caches' own measurements together are what is in use here; absent: not known from them. */
  readonly sumOfCachesIn?: number;
}

/** What measures are read from. */
export interface Gauges {
  readonly interconnect: Interconnect;
  readonly terms: Terms;
  readonly nameOf: (asn: number) => string;
}

/** Ports in both directions, PNIs and limits, each once. */
export function* measuresOf({ interconnect, terms, nameOf }: Gauges): Iterable<ToldMeasure> {
  for (const { id, name, members, toldAt } of interconnect.exchanges.values()) {
    for (const { asn, mbps, up, inMbps, outMbps } of members.values()) {
      const port = { kind: "port", capacityMbps: mbps, up } as const;
      const whose = `${nameOf(asn)}'s port at ${name}`;
      const into = { ...port, id: `port/${id}/${asn}/in`, name: `${whose}, inwards` };
      const out = { ...port, id: `port/${id}/${asn}/out`, name: `${whose}, outwards` };
      yield { measure: { ...into, usedMbps: inMbps }, toldAt };
      yield { measure: { ...out, usedMbps: outMbps }, toldAt };
    }
  }
  for (const { id, between, mbps, up, usedMbps, toldAt } of interconnect.pnis.values()) {
    const name = `PNI ${id} of ${nameOf(between[0])} and ${nameOf(between[1])}`;
    const measure = {
      id: `pni/${id}`,
      kind: "pni",
      name,
      capacityMbps: mbps,
      usedMbps,
      up,
    } as const;
    yield { measure, toldAt };
  }
  for (const { id, asn, mbps, usedMbps, binds, toldAt } of terms.limits()) {
    const whose = binds === "network" ? nameOf(asn) : `${nameOf(asn)}'s caches`;
    const name = `the limit of ${whose} (${id})`;
    const measure = { id, kind: "limit", name, capacityMbps: mbps, usedMbps, up: true } as const;
    const sums = binds === "caches" && usedMbps === null;
    yield { measure, toldAt, ...(sums && { sumOfCachesIn: asn }) };
  }
}
