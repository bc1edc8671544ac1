// Rome, Milan and three Italian access networks. Numbers and prefixes are the real ones, as the IP-to-network table of
// @ip-location-db/asn has them (of each network only a few); peering LANs are those that the exchanges publish in PeeringDB.
// Ports, interconnects, delays and caches are a scenario.
import type { LabDescription } from "./description.ts";

export const CDN = 51_185;
export const FASTWEB = 12_874;
export const VODAFONE = 30_722;
export const TIM = 3_269;

/**
 * Fastweb has a cache and a port at Namex; Vodafone a private interconnect in Milan and ports at both exchanges, at Namex by
 * the route server alone; TIM is at no exchange. Port speeds are what two cores can fill.
 */
export const italy: LabDescription = {
  title: "Italy in small",
  places: [
    { id: "it/roma", name: "Roma", lat: 41.9, lon: 12.5 },
    { id: "it/milano", name: "Milano", lat: 45.46, lon: 9.19 },
  ],
  // The studio's line is nobody's in particular: addresses for documentation (RFC 5737, RFC 3849, RFC 5398).
  broadcaster: {
    asn: 64_496,
    prefix: { ipv4: "192.0.2.0/24", ipv6: "2001:db8:2::/64" },
    contribution: { delayMs: 2 },
  },
  exchanges: [
    {
      ...{ id: "namex", name: "Namex", asn: 24_796, place: "it/roma" },
      lan: { ipv4: "193.201.28.0/23", ipv6: "2001:7f8:10::/64" },
    },
    {
      ...{ id: "mix", name: "MIX", asn: 16_004, place: "it/milano" },
      lan: { ipv4: "217.29.66.0/23", ipv6: "2001:7f8:b:100::/64" },
    },
  ],
  transit: {
    ...{ asn: 6_762, name: "Sparkle" },
    prefix: { ipv4: "195.22.192.0/24", ipv6: "2001:41a8::/64" },
  },
  cdn: {
    ...{ asn: CDN, name: "MainStreaming", place: "it/milano" },
    prefix: { ipv4: "185.45.208.0/24", ipv6: "2a02:2890:0:8::/64" },
    transit: { delayMs: 4 },
    sites: [
      {
        ...{ id: "roma", place: "it/roma" },
        prefix: { ipv4: "185.45.209.0/24", ipv6: "2a02:2890:0:9::/64" },
        port: { exchange: "namex", mbps: 1_000, bilateral: [FASTWEB] },
        backbone: { delayMs: 4 },
      },
      {
        ...{ id: "milano", place: "it/milano" },
        prefix: { ipv4: "185.45.210.0/24", ipv6: "2a02:2890:0:a::/64" },
        port: { exchange: "mix", mbps: 1_000 },
        backbone: { delayMs: 1 },
      },
    ],
  },
  networks: [
    {
      ...{ id: "fastweb", asn: FASTWEB, name: "Fastweb", place: "it/roma" },
      prefixes: [{ ipv4: "2.224.0.0/12", ipv6: "2001:b00::/29" }],
      homes: { ipv4: "2.225.0.0/20", ipv6: "2001:b07:1::/64" },
      cache: { ipv4: "2.239.255.0/24", ipv6: "2001:b07:ffff::/64" },
      ports: [{ exchange: "namex", mbps: 1_000 }],
      pnis: [],
      transit: { delayMs: 8, jitterMs: 1 },
      access: {},
    },
    {
      ...{ id: "vodafone", asn: VODAFONE, name: "Vodafone", place: "it/milano" },
      prefixes: [{ ipv4: "2.40.0.0/13", ipv6: "2a01:820::/32" }],
      homes: { ipv4: "2.41.0.0/20", ipv6: "2a01:820:1::/64" },
      cache: null,
      ports: [
        { exchange: "mix", mbps: 1_000 },
        { exchange: "namex", mbps: 1_000, bilateral: [] },
      ],
      pnis: [{ id: "vodafone-mi", site: "milano", mbps: 1_000 }],
      transit: { delayMs: 8, jitterMs: 1 },
      access: {},
    },
    {
      ...{ id: "tim", asn: TIM, name: "TIM", place: "it/milano" },
      prefixes: [{ ipv4: "2.112.0.0/13", ipv6: "2a01:2000::/20" }],
      homes: { ipv4: "2.113.0.0/20", ipv6: "2a01:2000:1::/64" },
      cache: null,
      ports: [],
      pnis: [],
      transit: { delayMs: 8, jitterMs: 1 },
      access: {},
    },
  ],
};
