// Plain counters as OpenMetrics text: a role counts in numbers, and only `/metrics` knows about Prometheus.
import { Counter, Gauge, Registry } from "prom-client";

/** Numbers by camelCase name, as a role keeps them. */
export type Readings = Readonly<Record<string, number>>;

/** What a role shows under `/metrics`. The names must be the same at every reading. */
export interface MetricSources {
  /** Only ever grow: `bytesOut` becomes `regista_<role>_bytes_out_total`. */
  counters?: () => Readings;
  /** Go up and down: `viewers` becomes `regista_<role>_viewers`. */
  gauges?: () => Readings;
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
  const prefix = `regista_${snake(role).replaceAll(/\W/g, "_")}_`;
  for (const name of Object.keys(sources.counters?.() ?? {})) {
    const metric = new Counter({
      name: `${prefix}${snake(name)}_total`,
      help: `${role}: ${spoken(name)} since the start`,
      registers: [],
      collect() {
        this.reset();
        this.inc(Math.max(0, finite(sources.counters?.()[name])));
      },
    });
    registry.registerMetric(metric);
  }
  for (const name of Object.keys(sources.gauges?.() ?? {})) {
    const metric = new Gauge({
      name: `${prefix}${snake(name)}`,
      help: `${role}: ${spoken(name)} now`,
      registers: [],
      collect() {
        this.set(finite(sources.gauges?.()[name]));
      },
    });
    registry.registerMetric(metric);
  }
  return { contentType: registry.contentType, text: () => registry.metrics() };
}

const finite = (value: number | undefined): number =>
  value !== undefined && Number.isFinite(value) ? value : 0;
