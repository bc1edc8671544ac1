// What a player says of itself when it polls: where it is and what it measured there (rfc8216bis 7.4; ETSI TS 103 998 7).
import { PATHWAYS_LENGTH_LIMIT, THROUGHPUT_LIMITS_MBPS } from "./limits.ts";

export const steeringProtocols = ["hls", "dash"] as const;
export type SteeringProtocol = (typeof steeringProtocols)[number];

/** In which query fields a player names its pathway, and the throughput there in bits a second. */
export const playerFields = {
  hls: { pathway: "_HLS_pathway", throughput: "_HLS_throughput" },
  dash: { pathway: "_DASH_pathway", throughput: "_DASH_throughput" },
} as const satisfies Record<SteeringProtocol, { pathway: string; throughput: string }>;

/** One pathway with what was measured on it; null: nothing was, or nothing that can be. */
export interface Measured {
  readonly edge: string;
  readonly mbps: number | null;
}

/** What the query said. */
export interface PlayerWords {
  /** The edge that the player is on; undefined: it said none that is known. */
  readonly current: string | undefined;
  readonly measured: readonly Measured[];
  /** Something was said that is none of the standards' forms. */
  readonly strange: boolean;
}

const listOf = (field: string): string[] =>
  field
    .replaceAll('"', "")
    .split(",")
    .map((name) => name.trim());

/**
 * HLS players give one pathway and one throughput, DASH players lists of those used since their last request, the first
 * quoted: of these the last known one is where the player is.
 */
export function readPlayerWords(
  fields: { pathway: string | undefined; throughput: string | undefined },
  known: { has(edge: string): boolean },
): PlayerWords {
  const pathways = lengthFits(fields.pathway) ? listOf(fields.pathway) : [];
  const rates = lengthFits(fields.throughput) ? listOf(fields.throughput) : [];
  let strange = isStrange(fields.pathway) || isStrange(fields.throughput);
  const measured: Measured[] = [];
  for (const [index, edge] of pathways.entries()) {
    const mbps = mbpsOf(rates[index]);
    strange ||= mbps === undefined;
    if (known.has(edge)) measured.push({ edge, mbps: mbps ?? null });
  }
  return { current: measured.at(-1)?.edge, measured, strange };
}

const lengthFits = (field: string | undefined): field is string =>
  field !== undefined && field.length <= PATHWAYS_LENGTH_LIMIT;

const isStrange = (field: string | undefined): boolean =>
  field !== undefined && field.length > PATHWAYS_LENGTH_LIMIT;

/** Null: not told; undefined: told, but not a rate. hls.js tells a negative number above 2.1 Gb/s. */
function mbpsOf(text: string | undefined): number | null | undefined {
  if (text === undefined || text === "") return null;
  const mbps = /^\d{1,12}(?:\.\d{1,6})?$/.test(text) ? Number(text) / 1_000_000 : Number.NaN;
  const { least, most } = THROUGHPUT_LIMITS_MBPS;
  return mbps >= least && mbps <= most ? mbps : undefined;
}
