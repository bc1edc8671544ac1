// A country made up under a seed: cities, exchanges, networks of all sizes, and as many edges as asked, near where people are.
import { chanceOf } from "#base";
import { type NetworkModel, networkModelSchema } from "#protocol";

const CITIES = 60;
const EXCHANGES = 24;
/** The CDN, and numbers for access networks: for private use (RFC 6996). */
const CDN = 4_200_000_000;
/** Shares of edges at exchanges and in access networks; the rest is the CDN's own, reached by PNIs and transit. */
const AT_EXCHANGES = 0.6;
const ON_NET = 0.25;
/** The largest networks have caches of the CDN inside; the largest of all is at no exchange. */
const CACHED_NETWORKS = 12;
const CAPACITIES_MBPS = [10_000, 20_000, 40_000] as const;
/** Zipf's exponent: of cities, and of networks. */
const SKEW = 1;

export interface Country {
  readonly model: NetworkModel;
  /** Numbers of the access networks, the largest first. */
  readonly networks: readonly number[];
}

export interface CountryOptions {
  readonly edges: number;
  readonly seed: number;
  /** How many access networks, each with prefixes of its own; or their numbers, and a table tells the prefixes. */
  readonly networks: number | readonly number[];
}

/** Weights by rank: the first is the largest. */
export const zipf = (count: number): number[] =>
  Array.from({ length: count }, (_, rank) => 1 / (rank + 1) ** SKEW);

const cityId = (rank: number): string => `xx/city-${rank}`;
/** Exchanges stand in the largest cities; some cities have two. */
const cityOfExchange = (index: number): number => Math.floor(index * 0.75);

/** In how many cities the network of this rank has viewers. */
const reach = (rank: number): number => Math.max(1, Math.round(CITIES / (1 + rank / 4)));

export function country({ edges, seed, networks }: CountryOptions): Country {
  const chance = chanceOf(seed);
  const tabled = typeof networks !== "number";
  const asns = tabled ? networks : Array.from({ length: networks }, (_, rank) => CDN + 1 + rank);
  const homes = asns.map((asn, rank) => ({ asn, rank, cities: citiesOf(rank, chance) }));
  const model = networkModelSchema.parse({
    v: 1,
    title: "a country made up",
    places: Array.from({ length: CITIES }, (_, rank) => ({
      ...{ id: cityId(rank), name: `City ${rank}` },
      ...{ lat: 37 + 9 * chance(), lon: 7 + 11 * chance() },
    })),
    exchanges: Array.from({ length: EXCHANGES }, (_, index) => exchange(index, homes, chance)),
    networks: [
      { asn: CDN, name: "CDN", kind: "content" },
      ...homes.map((home) => network(home, tabled)),
    ],
    pnis: homes.slice(0, CACHED_NETWORKS).map(({ asn }, rank) => ({
      ...{ id: `pni-${asn}`, between: [CDN, asn], place: cityId(0) },
      mbps: Math.round(400_000 / (rank + 1)),
    })),
    edges: edgeList({ edges, asns, chance }),
    audience: tabled ? null : audience(homes),
  });
  return { model, networks: asns };
}

interface HomeNetwork {
  readonly asn: number;
  readonly rank: number;
  readonly cities: readonly number[];
}

/** Large networks are in all large cities, small ones in one or a few anywhere. */
function citiesOf(rank: number, chance: () => number): number[] {
  const count = reach(rank);
  if (count > 4) return Array.from({ length: count }, (_, city) => city);
  const cities = Array.from({ length: count }, () => Math.floor(CITIES * chance() ** 2));
  return [...new Set(cities)];
}

function exchange(index: number, homes: readonly HomeNetwork[], chance: () => number): object {
  const city = cityOfExchange(index);
  const local = homes.filter(({ rank, cities }) => rank > 0 && cities.includes(city));
  const members = local
    .filter(() => chance() < 0.8)
    .map(({ asn, rank }) => ({
      ...{ asn, portMbps: Math.round(800_000 / (1 + rank / 4)) },
      ...(rank < 8 ? { routeServer: false, bilateral: "all" } : { routeServer: true }),
    }));
  const own = { asn: CDN, portMbps: 4_000_000, routeServer: true, bilateral: "all" };
  const asn = CDN + 90_000 + index;
  return {
    id: `ix-${index}`,
    name: `IX ${index}`,
    asn,
    place: cityId(city),
    members: [own, ...members],
  };
}

/** Each city of a network has a prefix of either family of its own, out of blocks that nobody routes. */
function network({ asn, rank, cities }: HomeNetwork, tabled: boolean): object {
  const head = { asn, name: `Network ${rank}` };
  if (tabled) return { ...head, place: cityId(cities[0] ?? 0) };
  const prefixes = cities.flatMap((city) => {
    const cell = rank * CITIES + city;
    return [
      { prefix: `10.${(cell >> 6) & 255}.${(cell & 63) << 2}.0/22`, place: cityId(city) },
      { prefix: `2001:db8:${cell.toString(16)}::/48`, place: cityId(city) },
    ];
  });
  return { ...head, prefixes };
}

function audience(homes: readonly HomeNetwork[]): object {
  const sizes = zipf(homes.length);
  const weights = zipf(CITIES);
  const all = sizes.reduce((sum, size) => sum + size, 0);
  return {
    viewers: 1_000_000,
    networks: homes.map(({ asn, rank, cities }) => {
      const total = cities.reduce((sum, city) => sum + (weights[city] ?? 0), 0);
      const places = cities.map((city) => ({
        ...{ id: cityId(city), share: (weights[city] ?? 0) / total },
      }));
      return { asn, share: (sizes[rank] ?? 0) / all, places };
    }),
  };
}

function edgeList({
  edges,
  asns,
  chance,
}: {
  edges: number;
  asns: readonly number[];
  chance: () => number;
}): object[] {
  const capacity = (): number =>
    CAPACITIES_MBPS[Math.floor(chance() * CAPACITIES_MBPS.length)] ?? 0;
  const pick = drawer(zipf(EXCHANGES), chance);
  const cached = drawer(zipf(CACHED_NETWORKS), chance);
  const cities = drawer(zipf(CITIES), chance);
  return Array.from({ length: edges }, (_, index) => {
    const id = `edge-${index}`;
    const base = { id, url: `http://${id}.example`, asn: CDN, capacityMbps: capacity() };
    const share = index / edges;
    if (share < AT_EXCHANGES) return { ...base, at: `ix-${pick()}` };
    const place = cityId(cities() % 20);
    if (share >= AT_EXCHANGES + ON_NET) return { ...base, place };
    const asn = asns[cached()] as number;
    return { ...base, asn, in: asn, place };
  });
}

/** Draws indices by weight. */
export function drawer(weights: readonly number[], chance: () => number): () => number {
  const sums: number[] = [];
  let total = 0;
  for (const weight of weights) sums.push((total += weight));
  return () => {
    const at = chance() * total;
    let low = 0;
    let high = sums.length - 1;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((sums[middle] as number) <= at) low = middle + 1;
      else high = middle;
    }
    return low;
  };
}
