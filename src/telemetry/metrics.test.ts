import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { metricsOf } from "./index.ts";

describe("metrics", () => {
  it("shows plain counters and gauges as OpenMetrics, read when asked", async () => {
    const counters = { bytesOut: 0 };
    const metrics = metricsOf("edge", { counters: () => counters, gauges: () => ({ load: 0.25 }) });
    counters.bytesOut = 12;
    assert.match(metrics.contentType, /^application\/openmetrics-text/);
    const text = await metrics.text();
    assert.match(text, /# TYPE regista_edge_bytes_out counter\nregista_edge_bytes_out_total 12\n/);
    assert.match(text, /# TYPE regista_edge_load gauge\nregista_edge_load 0.25\n/);
    assert.ok(text.endsWith("# EOF\n"));
    counters.bytesOut = 15;
    assert.match(await metrics.text(), /regista_edge_bytes_out_total 15\n/);
  });

  it("keeps two instances of a role apart", async () => {
    const one = metricsOf("edge", { counters: () => ({ requests: 1 }) });
    const two = metricsOf("edge", { counters: () => ({ requests: 2 }) });
    assert.match(await one.text(), /requests_total 1\n/);
    assert.match(await two.text(), /requests_total 2\n/);
  });

  it("shows a family with a line a thing, and forgets a thing that has gone", async () => {
    let edges = [
      { labels: { edge: "roma" }, value: 0.5 },
      { labels: { edge: "milano" }, value: 0.75 },
    ];
    const metrics = metricsOf("director", {
      families: {
        edgeLoad: { kind: "gauge", labels: ["edge"], read: () => edges },
        edgeBytes: { kind: "counter", labels: ["edge"], read: () => edges },
      },
    });
    const text = await metrics.text();
    assert.match(text, /regista_director_edge_load\{edge="roma"\} 0.5\n/);
    assert.match(text, /regista_director_edge_bytes_total\{edge="milano"\} 0.75\n/);
    edges = edges.slice(0, 1);
    assert.doesNotMatch(await metrics.text(), /milano/);
  });

  it("shows a number that is none as zero", async () => {
    const metrics = metricsOf("origin", {
      counters: () => ({ parts: Number.NaN }),
      gauges: () => ({ age: Infinity }),
    });
    const text = await metrics.text();
    assert.match(text, /parts_total 0\n/);
    assert.match(text, /age 0\n/);
  });
});
