// npm run bench -- NAME [--json FILE]: runs a benchmark, prints its table, writes its JSON.
import { writeFileSync } from "node:fs";
import { Command } from "commander";
import { runLatency } from "./latency/latency.ts";
import { type BenchResult, tableOf } from "./result.ts";

const benches: Record<string, { purpose: string; run: (seconds: number) => Promise<BenchResult> }> =
  {
    latency: {
      purpose:
        "glass to glass, off the barcode: four Chromium tabs on the small ladder, then one on the default",
      run: runLatency,
    },
  };

const program = new Command("bench").description(
  "Benchmarks; each prints its machine and versions.",
);
for (const [name, { purpose, run }] of Object.entries(benches))
  program
    .command(name)
    .description(purpose)
    .option("--json <file>", "write the result there as JSON")
    .option("--seconds <n>", "length of each measurement", "60")
    .action(async ({ json, seconds }: { json?: string; seconds: string }) => {
      const result = await run(Number(seconds));
      if (json) writeFileSync(json, `${JSON.stringify(result, null, 2)}\n`);
      console.log(tableOf(result));
      if (result.void) {
        console.log(`void: ${result.void}`);
        process.exitCode = 1;
      }
    });
await program.parseAsync();
