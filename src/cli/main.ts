// The command line: regista match, regista <role>, regista status.
import { Command } from "commander";
import { readFileSync } from "node:fs";
import { parse } from "yaml";
import { sentenceOf } from "#base";
import { crowdCommand } from "./crowdCommand.ts";
import { addFlags, readFlags } from "./flags.ts";
import { matchCommand } from "./matchCommand.ts";
import { type RoleName, roleNames, roles } from "./roles.ts";
import { runRole } from "./runRole.ts";
import { runEdge } from "./supervisedEdge.ts";
import { statusCommand } from "./statusCommand.ts";

const program = new Command("regista")
  .description(
    "Live video from the camera to the viewer through broadcaster, CDN, exchange and ISP.\n\n" +
      "  regista match            a whole match on this machine; start here\n" +
      "  regista status           how the running match is\n" +
      "  regista crowd            viewers for it, by the thousand, and a report\n" +
      "  regista ROLE --help      one party alone, beside anybody's products",
  )
  .version("0.1.0")
  .showHelpAfterError("(regista --help lists the commands)");

program.addCommand(matchCommand());
program.addCommand(statusCommand());
program.addCommand(crowdCommand());
for (const name of roleNames) program.addCommand(roleCommand(name));

function roleCommand(name: RoleName): Command {
  const { purpose, schema } = roles[name];
  const command = new Command(name)
    .description(purpose)
    .option("--json <options>", "all options at once, as JSON; what regista match uses");
  command.option(
    "--options <file>",
    "all options from a JSON or YAML file; an edge reads it at each roll",
  );
  if (name === "edge") command.option("--no-supervisor", "one process, whose sockets end with it");
  addFlags(command, schema.shape);
  return command.action(async (given: Record<string, unknown>) => {
    const json = given["json"];
    const file = given["options"];
    const options =
      typeof json === "string"
        ? JSON.parse(json)
        : typeof file === "string"
          ? parse(readFileSync(file, "utf8"))
          : readFlags(given, schema.shape, name);
    if (name === "edge") await runEdge(options, { supervised: given["supervisor"] !== false });
    else await runRole(name, options);
  });
}

try {
  await program.parseAsync();
} catch (failure) {
  console.error(`regista: ${sentenceOf(failure)}`);
  process.exitCode = 1;
}
