// regista crowd: live viewers by the thousand, and what became of them.
import { Command } from "commander";
import { arrivalModels } from "#crowd/arrivals";

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
        "the director (default: the running match's); implies --ask network; may be given again: the next is asked when one is silent",
        gather,
      )
      .option(
        "--no-steering",
        "with --ask viewer: stay at the edge of the first answer (default: ask again every TTL, and follow)",
      )
      .option("--channel <id>", "the channel (default: the match's)"),
  )
    .addHelpText("after", teaching)
    .action(async (given: unknown) => {
      // Loaded when it is wanted: every role starts through the same program.
      const { runCrowd } = await import("./crowdRun.ts");
      await runCrowd(given);
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
