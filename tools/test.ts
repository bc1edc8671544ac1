// `npm test`: check, unit tests, conformance, plays; with --long the plays that last, and nothing else. Each group in its own process with an outer time limit; a group
// that ran no test, or skipped one under CI, has failed.
import { spawn } from "node:child_process";
import { globSync } from "node:fs";
import { ms } from "#base";
import { systemClock } from "#base/clock";
import { COMPILE_CACHE } from "#base/compileCache";

interface Group {
  name: string;
  files: string[];
  /** Test files at once. */
  concurrency: number;
  /** The whole group. */
  limitS: number;
  /** One test; two minutes when it is not said. */
  testLimitS?: number;
  /** Files share a process: these are pure or clean up after themselves, and a process each costs more than their tests. */
  together?: boolean;
}

const long = process.argv.includes("--long");
const only = process.argv
  .find((argument) => argument.startsWith("--group="))
  ?.slice("--group=".length);

const pure = globSync([
  "src/{base,cli,http,media,network,protocol}/**/*.test.ts",
  "src/telemetry/*.test.ts",
  "src/{controlroom,director,viewer}/*/**/*.test.ts",
  "src/crowd/{measure,plan}/*.test.ts",
]);
const plays = globSync("test/e2e/*.test.ts");
const inRealTime = globSync([
  "src/crowd/viewer/{socketViewer,steering,trouble}.test.ts",
  "test/e2e/{chain,failures,lab}.test.ts",
]);
const groups: Group[] = [
  { name: "pure units", files: pure, concurrency: 2, limitS: 240, together: true },
  {
    name: "units",
    files: globSync("{src,bench,tools,test/support}/**/*.test.ts").filter(
      (file) => !pure.includes(file) && !inRealTime.includes(file),
    ),
    // These wait for clocks and sockets more than they reckon.
    concurrency: 3,
    limitS: 300,
  },
  {
    name: "conformance",
    files: globSync("test/conformance/*.test.ts"),
    concurrency: 1,
    limitS: 180,
  },
  {
    name: "plays",
    files: plays.filter((file) => !inRealTime.includes(file)),
    concurrency: 2,
    limitS: 300,
  },
  // What viewers see is judged by the clock: each has the machine to itself.
  { name: "in real time", files: inRealTime, concurrency: 1, limitS: 300 },
];
const lasting: Group = {
  name: "long",
  files: globSync("test/{long,lab}/*.test.ts"),
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
  const first = await runFiles(group, group.files.toSorted());
  const again = first.failing.length > 0 ? await secondTry(group, first.failing) : null;
  // What failed and then passed has passed; it is told, so that nobody thinks it was quiet.
  const failed = again ? again.fail : first.fail;
  const passed = first.pass + first.fail - failed;
  totals.pass += passed;
  totals.fail += failed;
  totals.skipped += first.skipped;
  const seconds = ((systemClock.monotonic() - start) / 1_000).toFixed(0);
  const told = again ? ` (${first.fail} failed at the first try)` : "";
  console.log(`${group.name}: ${passed} passed, ${failed} failed in ${seconds} s${told}`);
  if (first.pass + first.fail === 0) return fail(group, "ran no test");
  const { status } = again ?? first;
  if (status !== 0) return fail(group, `ended with status ${status}`);
}

/** Plays run in real time on machines that others share: files that failed get one more try, alone. */
function secondTry(group: Group, files: string[]): Promise<Run> {
  console.log(`${group.name}: failed, and tried once more, alone: ${files.join(", ")}`);
  return runFiles({ ...group, concurrency: 1, together: false }, files);
}

interface Run extends Totals {
  status: number;
  /** The files in which a test failed. */
  failing: string[];
}

async function runFiles(group: Group, files: string[]): Promise<Run> {
  if (!group.together) return runProcess(group, files);
  const hands = Array.from({ length: group.concurrency }, (_, hand) =>
    files.filter((_file, index) => index % group.concurrency === hand),
  );
  const runs = await Promise.all(hands.map((hand) => runProcess(group, hand)));
  const sum = (of: (run: Run) => number): number => runs.reduce((all, run) => all + of(run), 0);
  return {
    status: Math.max(...runs.map(({ status }) => status)),
    pass: sum(({ pass }) => pass),
    fail: sum((run) => run.fail),
    skipped: sum(({ skipped }) => skipped),
    failing: runs.flatMap(({ failing }) => failing),
  };
}

async function runProcess(group: Group, files: string[]): Promise<Run> {
  const { status, output } = await run(
    process.execPath,
    [
      "--test",
      `--test-timeout=${(group.testLimitS ?? 120) * 1_000}`,
      group.together ? "--test-isolation=none" : `--test-concurrency=${group.concurrency}`,
      "--test-reporter=spec",
      "--test-reporter-destination=stdout",
      ...files,
    ],
    group.limitS,
  );
  const count = (word: string): number =>
    Number(new RegExp(`^ℹ ${word} (\\d+)$`, "m").exec(output)?.[1] ?? 0);
  const places = output.matchAll(/^test at (.+?):\d+:\d+$/gm);
  return {
    status,
    pass: count("pass"),
    fail: count("fail") + count("cancelled"),
    skipped: count("skipped"),
    failing: [...new Set([...places].map(([, file]) => file as string))],
  };
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
  const child = spawn(program, args, {
    stdio: ["ignore", "pipe", "inherit"],
    detached: true,
    env: { ...process.env, NODE_COMPILE_CACHE: COMPILE_CACHE },
  });
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
