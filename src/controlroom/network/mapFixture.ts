// Maps of an evening in Italy, made up, for the tests of what is added up and drawn from them.
import type { NetworkMap, PathClass } from "#protocol";

type Network = NetworkMap["networks"][number];
type Edge = NetworkMap["edges"][number];

const MBPS_EACH = 4;
const part = (name: PathClass, viewers: number) => ({
  class: name,
  viewers,
  mbps: viewers * MBPS_EACH,
});

/** A network whose viewers are divided over classes as told. */
export function networkOf(
  asn: number | null,
  name: string,
  classes: Partial<Record<PathClass, number>>,
  over: Partial<Network> = {},
): Network {
  const parts = Object.entries(classes).map(([each, viewers]) => part(each as PathClass, viewers));
  const viewers = parts.reduce((sum, each) => sum + each.viewers, 0);
  return {
    asn,
    name,
    place: null,
    viewers,
    mbps: viewers * MBPS_EACH,
    classes: parts,
    measuredMbps: null,
    limitMbps: null,
    exchanges: [],
    pnis: [],
    ...over,
  };
}

export const edgeOf = (id: string, over: Partial<Edge> = {}): Edge => ({
  id,
  place: "it/milano",
  at: "mix",
  in: null,
  foreign: false,
  standing: "up",
  why: null,
  viewers: 1_000,
  mbps: 4_000,
  capacityMbps: 10_000,
  load: 0.41,
  probeMs: 3,
  ...over,
});

const fastweb = networkOf(
  12_874,
  "Fastweb",
  { "on-net": 6_200, exchange: 300 },
  {
    place: "it/milano",
    measuredMbps: 26_100,
    limitMbps: 40_000,
    exchanges: ["mix", "namex"],
  },
);
const networks: Network[] = [
  networkOf(3_269, "TIM", { pni: 8_100, transit: 900 }, { pnis: ["pni-tim-roma"] }),
  fastweb,
  networkOf(30_722, "Vodafone Italia", { exchange: 3_400, "exchange-rs": 200 }),
  networkOf(1_267, "Wind Tre", { exchange: 2_200, "exchange-remote": 260, transit: 40 }),
  networkOf(29_447, "Iliad Italia", { "exchange-rs": 1_500 }),
  networkOf(8_612, "Tiscali", { "exchange-rs": 240, transit: 60 }),
  networkOf(null, "unknown", { transit: 85 }),
];

const edges: Edge[] = [
  edgeOf("mix-1", { viewers: 3_950, mbps: 15_800, capacityMbps: 40_000, load: 0.4 }),
  edgeOf("mix-2", { standing: "full", why: "load 0.97 of 0.95", mbps: 9_700, load: 0.97 }),
  edgeOf("namex-1", { place: "it/roma", at: "namex", mbps: 6_200, load: 0.63 }),
  edgeOf("fastweb-milano", {
    at: null,
    in: 12_874,
    mbps: 24_800,
    capacityMbps: 40_000,
    load: 0.62,
  }),
  edgeOf("tim-roma", {
    place: "it/roma",
    at: null,
    in: 3_269,
    mbps: 32_400,
    capacityMbps: 40_000,
    load: 0.84,
  }),
  edgeOf("other-cdn", {
    foreign: true,
    standing: "slow",
    why: "probes take 410 ms",
    mbps: 0,
    viewers: 0,
    load: null,
    probeMs: 410,
  }),
  edgeOf("topix-1", {
    place: "it/torino",
    at: "topix",
    standing: "silent",
    why: "no heartbeat for 4.1 s",
    mbps: 0,
    viewers: 0,
    load: null,
    probeMs: null,
  }),
];

/** The whole audience, as one director shows it. */
export function mapOf(over: Partial<NetworkMap> = {}): NetworkMap {
  const shown = over.networks ?? networks;
  const total = { viewers: 0, mbps: 0 };
  const classes = new Map<PathClass, { viewers: number; mbps: number }>();
  for (const { viewers, mbps, classes: parts } of shown) {
    total.viewers += viewers;
    total.mbps += mbps;
    for (const each of parts) {
      const sum = classes.get(each.class) ?? { viewers: 0, mbps: 0 };
      classes.set(each.class, { viewers: sum.viewers + each.viewers, mbps: sum.mbps + each.mbps });
    }
  }
  return {
    v: 1,
    at: 1_795_301_664,
    title: "Roma – Lazio",
    directors: 1,
    total,
    local: { viewers: 0.94, mbps: 0.94 },
    classes: [...classes].map(([name, sum]) => ({ class: name, ...sum })),
    networks: shown,
    moreNetworks: 0,
    edges,
    exchanges: [
      {
        ...{ id: "mix", name: "MIX", place: "it/milano", told: true },
        ports: [
          {
            ...{ asn: 12_874, name: "Fastweb", up: true, mbps: 100_000 },
            inMbps: 1_200,
            outMbps: 300,
          },
          {
            ...{ asn: 30_722, name: "Vodafone Italia", up: true, mbps: 20_000 },
            inMbps: 13_800,
            outMbps: 410,
          },
          {
            ...{ asn: 29_447, name: "Iliad Italia", up: false, mbps: 10_000 },
            inMbps: 0,
            outMbps: 0,
          },
        ],
      },
      {
        ...{ id: "topix", name: "TOP-IX", place: "it/torino", told: false },
        ports: [
          {
            ...{ asn: 8_612, name: "Tiscali", up: true, mbps: 10_000 },
            inMbps: null,
            outMbps: null,
          },
        ],
      },
    ],
    pnis: [
      {
        ...{ id: "pni-tim-roma", between: [64_500, 3_269], place: "it/roma" },
        ...{ up: true, mbps: 40_000, usedMbps: 32_400 },
      },
    ],
    reports: ["203.0.113.0/24 is claimed by AS12874 and AS3269; the longer prefix counts."],
    ...over,
  };
}
