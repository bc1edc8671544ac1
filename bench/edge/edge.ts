// npm run bench -- edge: nginx, Varnish and ATS from Debian beside this product's edge, each on one core, in one run.
import { type BenchResult, type Row, surroundings } from "../result.ts";
import { versionOf } from "./process.ts";
import { quantile } from "./client/quantile.ts";
import { calm, http2Hits, partHits, playlistHits, tlsHits } from "./measurements/hits.ts";
import { idle } from "./measurements/idle.ts";
import type { Measurement } from "./measurements/measurement.ts";
import { chunk, playlist } from "./measurements/waiting.ts";
import { comparators, Stage } from "./stage.ts";

const measurements: readonly Measurement[] = [
  playlistHits,
  partHits,
  tlsHits,
  http2Hits,
  calm,
  playlist,
  chunk,
  idle,
];

/** Others may have so much of the server's core in the median run; beyond, nothing that was measured is believed. */
const FOREIGN_LIMIT = 0.1;

/** Runs all measurements, or the one called `only`. */
export async function runEdge({
  runs,
  only,
}: {
  runs: number;
  only?: string;
}): Promise<BenchResult> {
  const chosen = measurements.filter(({ name }) => only === undefined || name === only);
  const names = measurements.map(({ name }) => name).join(", ");
  const missing = missingPrograms();
  const { versions, ...machine } = surroundings();
  const head = { bench: "edge", ...machine, versions: { ...versions, ...programs() }, runs };
  if (chosen.length === 0) return { ...head, rows: [], void: `--only takes one of ${names}` };
  if (missing.length > 0) {
    const why = `${missing.join(", ")} not installed: node tools/setup.mjs --bench`;
    return { ...head, rows: [], void: why };
  }
  const rows: Row[] = [];
  const stage = await Stage.open({ runs });
  // What is told to end takes its servers with it.
  const leave = (): void => void stage.close().finally(() => process.exit(1));
  process.once("SIGTERM", leave).once("SIGINT", leave);
  try {
    for (const measurement of chosen) rows.push(...(await measurement.run(stage)));
  } catch (failure) {
    return { ...head, rows, void: String(failure) };
  } finally {
    process.off("SIGTERM", leave).off("SIGINT", leave);
    await stage.close();
  }
  const foreign = quantile(
    stage.foreign.toSorted((a, b) => a - b),
    0.5,
  );
  if (stage.foreign.length > 0)
    console.error(`others on the server's core: ${(foreign * 100).toFixed(1)} % in the median run`);
  if (foreign > FOREIGN_LIMIT)
    return {
      ...head,
      rows,
      void: `others took ${(foreign * 100).toFixed(0)} % of the server's core`,
    };
  return { ...head, rows };
}

function programs(): Record<string, string> {
  const found = comparators.map(
    ({ name, version }) => [name, version() ?? "not installed"] as const,
  );
  return Object.fromEntries([
    ...found,
    ["wrk", versionOf("wrk", "-v", /wrk (\S+)/) ?? "not installed"],
  ]);
}

function missingPrograms(): string[] {
  const generators = ["wrk", "h2load", "taskset", "openssl"].filter(
    (program) => versionOf(program, "--version", /(.*)/) === null,
  );
  return [
    ...comparators.filter(({ version }) => version() === null).map(({ name }) => name),
    ...generators,
  ];
}
