// regista status: how the match that runs here is, once.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Command } from "commander";
import { z } from "zod";
import { directorStateSchema, summarySchema } from "#protocol";
import { ask } from "./ask.ts";
import { cliErrors } from "./errors.ts";
import { MATCH_RECORD } from "./match.ts";
import { MATCH_FOLDER } from "./matchCommand.ts";
import { edgeLines, headline, processTable } from "./table.ts";

const recordSchema = z.object({
  pid: z.number(),
  urls: z.object({
    watch: z.string(),
    controlRoom: z.string(),
    director: z.string(),
    directors: z.array(z.string()).min(1),
    origin: z.string(),
    telemetry: z.string(),
    broadcaster: z.string(),
    exchanges: z.array(z.string()),
    networks: z.array(z.string()),
    edges: z.array(z.object({ id: z.string(), url: z.string() })),
  }),
});

const anyStatus = z.record(z.string(), z.unknown());

export function statusCommand(): Command {
  return new Command("status")
    .description("how the match that runs in this folder is; exit status 1 when a party is silent")
    .option("--json", "everything that the parties say of themselves, as JSON")
    .action(async ({ json }: { json?: boolean }) => {
      const { urls } = readRecord();
      const parties = [
        ["broadcaster", urls.broadcaster],
        ["origin", urls.origin],
        ...urls.exchanges.map((url) => ["exchange", url]),
        ...urls.edges.map(({ id, url }) => [`edge ${id}`, url]),
        ...urls.networks.map((url) => ["network", url]),
        ...urls.directors.map((url, index) => [
          index === 0 ? "director" : `director ${index + 1}`,
          url,
        ]),
        ["telemetry", urls.telemetry],
        ["control room", urls.controlRoom],
        ["watch", urls.watch],
      ] as [string, string][];
      const said = await Promise.all(
        parties.map(async ([id, url]) => ({
          id,
          url,
          status: await ask(`${url}/status`, "status", anyStatus),
        })),
      );
      if (said.some(({ status }) => status === null)) process.exitCode = 1;
      if (json) {
        console.log(JSON.stringify(said, null, 2));
        return;
      }
      console.log(headline(await ask(`${urls.telemetry}/summary`, "summary", summarySchema)));
      const rows = said.map(({ id, url, status }) => ({
        id,
        url,
        state: status ? "answers" : "silent",
        cores: null,
        residentBytes: null,
      }));
      console.log(processTable(rows));
      console.log(
        edgeLines(await ask(`${urls.director}/state`, "director state", directorStateSchema)),
      );
    });
}

/** Where the match that runs in this folder is found. Throws cli/nothing-runs. */
export function readRecord(): z.infer<typeof recordSchema> {
  try {
    return recordSchema.parse(JSON.parse(readFileSync(join(MATCH_FOLDER, MATCH_RECORD), "utf8")));
  } catch (failure) {
    throw cliErrors.make("nothing-runs", {}, failure);
  }
}
