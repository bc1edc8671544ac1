// What hours of watching showed: growth, drift, lost viewers. Pure: readings in, sentences out.

/** What grows by right until it is full is not watched before this share of the run, and never longer than so, ms. */
const WARM_SHARE = 0.3;
const WARM_LIMIT_MS = 20 * 60_000;
/** Fewer readings than this after the warm-up say nothing of a slope. */
const READINGS_LEAST = 4;
const MIB = 2 ** 20;

/** How much a series may have grown from the end of the warm-up to the end, by its slope. */
export const allowances = {
  /** A page's own objects: what a player keeps is bounded by its buffer. */
  "page heap": 12 * MIB,
  /** A process of the match, or the browser with all its renderers. */
  memory: 64 * MIB,
  /** An edge goes on keeping what it carried until its cache is full. */
  "edge memory": 320 * MIB,
  /** Sockets and files. */
  descriptors: 40,
} as const;
export type SeriesKind = keyof typeof allowances;

/** The least and the most that a viewer's distance may be off its target at the median of a minute, ms. */
const OFF_TARGET_MS = 150;
/** The spread of all viewers at the 95th percentile of a minute, ms … */
const SPREAD_MS = 250;
/** … and no more minutes than this share may miss either: a shared machine stops for a moment now and then. */
const MISSES_SHARE = 0.1;
const MISSES_LEAST = 2;
/** A viewer that showed no new frame for a whole period is lost. */
const FRAMES_LEAST = 1;

/** One viewer in one period. */
export interface ViewerReading {
  readonly name: string;
  readonly frames: number;
  /** Off its target at the median, ms; null when nothing could be read. */
  readonly offMs: number | null;
  readonly stalls: number;
}

export interface SeriesReading {
  readonly kind: SeriesKind;
  readonly name: string;
  readonly value: number;
}

/** One period of the run. */
export interface SoakReading {
  /** Since the start, ms. */
  readonly at: number;
  readonly viewers: readonly ViewerReading[];
  readonly spreadP95Ms: number | null;
  readonly latencyP50Ms: number | null;
  readonly series: readonly SeriesReading[];
}

/** Every sentence is a reason to fail; none: all is well. */
export function verdictOf(readings: readonly SoakReading[]): string[] {
  if (readings.length === 0) return ["Nothing was seen: it ended before its first period did."];
  return [...lostViewers(readings), ...drift(readings), ...growth(readings)];
}

function lostViewers(readings: readonly SoakReading[]): string[] {
  const last = readings.at(-1);
  return (last?.viewers ?? [])
    .filter(({ frames }) => frames < FRAMES_LEAST)
    .map(({ name }) => `${name} is lost: it shows no new picture.`);
}

function drift(readings: readonly SoakReading[]): string[] {
  const most = Math.max(MISSES_LEAST, Math.floor(readings.length * MISSES_SHARE));
  const wide = readings.filter(({ spreadP95Ms }) => (spreadP95Ms ?? 0) > SPREAD_MS).length;
  const sentences =
    wide > most
      ? [`The spread was above ${SPREAD_MS} ms at p95 in ${wide} of ${readings.length} periods.`]
      : [];
  for (const { name } of readings.at(-1)?.viewers ?? []) {
    const off = readings.flatMap(({ viewers }) => viewers.filter((each) => each.name === name));
    const away = off.filter(({ offMs }) => Math.abs(offMs ?? Infinity) > OFF_TARGET_MS).length;
    if (away > most)
      sentences.push(
        `${name} was more than ${OFF_TARGET_MS} ms off its target in ${away} of ${readings.length} periods.`,
      );
  }
  return sentences;
}

function growth(readings: readonly SoakReading[]): string[] {
  const end = readings.at(-1)?.at ?? 0;
  const warm = Math.min(WARM_LIMIT_MS, end * WARM_SHARE);
  const late = readings.filter(({ at }) => at >= warm);
  if (late.length < READINGS_LEAST) return [];
  const last = late.findLast(({ series }) => series.length > 0);
  return (last?.series ?? []).flatMap(({ kind, name }) => {
    const points = late.flatMap(({ at, series }) => {
      const found = series.find((each) => each.kind === kind && each.name === name);
      return found ? [{ at, value: found.value }] : [];
    });
    if (points.length < READINGS_LEAST) return [];
    const grown = slopeOf(points) * (end - (points[0]?.at ?? 0));
    return grown > allowances[kind]
      ? [
          `${name}: ${kind} grew by ${shown(kind, grown)}, allowed are ${shown(kind, allowances[kind])}.`,
        ]
      : [];
  });
}

const shown = (kind: SeriesKind, value: number): string =>
  kind === "descriptors" ? value.toFixed(0) : `${(value / MIB).toFixed(0)} MiB`;

/** The median of the slopes of all pairs (Theil and Sen): one collection of garbage does not tilt it. */
function slopeOf(points: readonly { at: number; value: number }[]): number {
  const slopes = points.flatMap((one, index) =>
    points.slice(index + 1).map((other) => (other.value - one.value) / (other.at - one.at)),
  );
  return slopes.toSorted((a, b) => a - b)[slopes.length >> 1] ?? 0;
}
