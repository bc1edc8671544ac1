// Which addresses footprints mean: values of one type unite, different types narrow each other (RFC 8008 appendix B),
// and a footprintunion unites what it holds (RFC 9388 2.2).
import { covers, type Prefix } from "#network";
import type { Footprint } from "./footprint.ts";

/** Addresses that lie in one of the prefixes, or in one of the networks. */
export interface Region {
  /** In order, none inside another. */
  readonly prefixes: readonly Prefix[];
  /** Numbers, rising. */
  readonly asns: readonly number[];
}

/** What has to be known of the world to read a footprint. */
export interface Atlas {
  /** The part of a prefix that belongs to any of these networks. */
  within(prefix: Prefix, asns: ReadonlySet<number>): readonly Prefix[];
  /** Null: the code is not known. Codes as in footprints, lower case. */
  country(code: string): Region | null;
  subdivision(code: string): Region | null;
}

export const nowhere: Region = { prefixes: [], asns: [] };

function inOrder(a: Prefix, b: Prefix): number {
  return (
    a.family - b.family ||
    (a.w0 >>> 0) - (b.w0 >>> 0) ||
    (a.w1 >>> 0) - (b.w1 >>> 0) ||
    (a.w2 >>> 0) - (b.w2 >>> 0) ||
    (a.w3 >>> 0) - (b.w3 >>> 0) ||
    a.length - b.length
  );
}

/** Whether all addresses of `inner` lie in `outer`. */
export const holds = (outer: Prefix, inner: Prefix): boolean =>
  outer.length <= inner.length && covers(outer, inner);

/** The same addresses by prefixes in order, none inside another. */
export function tidied(prefixes: readonly Prefix[]): Prefix[] {
  const kept: Prefix[] = [];
  for (const prefix of prefixes.toSorted(inOrder)) {
    const last = kept.at(-1);
    if (!last || !holds(last, prefix)) kept.push(prefix);
  }
  return kept;
}

/** All addresses of both. */
export const united = (a: Region, b: Region): Region => ({
  prefixes: tidied([...a.prefixes, ...b.prefixes]),
  asns: [...new Set([...a.asns, ...b.asns])].sort((x, y) => x - y),
});

/** The addresses that lie in both. */
export function intersected(a: Region, b: Region, atlas: Pick<Atlas, "within">): Region {
  const ofA = new Set(a.asns);
  const ofB = new Set(b.asns);
  const parts = (prefixes: readonly Prefix[], asns: ReadonlySet<number>): Prefix[] =>
    asns.size === 0 ? [] : prefixes.flatMap((prefix) => atlas.within(prefix, asns));
  return {
    prefixes: tidied([
      ...commonOf(a.prefixes, b.prefixes),
      ...parts(a.prefixes, ofB),
      ...parts(b.prefixes, ofA),
    ]),
    asns: a.asns.filter((asn) => ofB.has(asn)),
  };
}

/** Of two tidied lists the prefixes that lie in one of each: one pass over both. */
function commonOf(a: readonly Prefix[], b: readonly Prefix[]): Prefix[] {
  const common: Prefix[] = [];
  let i = 0;
  let j = 0;
  for (;;) {
    const left = a[i];
    const right = b[j];
    if (!left || !right) return common;
    if (holds(left, right)) {
      common.push(right);
      j += 1;
    } else if (holds(right, left)) {
      common.push(left);
      i += 1;
    } else if (inOrder(left, right) < 0) i += 1;
    else j += 1;
  }
}

/** What footprints mean, and what of them could not be read, in sentences with the cure: that part is nowhere. */
export interface Resolved {
  /** Null: no footprint is named, which is everywhere (RFC 9241 3.6). */
  readonly region: Region | null;
  readonly problems: readonly string[];
}

/** Reads the footprints of one capability. */
export function resolveFootprints(footprints: readonly Footprint[], atlas: Atlas): Resolved {
  if (footprints.length === 0) return { region: null, problems: [] };
  const problems: string[] = [];
  // By type; several unions in one list unite as well: they are of one type.
  const byType = new Map<string, Region>();
  for (const footprint of footprints) {
    const type = footprint.type === "unknown" ? footprint.name : footprint.type;
    const region = regionOf(footprint, atlas, problems);
    byType.set(type, united(byType.get(type) ?? nowhere, region));
  }
  const region = [...byType.values()].reduce((all, next) => intersected(all, next, atlas));
  const empty = region.prefixes.length === 0 && region.asns.length === 0;
  if (empty && problems.length === 0)
    problems.push(
      `No address is in all of ${[...byType.keys()].join(", ")}: different types narrow each other. Put them into a footprintunion.`,
    );
  return { region, problems };
}

function regionOf(footprint: Footprint, atlas: Atlas, problems: string[]): Region {
  switch (footprint.type) {
    case "ipv4cidr":
    case "ipv6cidr":
      return { prefixes: tidied(footprint.prefixes), asns: [] };
    case "asn":
      return united(nowhere, { prefixes: [], asns: footprint.asns });
    case "countrycode":
    case "subdivisioncode":
      return placesOf(footprint, atlas, problems);
    case "footprintunion":
      return footprint.footprints
        .map((each) => regionOf(each, atlas, problems))
        .reduce(united, nowhere);
    default:
      problems.push(
        `A footprint of the type ${footprint.name} is not known. Give prefixes or network numbers.`,
      );
      return nowhere;
  }
}

function placesOf(
  { type, codes }: Extract<Footprint, { codes: readonly string[] }>,
  atlas: Atlas,
  problems: string[],
): Region {
  let all = nowhere;
  for (const code of codes) {
    const found = type === "countrycode" ? atlas.country(code) : atlas.subdivision(code);
    if (found) all = united(all, found);
    else
      problems.push(
        `Where ${code} is, the model does not know. Give networks or prefixes a place ${code.slice(0, 2)}/${code.slice(3) || "…"} in the model, or name prefixes in the footprint.`,
      );
  }
  return all;
}

/** Of tidied prefixes those that lie inside `outer`, by bisection. */
export function insideOf(outer: Prefix, prefixes: readonly Prefix[]): readonly Prefix[] {
  let low = 0;
  let high = prefixes.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (inOrder(prefixes[middle] as Prefix, outer) < 0) low = middle + 1;
    else high = middle;
  }
  let end = low;
  while (end < prefixes.length && holds(outer, prefixes[end] as Prefix)) end += 1;
  return prefixes.slice(low, end);
}

/** Whether one of tidied prefixes holds all of `inner`, by bisection. */
export function heldBy(inner: Prefix, prefixes: readonly Prefix[]): boolean {
  let low = 0;
  let high = prefixes.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (inOrder(prefixes[middle] as Prefix, inner) <= 0) low = middle + 1;
    else high = middle;
  }
  const before = prefixes[low - 1];
  return before !== undefined && holds(before, inner);
}
