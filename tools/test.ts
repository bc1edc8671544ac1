// `npm test`: check, unit tests, conformance, plays; with --long the plays that last, and nothing else. Each group in its own process with an outer time limit; a group
// that ran no test, or skipped one under CI, has failed.
import { spawn } from "node:child_process";
import { globSync } from "node:fs";
import { ms } from "#base";
import { systemClock } from "#base/clock";

interface Group {
  name: string;
  files: string[];
  /** Test files at once; plays share one machine and run alone. */
  concurrency: number;
  /** The whole group. */
  limitS: number;
  /** One test; two minutes when it is not said. */
  testLimitS?: number;
}

const long = process.argv.includes("--long");
const only = process.argv
  .find((argument) => argument.startsWith("--group="))
  ?.slice("--group=".length);

const groups: Group[] = [
  {
    name: "units",
    files: globSync("{src,bench,tools,test/support}/**/*.test.ts"),
    concurrency: 2,
    limitS: 180,
  },
  {
    name: "conformance",
    files: globSync("test/conformance/*.test.ts"),
    concurrency: 1,
    limitS: 120,
  },
  { name: "plays", files: globSync("test/e2e/*.test.ts"), concurrency: 1, limitS: 300 },
];
const lasting: Group = {
  name: "long",
  files: globSync("test/long/*.test.ts"),
  concurrency: 1,
  limitS: 3_600,
  testLimitS: 900,
};
const chosen = long ? [lasting] : groups.filter((group) => !only || group.name === only);

interface Totals {
  pass: number;
  fail: number;
  skipped: number;
}

const totals: Totals = { pass: 0, fail: 0, skipped: 0 };
let broken = false;

if (!only && !long)
  broken = (await run("node_modules/.bin/node", ["tools/check.ts"], 180)).status !== 0;
for (const group of chosen) await runGroup(group);

const strict = process.env["CI"] === "true";
if (strict && totals.skipped > 0)
  console.log(`A skipped test is a failure here: ${totals.skipped} skipped.`);
console.log(`${totals.pass} passed, ${totals.fail} failed, ${totals.skipped} skipped`);
process.exitCode = broken || totals.fail > 0 || (strict && totals.skipped > 0) ? 1 : 0;

async function runGroup(group: Group): Promise<void> {
  const start = systemClock.monotonic();
  if (group.files.length === 0) return fail(group, "has no file");
  const { status, output } = await run(
    process.execPath,
    [
      ...[
        "--test",
        `--test-timeout=${(group.testLimitS ?? 120) * 1_000}`,
        `--test-concurrency=${group.concurrency}`,
      ],
      ...["--test-reporter=spec", "--test-reporter-destination=stdout", ...group.files.sort()],
    ],
    group.limitS,
  );
  const count = (word: string): number =>
    Number(new RegExp(`^ℹ ${word} (\\d+)$`, "m").exec(output)?.[1] ?? 0);
  totals.pass += count("pass");
  totals.fail += count("fail") + count("cancelled");
  totals.skipped += count("skipped");
  const seconds = ((systemClock.monotonic() - start) / 1_000).toFixed(0);
  console.log(`${group.name}: ${count("pass")} passed, ${count("fail")} failed in ${seconds} s`);
  if (count("pass") + count("fail") === 0) return fail(group, "ran no test");
  if (status !== 0) return fail(group, `ended with status ${status}`);
}

function fail(group: Group, why: string): void {
  console.log(`FAIL ${group.name} ${why}`);
  broken = true;
}

/** Runs a program, its output shown and kept; ends the whole process group at the time limit. */
async function run(
  program: string,
  args: string[],
  limitS: number,
): Promise<{ status: number; output: string }> {
  const child = spawn(program, args, { stdio: ["ignore", "pipe", "inherit"], detached: true });
  let output = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    output += text;
    process.stdout.write(text);
  });
  const limit = systemClock.after(ms(limitS * 1_000), () => {
    console.log(`stopped after ${limitS} s: ${program} ${args[0] ?? ""}`);
    if (child.pid) process.kill(-child.pid, "SIGKILL");
  });
  const endWithUs = (): void => void (child.pid && process.kill(-child.pid, "SIGTERM"));
  process.once("SIGINT", endWithUs).once("SIGTERM", endWithUs);
  const status = await new Promise<number>((resolve) => {
    child.once("close", (code) => resolve(code ?? 1));
  });
  limit.cancel();
  process.off("SIGINT", endWithUs).off("SIGTERM", endWithUs);
  return { status, output };
}
