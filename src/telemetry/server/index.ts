// The telemetry role: what happened in the last ten seconds, from everybody's stamps and viewers' reports.
export { Collector } from "./collector.ts";
export { SUMMARY_WINDOW_MS, VIEWER_SILENCE_MS, VIEWERS_LIMIT } from "./limits.ts";
export { startTelemetry, type TelemetryHandle, type TelemetryOptions } from "./serve.ts";
