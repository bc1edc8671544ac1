// FCI.Telemetry (RFC 9808 2.1): where a network's measurements come from.
import { ENTRIES_LIMIT } from "./limits.ts";
import type { Place } from "./place.ts";

/** One metric of a source (RFC 9808 2.1.1.2). */
export interface TelemetryMetric {
  readonly name: string;
  /** Over how long it is taken, s. */
  readonly timeGranularity?: number;
  /** Which percentile of the samples it is; absent: their mean. */
  readonly dataPercentile?: number;
  /** How old it is when it is told, s. */
  readonly latency?: number;
}

/** One source (RFC 9808 2.1.1). */
export interface TelemetrySource {
  readonly id: string;
  /** `generic`, or what both sides agreed on. */
  readonly type: string;
  readonly metrics: readonly TelemetryMetric[];
}

const cures = {
  sources: 'Write { "sources": [ … ] } (RFC 9808 2.1).',
  source: 'A source has "id", "type" (such as "generic") and "metrics".',
  metric: 'A metric has a "name"; the rest may be left out.',
  percentile: "Write a percentile from 0 to 100.",
} as const;

/** The value of an FCI.Telemetry capability. */
export const readTelemetrySources = (place: Place): TelemetrySource[] =>
  place
    .need("sources", cures.sources)
    .array(ENTRIES_LIMIT)
    .map((source) => ({
      id: source.need("id", cures.source).string(),
      type: source.need("type", cures.source).string(),
      metrics: source.need("metrics", cures.source).array(ENTRIES_LIMIT).map(readMetric),
    }));

function readMetric(place: Place): TelemetryMetric {
  const timeGranularity = place.member("time-granularity")?.whole();
  const percentile = place.member("data-percentile");
  const dataPercentile = percentile?.whole();
  if ((dataPercentile ?? 0) > 100)
    percentile?.refuse(`${dataPercentile} is not a percentile`, cures.percentile);
  const latency = place.member("latency")?.whole();
  return {
    name: place.need("name", cures.metric).string(),
    ...(timeGranularity !== undefined && { timeGranularity }),
    ...(dataPercentile !== undefined && { dataPercentile }),
    ...(latency !== undefined && { latency }),
  };
}

export const writeTelemetrySources = (sources: readonly TelemetrySource[]): object => ({
  sources: sources.map(({ id, type, metrics }) => ({
    id,
    type,
    metrics: metrics.map(({ name, timeGranularity, dataPercentile, latency }) => ({
      name,
      ...(timeGranularity !== undefined && { "time-granularity": timeGranularity }),
      ...(dataPercentile !== undefined && { "data-percentile": dataPercentile }),
      ...(latency !== undefined && { latency }),
    })),
  })),
});
