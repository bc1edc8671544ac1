// One role as a command: its flags, all options at once as JSON, or a file of them.
import { readFileSync } from "node:fs";
import { Command } from "commander";
import { parse } from "yaml";
import { sentenceOf } from "#base";
import { cliErrors } from "./errors.ts";
import { addFlags, readFlags } from "./flags.ts";
import { type RoleName, roles } from "./roles.ts";
import { runRole } from "./runRole.ts";
import { runEdge } from "./supervisedEdge.ts";

export function roleCommand(name: RoleName): Command {
  const { purpose, schema } = roles[name];
  const command = new Command(name)
    .description(purpose)
    .option("--json <options>", "all options at once, as JSON; what regista match uses")
    .option(
      "--options <file>",
      "all options from a JSON or YAML file; an edge reads it at each roll",
    );
  if (name === "edge") command.option("--no-supervisor", "one process, whose sockets end with it");
  addFlags(command, schema.shape);
  return command.action(async (given: Record<string, unknown>) => {
    const options = optionsOf(given) ?? readFlags(given, schema.shape, name);
    if (name === "edge") await runEdge(options, { supervised: given["supervisor"] !== false });
    else await runRole(name, options);
  });
}

/** All options at once, when they were given so. */
function optionsOf({ json, options: file }: Record<string, unknown>): unknown {
  if (typeof json === "string") return JSON.parse(json);
  if (typeof file !== "string") return null;
  try {
    return parse(readFileSync(file, "utf8"));
  } catch (failure) {
    throw cliErrors.make("options-unreadable", { file, why: sentenceOf(failure) }, failure);
  }
}
