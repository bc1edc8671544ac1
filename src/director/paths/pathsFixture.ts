// Small networks for the tests of paths.
import assert from "node:assert/strict";
import { monoMs } from "#base";
import { type Address, parseAddress, parsePrefix, type Prefix } from "#network";
import { type Exchange, type Network, type NetworkModel, networkModelSchema } from "#protocol";
import type { z } from "zod";
import type { AcceptedContract, AcceptedLimit } from "../contract/accepted.ts";
import { Topology, type TopologyOptions } from "../topology.ts";
import type { Path } from "./path.ts";

export const CDN = 51_185;
export const FASTWEB = 12_874;
export const TIM = 3_269;
export const WIND = 1_267;

export const at = monoMs;

export function addressIn(text: string): Address {
  const address = parseAddress(text);
  assert.ok(address, text);
  return address;
}

export function prefixIn(text: string): Prefix {
  const prefix = parsePrefix(text);
  assert.ok(prefix, text);
  return prefix;
}

export type ModelInput = Omit<z.input<typeof networkModelSchema>, "v">;
export const modelWith = (input: ModelInput): NetworkModel =>
  networkModelSchema.parse({ v: 1, ...input });

/** Two cities, two exchanges, a CDN that meets Fastweb at both by sessions and Wind by the route server; TIM nowhere. */
export const italy: ModelInput = {
  places: [
    { id: "it/roma", name: "Roma", lat: 41.9, lon: 12.5 },
    { id: "it/milano", name: "Milano", lat: 45.46, lon: 9.19 },
    { id: "it/bari", name: "Bari" },
  ],
  exchanges: [
    {
      ...{ id: "namex", name: "Namex", asn: 24_796, place: "it/roma" },
      members: [{ asn: CDN, bilateral: [FASTWEB] }, { asn: FASTWEB }, { asn: WIND }],
    },
    {
      ...{ id: "mix", name: "MIX", asn: 16_004, place: "it/milano" },
      members: [{ asn: CDN }, { asn: FASTWEB, bilateral: "all" }],
    },
  ],
  networks: [
    { asn: FASTWEB, name: "Fastweb", place: "it/roma", prefixes: [{ prefix: "93.32.0.0/11" }] },
    { asn: TIM, name: "TIM", place: "it/milano", prefixes: [{ prefix: "79.0.0.0/10" }] },
    { asn: WIND, name: "Wind", place: "it/roma", prefixes: [{ prefix: "151.0.0.0/11" }] },
  ],
  edges: [
    { id: "ixp-roma", url: "http://10.0.0.1", asn: CDN, at: "namex" },
    { id: "ixp-milano", url: "http://10.0.0.2", asn: CDN, at: "mix" },
    { id: "isp-roma", url: "http://10.0.0.3", asn: FASTWEB, in: FASTWEB },
    { id: "cloud", url: "http://10.0.0.4", asn: CDN, place: "it/milano" },
  ],
};

export const topologyOf = (input: ModelInput, more: TopologyOptions = {}): Topology =>
  new Topology(modelWith(input), more);

const link = { delayMs: 1, mbps: null };

/** What the exchange tells: its members' ports, each as given or up and idle. */
export const exchangeWord = (
  id: string,
  members: Record<number, Partial<Exchange["members"][number]> & { up?: boolean }>,
): Exchange => ({
  ...{ v: 1, id, asn: 24_796, place: "it/roma" },
  members: Object.entries(members).map(([asn, { up, ...more }]) => ({
    ...{ asn: Number(asn), name: `AS${asn}` },
    port: { mbps: 10_000, inMbps: 0, outMbps: 0, link, ...(up === undefined ? {} : { up }) },
    ...more,
  })),
});

/** What a network tells of itself. */
export const networkWord = (asn: number, more: Partial<Network> = {}): Network => ({
  ...{ v: 1, asn, name: `network ${asn}`, place: "it/roma", prefixes: [], gateway: "" },
  ...{ limitMbps: null, access: { link, downMbps: 0, upMbps: 0, connections: 0 } },
  ...more,
});

/** A contract of footprints by their prefixes, and limits. */
export const contractOf = (
  asn: number,
  footprints: Record<string, readonly string[]>,
  limits: readonly AcceptedLimit[] = [],
): AcceptedContract => ({
  asn,
  version: JSON.stringify([footprints, limits]),
  footprints: Object.entries(footprints).map(([id, prefixes]) => ({
    ...{ id: `${asn}/${id}`, asns: [] },
    prefixes: prefixes.map(prefixIn),
  })),
  limits,
  reports: [],
});

/** The path to an edge from an address. */
export function pathTo(topology: Topology, address: string, edge: string): Path {
  const { home } = topology.homeOf(addressIn(address));
  const paths = topology.planOf(home).tiers.flatMap((tier) => tier.paths);
  const path = paths.find((one) => one.edge.id === edge);
  assert.ok(path, `${edge} is on no path of ${address}`);
  return path;
}
