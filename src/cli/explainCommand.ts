// regista explain: where the director sends an address, and why, step by step.
import Table from "cli-table3";
import { Command } from "commander";
import { type Explanation, explanationSchema, parseMessage, pathClassTable } from "#protocol";
import { cliErrors } from "./errors.ts";
import { readRecord } from "./statusCommand.ts";

/** A director that has not answered by then is silent, ms. */
const PATIENCE_MS = 3_000;

interface Flags {
  readonly ip: string;
  readonly director?: string;
  readonly json?: boolean;
}

export function explainCommand(): Command {
  return new Command("explain")
    .description(
      "where the director sends an address, and why: each path, its load, what was refused",
    )
    .requiredOption("--ip <address>", "the viewer's address, IPv4 or IPv6")
    .option(
      "--director <url>",
      "the director (default: that of the match that runs in this folder)",
    )
    .option("--json", "the director's own answer")
    .action(async ({ ip, director, json }: Flags) => {
      const said = await askExplanation(director ?? readRecord().urls.director, ip);
      console.log(json ? JSON.stringify(said, null, 2) : explanationText(said));
    });
}

/** Asks a director. Throws `cli/director-silent` and `cli/director-refused`. */
export async function askExplanation(director: string, ip: string): Promise<Explanation> {
  const url = `${director.replace(/\/+$/, "")}/explain?ip=${encodeURIComponent(ip)}`;
  let answer: Response;
  let body: unknown;
  try {
    answer = await fetch(url, { signal: AbortSignal.timeout(PATIENCE_MS) });
    body = await answer.json();
  } catch (failure) {
    const why = failure instanceof Error ? failure.message : String(failure);
    throw cliErrors.make("director-silent", { url: director, why }, failure);
  }
  if (answer.ok) return parseMessage("explanation", explanationSchema, body);
  const { error = `it answered ${answer.status}`, cure = "Look into its log." } = body as {
    error?: string;
    cure?: string;
  };
  throw cliErrors.make("director-refused", { url: director, error, cure });
}

/** The answer for a terminal: the steps, the paths as a table, the choice. */
export function explanationText(said: Explanation): string {
  const steps = said.steps.map(({ step, says }) => `${step.padEnd(8)} ${says}`);
  const verdict = said.leastBad
    ? `→ ${said.chosen}: nothing fit has room, this harms least`
    : `→ ${said.chosen}`;
  const rest = said.more > 0 ? [`and ${said.more} paths more, none better`] : [];
  return [...steps, "", pathTable(said.paths), ...rest, verdict].join("\n");
}

function pathTable(paths: Explanation["paths"]): string {
  const table = new Table({
    head: ["", "edge", "class", "cost", "place", "state", "load", "fullest", "why not"],
    style: { head: [], border: [], compact: true },
    colAligns: ["left", "left", "left", "right", "left", "left", "right", "left", "left"],
  });
  for (const [index, path] of paths.entries())
    table.push([
      index === 0 ? "→" : "",
      path.edge,
      pathClassTable[path.class].label,
      path.cost.toFixed(1),
      path.place ?? "",
      path.standing,
      path.load === null ? "?" : `${Math.round(path.load * 100)} %`,
      path.tightest ?? "",
      path.refused ?? (index === 0 ? "" : "dearer, or next in line"),
    ]);
  return table.toString();
}
