// The exchange's numbers as OpenMetrics, a label a member.
import { type Metrics, metricsOf } from "#telemetry";
import type { Fabric } from "./fabric.ts";
import type { PortReading } from "./interfaces.ts";

const labels = ["asn", "name"];

/** The numbers of one exchange; each is read when it is asked for. */
export function ixpMetrics(fabric: Fabric): Metrics {
  const bytes = (way: "in" | "out") => () =>
    fabric.members.map(({ asn, name }) => ({
      labels: { asn, name },
      value: fabric.bytesOf(asn)[way],
    }));
  const mbps = (way: "inMbps" | "outMbps") => () =>
    fabric.ports().map(({ asn, name, port }) => ({ labels: { asn, name }, value: port[way] }));
  const ports = (value: (port: PortReading) => number) => () =>
    fabric.members.flatMap(({ asn, name }) => {
      const port = fabric.interfaceOf(asn);
      return port ? [{ labels: { asn, name }, value: value(port) }] : [];
    });
  return metricsOf("ixp", {
    families: {
      portUp: { kind: "gauge", labels, read: ports(({ up }) => Number(up)) },
      portCounterResets: { kind: "counter", labels, read: ports(({ resets }) => resets) },
      portInBytes: { kind: "counter", labels, read: bytes("in") },
      portOutBytes: { kind: "counter", labels, read: bytes("out") },
      portInMbps: { kind: "gauge", labels, read: mbps("inMbps") },
      portOutMbps: { kind: "gauge", labels, read: mbps("outMbps") },
    },
  });
}
