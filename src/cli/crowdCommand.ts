// regista crowd: live viewers by the thousand, and what became of them.
import { writeFileSync } from "node:fs";
import { Command } from "commander";
import { createLogUpdate } from "log-update";
import { ms } from "#base";
import { systemClock } from "#base/clock";
import {
  arrivalModels,
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

const teaching = `
Arrivals (--arrival):
${Object.entries(arrivalModels)
  .map(([name, says]) => `  ${name.padEnd(10)} ${says}`)
  .join("\n")}

Examples:
  regista match                                      in one terminal, and in another:
  regista crowd                                      100 viewers of the running match, from its networks
  regista crowd --viewers 5000 --over 2s --html kickoff.html
                                                     a kick-off: all within two seconds; plots in a page
  regista crowd --protocol dash=0.7,hls=0.3 --arrival goal --at 20s --for 1m
  regista crowd --network name=Fastweb,share=3 --network name=TIM,share=1 --ask viewer
                                                     every viewer asks the director, from its own address
  regista crowd --links                              through the networks' declared links, with their delay and rate
  regista crowd --edge http://cache.example:80 --channel final --payload 0.1
                                                     anybody's edge; a tenth of each object's bytes
  regista crowd --json run.json --max-stalls 0 --max-join-p99 1500ms
                                                     for a pipeline: exit status 1 when a limit is broken

Exit status: 0 when all is well; 1 when content was wrong, viewers were lost or joined late, nobody joined, there were more
errors than --max-errors, or a limit given by --max-… is broken. Ctrl-C ends the run and gives the report so far.`;

export function crowdCommand(): Command {
  return withMeasuring(
    new Command("crowd")
      .description(
        "live viewers by the thousand on real sockets, with checks and a report by network",
      )
      .option("--viewers <n>", "how many", "100")
      .option(
        "--protocol <mix>",
        "dash, dash-parts, hls, or a mix such as dash=0.7,hls=0.3",
        "dash",
      )
      .option("--arrival <model>", Object.keys(arrivalModels).join(", "), "kickoff")
      .option("--over <time>", "how long the rush takes: 500ms, 2s, 5m", "2s")
      .option("--for <time>", "how long the whole run takes", "60s")
      .option("--at <time>", "when the goal, half-time or failure is (default: a third of the run)")
      .option(
        "--match <file>",
        "networks and edges of this match file (default: the running match)",
      )
      .option("--edge <url>", "an edge's base address, the best first; may be given again", gather)
      .option(
        "--network <what>",
        "name=…,asn=…,prefix=…,share=…,edge=URL+URL; a name of the match is enough; may be given again",
        gather,
      )
      .option("--links", "go through the networks' declared links instead of straight to the edges")
      .option("--ask <who>", "nobody, network or viewer asks the director where to go", "nobody")
      .option(
        "--director <url>",
        "the director (default: the running match's); implies --ask network",
      )
      .option("--channel <id>", "the channel (default: the match's)"),
  )
    .addHelpText("after", teaching)
    .action(async (given: unknown) => {
      await runCrowd(checkOptions("crowd", crowdFlagsSchema, given));
    });
}

/** What viewers ask for, and what becomes of the figures. */
function withMeasuring(command: Command): Command {
  return command
    .option("--target <time>", "latency behind capture (default: the director's, or 1.5s)")
    .option("--rendition <rung>", "lowest, abr, or a rung's name such as v360", "lowest")
    .option("--no-audio", "picture alone")
    .option("--no-cmcd", "no CMCD in requests")
    .option("--sample <share>", "share of the viewers whose content is compared by hash", "0.02")
    .option(
      "--payload <share>",
      "share of each object's bytes that is asked for; 1: true size",
      "1",
    )
    .option("--processes <n>", "at least so many processes (default: as descriptors need)")
    .option("--seed <n>", "another crowd; the same seed brings the same one", "1")
    .option("--json <file>", "write the whole report there")
    .option("--html <file>", "write a page with plots there, self-contained")
    .option("--max-errors <n>", "errors before the exit status is 1", "0")
    .option("--max-stalls <n>", "the same for stalls (default: any number)")
    .option("--max-join-p99 <time>", "the same for the 99th percentile of join times")
    .option("--max-latency-p95 <time>", "the same for the 95th percentile of latency")
    .option("--no-progress", "the report alone");
}

const gather = (value: string, before: string[] | undefined): string[] => [
  ...(before ?? []),
  value,
];

async function runCrowd(flags: CrowdFlags): Promise<void> {
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
      return { match, edgeUrls, directorUrl: urls.director };
    } catch {
      // Nothing runs in this folder: another one's match may still listen on the usual ports.
    }
  return { match, edgeUrls: new Map(), directorUrl: DIRECTOR_URL };
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
