// The access network's numbers as OpenMetrics.
import { type Metrics, metricsOf } from "#telemetry";
import type { AccessMeter } from "./access.ts";
import type { NetworkLimits } from "./contract.ts";
import type { NetworkInterfaces } from "./interfaces.ts";

/** The numbers of one network; each is read when it is asked for. A limit of 0 is none. */
export function ispMetrics(
  { access, interfaces }: { access: AccessMeter; interfaces: NetworkInterfaces },
  limits: () => NetworkLimits,
): Metrics {
  const load = () => interfaces.access ?? { ...access.totals, ...access.load };
  const labels = ["interface"];
  return metricsOf("isp", {
    counters: () => ({
      accessDownBytes: load().downBytes,
      accessUpBytes: load().upBytes,
    }),
    gauges: () => ({
      accessDownMbps: load().downMbps,
      accessUpMbps: load().upMbps,
      connections: access.totals.connections,
      limitMbps: limits().limitMbps ?? 0,
      cachesLimitMbps: limits().cachesMbps ?? 0,
    }),
    families: {
      interfaceUp: {
        kind: "gauge",
        labels,
        read: () =>
          interfaces.status.map(({ interface: name, up }) => ({
            labels: { interface: name },
            value: Number(up),
          })),
      },
      interfaceCounterResets: {
        kind: "counter",
        labels,
        read: () =>
          interfaces.status.map(({ interface: name, resets }) => ({
            labels: { interface: name },
            value: resets,
          })),
      },
    },
  });
}
