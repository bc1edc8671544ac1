// `npm run soak -- --minutes 120`: a match with our three players for hours, a line a minute, a verdict at the end.
import { writeFileSync } from "node:fs";
import { Command } from "commander";
import { ms } from "#base";
import { measureAlone } from "../bench/alone.ts";
import { soak } from "../bench/sync/soak/soak.ts";

const LINE_EVERY_MS = ms(60_000);

const { minutes, json } = new Command("soak")
  .description("Watches a match for a long time; fails on growth, drift or a lost viewer.")
  .option("--minutes <n>", "how long, in real time", "120")
  .option("--json <file>", "write every reading there as JSON")
  .parse()
  .opts<{ minutes: string; json?: string }>();

await measureAlone();
const stopped = new AbortController();
// The first Ctrl-C asks for the report so far; the second one is the system's.
process.once("SIGINT", () => stopped.abort()).once("SIGTERM", () => stopped.abort());

const { readings, reasons } = await soak({
  minutes: Number(minutes),
  periodMs: LINE_EVERY_MS,
  signal: stopped.signal,
  say: (line) => console.log(line),
});
if (json) writeFileSync(json, `${JSON.stringify({ readings, reasons }, null, 2)}\n`);
const watched = (readings.at(-1)?.at ?? 0) / 60_000;
const ending = stopped.signal.aborted ? "stopped" : "ended";
console.log(
  reasons.length === 0
    ? `${ending} after ${watched.toFixed(1)} minutes: no growth, no drift, no viewer lost.`
    : `${ending} after ${watched.toFixed(1)} minutes:\n${reasons.join("\n")}`,
);
process.exitCode = reasons.length === 0 ? 0 : 1;
