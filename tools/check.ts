// `npm run check`: format, lint, types of the three worlds, dead code, tidiness. The same that CI runs.
import { spawnSync } from "node:child_process";
import { systemClock } from "#base/clock";

const bin = "node_modules/.bin";
const tsc = [`${bin}/node`, "node_modules/@typescript/native/bin/tsc"];

const steps: { name: string; command: string[] }[] = [
  { name: "format", command: [`${bin}/oxfmt`, "--check", "."] },
  { name: "lint", command: [`${bin}/oxlint`, "--type-aware", "--deny-warnings"] },
  { name: "types", command: [...tsc, "-p", "."] },
  { name: "types of the pure rooms", command: [...tsc, "-p", "tsconfig.pure.json"] },
  {
    name: "types of the pages",
    command: [`${bin}/svelte-check`, "--tsconfig", "tsconfig.web.json", "--output", "human"],
  },
  { name: "dead code", command: [`${bin}/knip`] },
  { name: "tidiness", command: [`${bin}/node`, "tools/tidy.ts"] },
];

let failed = 0;
for (const { name, command } of steps) {
  const start = systemClock.monotonic();
  const [program, ...args] = command as [string, ...string[]];
  const run = spawnSync(program, args, { encoding: "utf8", maxBuffer: 1 << 26 });
  const seconds = ((systemClock.monotonic() - start) / 1_000).toFixed(1);
  const green = run.status === 0;
  console.log(`${green ? "ok  " : "FAIL"} ${name} (${seconds} s)`);
  if (!green) {
    failed += 1;
    console.log(`${run.stdout}${run.stderr}`.slice(-8_000));
  }
}
process.exitCode = failed === 0 ? 0 : 1;
