// A crowd run from the command line: where it goes, its progress, its report and its exit status.
import { writeFileSync } from "node:fs";
import { createLogUpdate } from "log-update";
import { ms } from "#base";
import { systemClock } from "#base/clock";
import {
  type Crowd,
  type CrowdReport,
  failures,
  pageOf,
  PICTURE_WIDTH,
  plannedJoins,
  progressLine,
  progressLines,
  startCrowd,
  textOf,
} from "#crowd";
import { mpdPath } from "#protocol";
import {
  type CrowdFlags,
  crowdFlagsSchema,
  limitsOf,
  settingsOf,
  type Venue,
} from "./crowdFlags.ts";
import { cliErrors } from "./errors.ts";
import { checkOptions } from "./flags.ts";
import { exampleMatchFile, readMatchFile } from "./matchFile.ts";
import { readRecord } from "./statusCommand.ts";

const REFRESH_MS = ms(500);
/** Without a terminal a line is printed this often. */
const PLAIN_REFRESH_MS = ms(10_000);
/** An edge must answer for its manifest within this time, ms. */
const LOOK_LIMIT_MS = 3_000;
/** Where the example's director listens. */
const DIRECTOR_URL = "http://127.0.0.1:8082";

/** Runs what the flags ask for; exit status 1 when the run does not pass. */
export async function runCrowd(given: unknown): Promise<void> {
  const flags = checkOptions("crowd", crowdFlagsSchema, given);
  const limits = limitsOf(flags);
  const settings = settingsOf(flags, venueOf(flags));
  await look(settings.channel, [...new Set(settings.networks.flatMap(({ edges }) => edges))]);
  const crowd = await startCrowd(settings, { clock: systemClock });
  const stop = (): void => void crowd.stop();
  const signals = ["SIGINT", "SIGTERM", "SIGHUP"] as const;
  for (const signal of signals) process.on(signal, stop);
  const done = flags.progress ? show(crowd) : () => undefined;
  const report = await crowd.ended;
  done();
  for (const signal of signals) process.off(signal, stop);
  console.log(textOf(report));
  keep(report, flags);
  const broken = failures(report, limits);
  if (broken.length === 0) return;
  console.log(`Not passed: ${broken.join("; ")}.`);
  process.exitCode = 1;
}

function keep(report: CrowdReport, { json, html }: CrowdFlags): void {
  if (json !== undefined) writeFileSync(json, `${JSON.stringify(report)}\n`);
  if (html !== undefined) writeFileSync(html, pageOf(report));
  const files = [json, html].filter((file) => file !== undefined);
  if (files.length > 0) console.log(`Written: ${files.join(", ")}`);
}

/** The match that runs in this folder, or the file's, or the example on its usual ports. */
function venueOf({ match: file }: CrowdFlags): Venue {
  const match = readMatchFile(file ?? exampleMatchFile);
  if (file === undefined)
    try {
      const { urls } = readRecord();
      const edgeUrls = new Map(urls.edges.map(({ id, url }) => [id, url]));
      return { match, edgeUrls, directorUrls: urls.directors };
    } catch {
      // Nothing runs in this folder: another one's match may still listen on the usual ports.
    }
  return { match, edgeUrls: new Map(), directorUrls: [DIRECTOR_URL] };
}

/** One edge at least must have the channel; thousands of refused connections would say it less clearly. */
async function look(channel: string, edges: readonly string[]): Promise<void> {
  let why = "";
  for (const edge of edges) {
    const url = `${edge.replace(/\/+$/, "")}${mpdPath(channel)}`;
    try {
      const { status } = await fetch(url, { signal: AbortSignal.timeout(LOOK_LIMIT_MS) });
      if (status === 200) return;
      why ||= `${url} answers ${status}`;
    } catch {
      why ||= `${url} does not answer`;
    }
  }
  if (edges.length > 0) throw cliErrors.make("nothing-to-watch", { why });
}

/** Keeps the terminal showing how the run is; returns what ends it. */
function show(crowd: Crowd): () => void {
  const { viewers, durationMs } = crowd.settings;
  const planned = plannedJoins(crowd.settings, PICTURE_WIDTH);
  const options = () => ({ now: crowd.now, viewers, durationMs, planned });
  if (!process.stdout.isTTY) {
    const timer = systemClock.every(PLAIN_REFRESH_MS, () => console.log(progressLine(options())));
    return () => timer.cancel();
  }
  const rewrite = createLogUpdate(process.stdout);
  const timer = systemClock.every(REFRESH_MS, () => rewrite(progressLines(options())));
  return () => {
    timer.cancel();
    rewrite.clear();
  };
}
