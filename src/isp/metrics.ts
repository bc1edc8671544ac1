// The access network's numbers as OpenMetrics.
import { Counter, Gauge, Registry } from "prom-client";
import type { AccessMeter } from "./access.ts";

/** A registry of one network's own; every number is read when it is asked for. */
export function ispMetrics(access: AccessMeter, limitMbps: () => number | null): Registry {
  const registry = new Registry();
  for (const way of ["down", "up"] as const) {
    const bytes = new Counter({
      name: `regista_isp_access_${way}_bytes_total`,
      help: `bytes carried ${way} the access link`,
      registers: [],
      collect() {
        this.reset();
        this.inc(access.totals[`${way}Bytes`]);
      },
    });
    registry.registerMetric(bytes);
  }
  const gauge = (name: string, help: string, read: () => number): void => {
    const metric = new Gauge({
      name: `regista_isp_${name}`,
      help,
      registers: [],
      collect() {
        this.set(read());
      },
    });
    registry.registerMetric(metric);
  };
  gauge(
    "access_down_mbps",
    "megabits a second to subscribers, last second",
    () => access.load.downMbps,
  );
  gauge(
    "access_up_mbps",
    "megabits a second from subscribers, last second",
    () => access.load.upMbps,
  );
  gauge("connections", "connections open now", () => access.totals.connections);
  gauge(
    "limit_mbps",
    "the most that the network wants delivered; 0: no limit",
    () => limitMbps() ?? 0,
  );
  return registry;
}
