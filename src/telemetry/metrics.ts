// Plain counters as OpenMetrics text: a role counts in numbers, and only `/metrics` knows about Prometheus.
import { Counter, Gauge, Registry } from "prom-client";

/** Numbers by camelCase name, as a role keeps them. */
export type Readings = Readonly<Record<string, number>>;

/** One number of a family, with the value of each of its labels. */
export interface LabelledReading {
  readonly labels: Readonly<Record<string, string | number>>;
  readonly value: number;
}

/** One name for the numbers of many things alike: the ports of an exchange, the edges of a director. */
export interface Family {
  readonly kind: "counter" | "gauge";
  readonly labels: readonly string[];
  /** One reading a thing; things may come and go. */
  readonly read: () => readonly LabelledReading[];
}

/** What a role shows under `/metrics`. The names must be the same at every reading. */
export interface MetricSources {
  /** Only ever grow: `bytesOut` becomes `regista_<role>_bytes_out_total`. */
  counters?: () => Readings;
  /** Go up and down: `viewers` becomes `regista_<role>_viewers`. */
  gauges?: () => Readings;
  /** With labels: `edgeLoad` becomes `regista_<role>_edge_load{edge="…"}`. */
  families?: Readonly<Record<string, Family>>;
}

/** The answer to `GET /metrics`. */
export interface Metrics {
  readonly contentType: string;
  /** Reads the sources and writes them as OpenMetrics text. */
  text(): Promise<string>;
}

const snake = (name: string): string =>
  name.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
const spoken = (name: string): string => snake(name).replaceAll("_", " ");

/** Metrics of one instance of `role`, in a registry of its own, so that two instances in one process do not mix. */
export function metricsOf(role: string, sources: MetricSources): Metrics {
  const registry = new Registry<typeof Registry.OPENMETRICS_CONTENT_TYPE>();
  registry.setContentType(Registry.OPENMETRICS_CONTENT_TYPE);
  const families = [
    ...plain("counter", sources.counters),
    ...plain("gauge", sources.gauges),
    ...Object.entries(sources.families ?? {}),
  ];
  for (const [name, family] of families) registry.registerMetric(metricOf(role, { name, family }));
  return { contentType: registry.contentType, text: () => registry.metrics() };
}

/** Numbers without labels: each a family of one. */
function plain(kind: Family["kind"], read: () => Readings = () => ({})): [string, Family][] {
  return Object.keys(read()).map((name) => [
    name,
    { kind, labels: [], read: () => [{ labels: {}, value: read()[name] ?? 0 }] },
  ]);
}

function metricOf(
  role: string,
  { name, family }: { name: string; family: Family },
): Counter | Gauge {
  const full = `regista_${snake(role).replaceAll(/\W/g, "_")}_${snake(name)}`;
  const labelNames = [...family.labels];
  if (family.kind === "counter")
    return new Counter({
      name: `${full}_total`,
      help: `${role}: ${spoken(name)} since the start`,
      labelNames,
      registers: [],
      collect() {
        this.reset();
        for (const { labels, value } of family.read()) this.inc(labels, Math.max(0, finite(value)));
      },
    });
  return new Gauge({
    name: full,
    help: `${role}: ${spoken(name)} now`,
    labelNames,
    registers: [],
    collect() {
      this.reset();
      for (const { labels, value } of family.read()) this.set(labels, finite(value));
    },
  });
}

const finite = (value: number): number => (Number.isFinite(value) ? value : 0);
