// The exchange's numbers as OpenMetrics, a label a member.
import { Counter, Gauge, Registry } from "prom-client";
import type { Fabric } from "./fabric.ts";

/** A registry of one exchange's own; every number is read when it is asked for. */
export function ixpMetrics(fabric: Fabric): Registry {
  const registry = new Registry();
  const labelNames = ["asn", "name"];
  for (const way of ["in", "out"] as const) {
    const bytes = new Counter({
      name: `regista_ixp_port_${way}_bytes_total`,
      help: `bytes that went ${way} by the member's port`,
      labelNames,
      registers: [],
      collect() {
        this.reset();
        for (const { asn, name } of fabric.members)
          this.inc({ asn, name }, fabric.bytesOf(asn)[way]);
      },
    });
    const rate = new Gauge({
      name: `regista_ixp_port_${way}_mbps`,
      help: `megabits a second that went ${way} by the member's port, last second`,
      labelNames,
      registers: [],
      collect() {
        this.reset();
        for (const { asn, name, port } of fabric.ports())
          this.set({ asn, name }, port[`${way}Mbps`]);
      },
    });
    registry.registerMetric(bytes);
    registry.registerMetric(rate);
  }
  return registry;
}
