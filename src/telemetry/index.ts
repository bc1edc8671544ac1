// What every role uses to show itself: hop stamps for the collector, counters for `/metrics`, events for `/live`.
export { type CmsdDynamic, cmsdDynamic, type CmsdStatic, cmsdStatic } from "./cmsd.ts";
export { telemetryErrors } from "./errors.ts";
export {
  HOP_DEADLINE_MS,
  HOP_LAST_DEADLINE_MS,
  HOP_PERIOD_MS,
  HOP_QUEUE_LIMIT,
  LIVE_BACKLOG_LIMIT,
  LIVE_LISTENERS_LIMIT,
  SKETCH_RELATIVE_ERROR,
} from "./limits.ts";
export {
  type Family,
  type Metrics,
  metricsOf,
  type MetricSources,
  type Readings,
} from "./metrics.ts";
export { type HopCounters, HopReporter, type HopReporterOptions } from "./reporter.ts";
export { type PlainSketch, Sketch } from "./sketch.ts";
export { LiveStream } from "./stream.ts";
