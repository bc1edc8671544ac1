// A small country for the tests of contracts: Fastweb and TIM with prefixes, a third network known by name alone.
import { monoMs } from "#base";
import { type Advertisement, readAdvertisement } from "#network/cdni";
import { type Network, type NetworkModel, networkModelSchema } from "#protocol";
import { Topology } from "../topology.ts";

export const FASTWEB = 12_874;
export const TIM = 3_269;

export const fastwebWord: Network = {
  v: 1,
  asn: FASTWEB,
  name: "Fastweb",
  place: "it/roma",
  prefixes: ["10.1.0.0/16"],
  gateway: "10.1.0.1",
  limitMbps: null,
  access: { link: { delayMs: 0, mbps: null }, downMbps: 120, upMbps: 1, connections: 0 },
};

export const model = (more: object = {}): NetworkModel =>
  networkModelSchema.parse({
    v: 1,
    places: [
      { id: "it/roma", name: "Roma" },
      { id: "it/mi", name: "Milano" },
      { id: "fr/paris", name: "Paris" },
    ],
    networks: [
      {
        asn: FASTWEB,
        name: "Fastweb",
        prefixes: [{ prefix: "2001:db8:1::/48" }, { prefix: "10.1.128.0/17", place: "it/mi" }],
      },
      { asn: TIM, name: "TIM", place: "it/mi", prefixes: [{ prefix: "10.2.0.0/16" }] },
      { asn: 3_215, name: "Orange", place: "fr/paris" },
    ],
    edges: [
      { id: "isp", url: "http://isp.cdn.example:8092", asn: FASTWEB, in: FASTWEB },
      { id: "ixp", url: "http://ixp.cdn.example:8091", asn: 51_185 },
    ],
    ...more,
  });

export function topologyOf(more: object = {}, word: Network = fastwebWord): Topology {
  const topology = new Topology(model(more));
  topology.learnNetwork("http://fastweb", word, monoMs(0));
  return topology;
}

export const footprint = (type: string, ...values: unknown[]): object => ({
  "footprint-type": type,
  "footprint-value": values,
});
export const served = (...footprints: object[]): object => ({
  "capability-type": "FCI.DeliveryProtocol",
  "capability-value": { "delivery-protocols": ["https/1.1"] },
  footprints,
});
export const limited = (limit: object | object[], ...footprints: object[]): object => ({
  "capability-type": "FCI.CapacityLimits",
  "capability-value": {
    limits: [limit]
      .flat()
      .map((each) => ({ "limit-type": "egress", "maximum-hard": 8e8, ...each })),
  },
  footprints,
});
export const documentOf = (...capabilities: object[]): string =>
  JSON.stringify({ "cdni-advertisement": { "capabilities-with-footprints": capabilities } });
export const advertised = (...capabilities: object[]): Advertisement =>
  readAdvertisement(documentOf(...capabilities));
