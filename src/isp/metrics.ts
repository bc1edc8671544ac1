// The access network's numbers as OpenMetrics.
import { type Metrics, metricsOf } from "#telemetry";
import type { AccessMeter } from "./access.ts";

/** The numbers of one network; each is read when it is asked for. A limit of 0 is none. */
export function ispMetrics(access: AccessMeter, limitMbps: () => number | null): Metrics {
  return metricsOf("isp", {
    counters: () => ({
      accessDownBytes: access.totals.downBytes,
      accessUpBytes: access.totals.upBytes,
    }),
    gauges: () => ({
      accessDownMbps: access.load.downMbps,
      accessUpMbps: access.load.upMbps,
      connections: access.totals.connections,
      limitMbps: limitMbps() ?? 0,
    }),
  });
}
