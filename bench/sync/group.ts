// What a group of this benchmark is, and the rows that every one of them has.
import { type Row, row } from "../result.ts";
import {
  barcodeToEncodedMs,
  exclusions,
  type Exclusion,
  placesOf,
  spreadsOf,
  voidReason,
} from "./figures.ts";
import type { Observation, Seen } from "./observe.ts";

/** A measurement that can be run alone. */
export interface Group {
  /** One line for a person. */
  readonly purpose: string;
  /** `seconds` is the length of one measurement of it. */
  readonly run: (seconds: number) => Promise<Findings>;
}

export interface Findings {
  readonly rows: readonly Row[];
  /** Why it is not to be believed. */
  readonly void: string | null;
}

/** What is asked of a group; a group beside ours is only shown. */
export interface Asked {
  readonly spread?: { readonly p50?: number; readonly p95: number };
  readonly comparator?: string;
}

/** A figure that passes up to `most`; for counts. */
export function count(name: string, value: number, most?: number): Row {
  return row(name, "count", [value], most === undefined ? undefined : { value: most });
}

/** Spread with who was left out of it, stalls, tabs lost, and the machine's load. */
export function commonRows(
  name: string,
  observation: Observation,
  { spread, comparator }: Asked = {},
): Row[] {
  const { seen, cores, summaries } = observation;
  const { spreads, excluded } = spreadsOf(seen);
  const of = comparator === undefined ? {} : { comparator };
  const encoded = barcodeToEncodedMs(seen, summaries);
  const rows = [
    row(
      `${name}: spread`,
      "ms",
      spreads,
      spread ? { value: spread.p95, judged: "p95" } : undefined,
    ),
    ...(spread?.p50 === undefined
      ? []
      : [row(`${name}: spread, p50`, "ms", spreads, { value: spread.p50 })]),
    ...(Object.keys(exclusions) as Exclusion[]).map((why) =>
      count(`${name}: left out of the spread, ${why}`, excluded[why]),
    ),
    count(
      `${name}: tabs lost`,
      seen.filter((tab) => tab.lost !== null).length,
      spread ? 0 : undefined,
    ),
    count(`${name}: tabs that another player took over`, seen.filter(takenOver).length),
    ...(encoded === null ? [] : [row(`${name}: barcode → encoded`, "ms", [encoded])]),
    ...[...cores]
      .filter(([, used]) => used >= 0.05)
      .map(([process, used]) => row(`${name}: cores, ${process}`, "cores", [used])),
  ];
  return rows.map((each) => ({ ...each, ...of }));
}

/** Latency and stalls of some tabs of a group. */
export function playerRows(
  name: string,
  seen: readonly Seen[],
  limits: { latencyMs?: number; stalls?: number; comparator?: string } = {},
): Row[] {
  const latencies = seen.flatMap((tab) => placesOf(tab).map(({ latencyMs }) => latencyMs));
  const stalls = seen.reduce((total, tab) => total + tab.stalls.length, 0);
  const of = limits.comparator === undefined ? {} : { comparator: limits.comparator };
  const rows = [
    row(
      `${name}: glass to glass`,
      "ms",
      latencies,
      limits.latencyMs === undefined ? undefined : { value: limits.latencyMs },
    ),
    count(`${name}: stalls`, stalls, limits.stalls),
  ];
  return rows.map((each) => ({ ...each, ...of }));
}

/** The findings of one observation. */
export const findings = (rows: readonly Row[], observation: Observation): Findings => ({
  rows,
  void: voidReason(observation),
});

/** Tabs by the player that plays in them. */
export const byPlayer = (seen: readonly Seen[]): Map<string, Seen[]> => Map.groupBy(seen, playerOf);

/** Our page takes the next player when the one asked for refuses the stream. */
const takenOver = (seen: Seen): boolean =>
  seen.states.some(({ state }) => state.protocol !== playerOf(seen));

const playerOf = ({ spectator }: Seen): string =>
  spectator.name.slice(0, spectator.name.lastIndexOf(" "));
