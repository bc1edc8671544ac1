// Every director's map as one view. Pure.
import {
  type NetworkMap,
  type PathClass,
  pathClasses,
  pathClassTable,
  standingNames,
} from "#protocol";
import type { Answer } from "../inputs.ts";
import { MAP_COUNTS_MS, NETWORK_REPORTS_LIMIT } from "../limits.ts";
import { orderOf } from "./order.ts";
import { verdictOf } from "./verdict.ts";
import type {
  Amount,
  ClassPart,
  DirectorRow,
  EdgeRow,
  NetworkRow,
  NetworkView,
  PniRow,
} from "./view.ts";

export interface MergeInputs {
  /** Now, UTC ms. */
  readonly at: number;
  readonly title: string;
  readonly watchUrl: string;
  readonly fullAt: number;
  readonly directors: readonly Answer<NetworkMap>[];
  /** Ids of networks in the order in which they were shown last. */
  readonly shown: readonly string[];
}

/** One view of all maps that count: those of directors that answer, or did a moment ago. */
export function merge(inputs: MergeInputs): NetworkView {
  const { at, title, watchUrl, fullAt } = inputs;
  const directors = inputs.directors.map((answer) => directorOf(answer, at));
  const maps = inputs.directors
    .flatMap(({ body }, index) => (body && directors[index]?.counted ? [body] : []))
    // The newest last: of what every director reads from the same source, its word counts.
    .toSorted((one, other) => one.at - other.at);
  const total = sum(maps.map((map) => map.total));
  const classes = classesOf(
    maps.flatMap((map) => map.classes),
    total,
  );
  const networks = networksOf(maps);
  const names = new Map(networks.flatMap(({ asn, name }) => (asn === null ? [] : [[asn, name]])));
  for (const { ports } of maps.flatMap(({ exchanges }) => exchanges))
    for (const { asn, name } of ports) if (!names.has(asn)) names.set(asn, name);
  const view = {
    v: 1 as const,
    at,
    title: title || (maps.at(-1)?.title ?? ""),
    watchUrl,
    directors,
    declared: Math.max(directors.length, ...maps.map((map) => map.directors)),
    total,
    local: localOf(classes, total),
    classes: classes.map((part) => ({ ...part, ...pathClassTable[part.class] })),
    networks: orderOf(networks, inputs.shown),
    moreNetworks: Math.max(0, ...maps.map((map) => map.moreNetworks)),
    edges: edgesOf(maps, names),
    fullAt,
    exchanges: newest(maps.map(({ exchanges }) => exchanges)),
    pnis: newest(maps.map(({ pnis }) => pnis)).map((pni): PniRow => ({
      ...pni,
      names: [nameOf(names, pni.between[0]), nameOf(names, pni.between[1])],
    })),
    reports: [...new Set(maps.flatMap(({ reports }) => reports))].slice(-NETWORK_REPORTS_LIMIT),
  };
  return { ...view, verdict: verdictOf(view) };
}

function directorOf({ url, body, problem, since }: Answer<NetworkMap>, at: number): DirectorRow {
  const counted = body !== null && (problem === null || at - since < MAP_COUNTS_MS);
  const { viewers, mbps } = (counted ? body : null)?.total ?? nothing;
  return { url, problem, counted, since, viewers, mbps };
}

const nothing: Amount = { viewers: 0, mbps: 0 };

const sum = (amounts: readonly Amount[]): Amount => ({
  viewers: amounts.reduce((all, { viewers }) => all + viewers, 0),
  mbps: rounded(
    amounts.reduce((all, { mbps }) => all + mbps, 0),
    3,
  ),
});

/** More digits are sent each second, and mean nothing. */
const rounded = (value: number, digits: number): number => Number(value.toFixed(digits));

const share = (part: number, whole: number): number | null =>
  whole > 0 ? rounded(part / whole, 5) : null;

/** Every class, best first, whether anybody is there or not. */
function classesOf(parts: readonly (Amount & { class: PathClass })[], whole: Amount): ClassPart[] {
  return pathClasses.map((name) => {
    const own = sum(parts.filter((part) => part.class === name));
    return {
      class: name,
      ...own,
      viewerShare: share(own.viewers, whole.viewers),
      mbpsShare: share(own.mbps, whole.mbps),
    };
  });
}

function localOf(classes: readonly ClassPart[], whole: Amount): NetworkView["local"] {
  const local = sum(classes.filter((part) => pathClassTable[part.class].local));
  return {
    viewers: share(local.viewers, whole.viewers),
    mbps: share(local.mbps, whole.mbps),
  };
}

/** Networks of all maps: viewers and megabits are added up, what a network tells of itself is the newest word. */
function networksOf(maps: readonly NetworkMap[]): NetworkRow[] {
  const groups = new Map<string, NetworkMap["networks"][number][]>();
  for (const network of maps.flatMap(({ networks }) => networks)) {
    const id = network.asn === null ? `name ${network.name}` : `AS${network.asn}`;
    const group = groups.get(id);
    if (group) group.push(network);
    else groups.set(id, [network]);
  }
  return [...groups].map(([id, group]) => {
    const total = sum(group);
    const last = group.at(-1) as NetworkMap["networks"][number];
    const classes = classesOf(
      group.flatMap((network) => network.classes),
      total,
    );
    return {
      id,
      ...total,
      asn: last.asn,
      name: last.name,
      place: last.place,
      classes: classes.filter(({ viewers, mbps }) => viewers > 0 || mbps > 0),
      local: localOf(classes, total).viewers,
      measuredMbps:
        group.findLast(({ measuredMbps }) => measuredMbps !== null)?.measuredMbps ?? null,
      limitMbps: group.findLast(({ limitMbps }) => limitMbps !== null)?.limitMbps ?? null,
      exchanges: [...new Set(group.flatMap(({ exchanges }) => exchanges))],
      pnis: [...new Set(group.flatMap(({ pnis }) => pnis))],
    };
  });
}

/**
 * What an edge measured it tells every director alike; each adds what it has promised, and has its own viewers and probes.
 * What a foreign edge delivers nobody measures: each director knows what its own viewers are expected to draw there.
 */
function edgesOf(maps: readonly NetworkMap[], names: ReadonlyMap<number, string>): EdgeRow[] {
  const groups = Map.groupBy(
    maps.flatMap(({ edges }) => edges),
    ({ id }) => id,
  );
  const rank = (edge: EdgeRow): number => standingNames.indexOf(edge.standing);
  return [...groups.values()]
    .map((group) => {
      const last = group.at(-1) as NetworkMap["edges"][number];
      const worst = group.reduce((one, other) =>
        standingNames.indexOf(other.standing) > standingNames.indexOf(one.standing) ? other : one,
      );
      const loads = group.flatMap(({ load }) => (load === null ? [] : [load]));
      return {
        ...last,
        viewers: sum(group).viewers,
        mbps: last.foreign ? sum(group).mbps : last.mbps,
        standing: worst.standing,
        why: worst.why,
        load: loads.length > 0 ? Math.max(...loads) : null,
        inName: last.in === null ? null : nameOf(names, last.in),
      };
    })
    .toSorted((one, other) => rank(other) - rank(one) || one.id.localeCompare(other.id));
}

const nameOf = (names: ReadonlyMap<number, string>, asn: number): string =>
  names.get(asn) ?? `AS${asn}`;

/** By id, the newest word of each; by name, so that rows keep their places. */
function newest<Item extends { id: string }>(lists: readonly (readonly Item[])[]): Item[] {
  const items = new Map(lists.flat().map((item) => [item.id, item]));
  return [...items.values()].toSorted((one, other) => one.id.localeCompare(other.id));
}
