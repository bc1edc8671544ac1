// npm run bench -- NAME [--json FILE]: runs a benchmark, prints its table, writes its JSON.
import { writeFileSync } from "node:fs";
import { Command } from "commander";
import { measureAlone } from "./alone.ts";
import { runCrowd } from "./crowd/crowd.ts";
import { runDirector } from "./director/director.ts";
import { runEdge } from "./edge/edge.ts";
import { runLatency } from "./latency/latency.ts";
import { type BenchResult, tableOf } from "./result.ts";
import { runSync } from "./sync/sync.ts";

interface Bench {
  purpose: string;
  /** Length of each measurement when --seconds is not given. */
  seconds?: number;
  run: (options: { seconds: number; runs: number; only?: string }) => Promise<BenchResult>;
}

const benches: Record<string, Bench> = {
  latency: {
    purpose:
      "glass to glass, off the barcode: four Chromium tabs on the small ladder, then one on the default",
    run: ({ seconds }) => runLatency(seconds),
  },
  edge: {
    purpose: "5,000 viewers at an edge, cached objects, memory: nginx, Varnish and ATS beside ours",
    run: runEdge,
  },
  crowd: {
    purpose:
      "5,000 LL-DASH viewers of a whole match on this machine, then a kick-off of as many in two seconds",
    seconds: 300,
    run: runCrowd,
  },
  director: {
    purpose:
      "lookups, decisions and sessions a second; a kick-off, an edge's end and locality beside other policies",
    seconds: 5,
    run: runDirector,
  },
  sync: {
    purpose:
      "eight tabs with false clocks behind lines of their own: spread, delay, cues, sound, start; stock players beside ours",
    seconds: 120,
    run: runSync,
  },
};

interface Flags {
  json?: string;
  seconds: string;
  runs: string;
  only?: string;
}

const program = new Command("bench").description(
  "Benchmarks; each prints its machine and versions.",
);
for (const [name, { purpose, seconds: usual = 60, run }] of Object.entries(benches))
  program
    .command(name)
    .description(purpose)
    .option("--json <file>", "write the result there as JSON")
    .option("--seconds <n>", "length of each measurement", String(usual))
    .option("--runs <n>", "how often a short one is repeated", "5")
    .option("--only <name>", "one measurement alone, where a benchmark has several")
    .action(async ({ json, seconds, runs, only }: Flags) => {
      await measureAlone();
      const result = await run({
        seconds: Number(seconds),
        runs: Number(runs),
        ...(only === undefined ? {} : { only }),
      });
      if (json) writeFileSync(json, `${JSON.stringify(result, null, 2)}\n`);
      console.log(tableOf(result));
      if (result.void) {
        console.log(`void: ${result.void}`);
        process.exitCode = 1;
      }
    });
await program.parseAsync().catch((failure: unknown) => {
  console.error(failure instanceof Error ? failure.message : failure);
  process.exitCode = 1;
});
