// regista match [FILE]: starts the match, shows it, stops it.
import { availableParallelism } from "node:os";
import { Command } from "commander";
import { z } from "zod";
import { sentenceOf } from "#base";
import { systemClock } from "#base/clock";
import { matchSchema, profileNames } from "#protocol";
import { checkOptions } from "./flags.ts";
import { type RunningMatch, startMatch } from "./match.ts";
import { exampleMatchFile, readMatchFile } from "./matchFile.ts";
import { showProgress, showTable } from "./table.ts";

/** Where a match keeps its logs and its record, under the folder it was started in. */
export const MATCH_FOLDER = ".regista";

/** The default ladder takes most of one core, and a browser that decodes 720p50 without a GPU another. */
const DEFAULT_LADDER_CORES = 4;

const flagsSchema = z.object({
  input: z.string().optional(),
  profile: z.enum(profileNames).optional(),
  ports: z.enum(["fixed", "free"]),
  table: z.boolean(),
  restart: z.boolean(),
  schema: z.boolean().optional(),
});
type Flags = z.infer<typeof flagsSchema>;

export function matchCommand(): Command {
  return new Command("match")
    .description("runs a whole match on this machine, every party its own process")
    .argument("[file]", "a match file (YAML); without one, the example of Rome and Milan")
    .option(
      "--input <input>",
      "instead of the file's: test, file:PATH, srt://…, udp://… or rtmp://…",
    )
    .option(
      "--profile <name>",
      `instead of the file's: ${profileNames.join(" or ")} (the example: small below ${DEFAULT_LADDER_CORES} cores)`,
    )
    .option(
      "--ports <how>",
      "fixed: watch 8080, control room 8081, …; free: any that are free",
      "fixed",
    )
    .option("--no-table", "plain lines instead of the live table")
    .option("--no-restart", "leave a role dead when it dies")
    .option("--schema", "print the match file's JSON Schema and stop")
    .addHelpText("after", "\nCtrl-C stops every process. Logs: .regista/*.log")
    .action(async (file: string | undefined, given: unknown) => {
      const flags = checkOptions("match", flagsSchema, given);
      if (flags.schema)
        console.log(JSON.stringify(z.toJSONSchema(matchSchema, { io: "input" }), null, 2));
      else await runMatch(file, flags);
    });
}

async function runMatch(file: string | undefined, flags: Flags): Promise<void> {
  const match = readMatchFile(file ?? exampleMatchFile);
  if (flags.input !== undefined) match.channel.input = flags.input;
  if (flags.profile !== undefined) match.channel.profile = flags.profile;
  else if (file === undefined && availableParallelism() < DEFAULT_LADDER_CORES) {
    match.channel.profile = "small";
    console.log(
      `${availableParallelism()} cores: the small ladder, 360p25, so that a browser has room beside it; --profile default gives 720p50`,
    );
  }
  const stop = stopSignal();
  const progress = showProgress(flags.table);
  const options = { match, ports: flags.ports, folder: MATCH_FOLDER, restart: flags.restart };
  let running: RunningMatch;
  try {
    running = await startMatch({ ...options, changed: progress.changed }, { clock: systemClock });
  } finally {
    progress.done();
  }
  const table = showTable(running, { live: flags.table, clock: systemClock });
  await stop;
  await table.close();
  console.log("stopping …");
  await running
    .close()
    .catch((failure: unknown) => console.error(`regista: ${sentenceOf(failure)}`));
  console.log("stopped; nothing is left running");
}

/** Resolves at the first SIGINT or SIGTERM; later ones are ignored while the match stops in order. */
function stopSignal(): Promise<void> {
  return new Promise((resolve) => {
    for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const)
      process.on(signal, () => resolve());
  });
}
