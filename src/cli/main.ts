// The command line: regista match, regista <role>, regista status.
import { Command } from "commander";
import { sentenceOf } from "#base";
import { auditCommand } from "./auditCommand.ts";
import { crowdCommand } from "./crowdCommand.ts";
import { explainCommand } from "./explainCommand.ts";
import { matchCommand } from "./matchCommand.ts";
import { roleCommand } from "./roleCommand.ts";
import { roleNames } from "./roles.ts";
import { statusCommand } from "./statusCommand.ts";

const program = new Command("regista")
  .description(
    "Live video from the camera to the viewer through broadcaster, CDN, exchange and ISP.\n\n" +
      "  regista match            a whole match on this machine; start here\n" +
      "  regista status           how the running match is\n" +
      "  regista explain --ip …   where the director sends an address, and why\n" +
      "  regista crowd            viewers for it, by the thousand, and a report\n" +
      "  regista audit FOLDER     whether networks' contracts were kept, by directors' logs\n" +
      "  regista ROLE --help      one party alone, beside anybody's products",
  )
  .version("0.1.0")
  .showHelpAfterError("(regista --help lists the commands)");

program.addCommand(matchCommand());
program.addCommand(statusCommand());
program.addCommand(explainCommand());
program.addCommand(crowdCommand());
program.addCommand(auditCommand());
for (const name of roleNames) program.addCommand(roleCommand(name));

try {
  await program.parseAsync();
} catch (failure) {
  console.error(`regista: ${sentenceOf(failure)}`);
  process.exitCode = 1;
}
