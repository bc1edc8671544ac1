// regista audit: whether the logs of directors prove that every contract was kept.
import Table from "cli-table3";
import { Command } from "commander";
import { isoTime, utcMs } from "#base";
import type { AuditReport, AuditRow } from "#director";
import { cliErrors } from "./errors.ts";

const teaching = `
A contract is what a network advertises at GET /cdni: whom its own caches serve, and how much it wants delivered. From 5 s
after it was told no viewer may be sent against a footprint; from --drain later, the mean of what the network measured over
--window seconds has to be within every hard limit.

Examples:
  regista director --decisionLog folder=/var/log/regista …   a folder a director
  regista audit /var/log/regista                             kept, or where not
  regista audit logs/milano logs/roma --asn 12874 --json     several directors, one network, for a program

Exit status: 0 kept; 1 broken; 2 it cannot be said, and what is missing.`;

/** How many breaches of a clause are printed; --json has more. */
const SHOWN_BREACHES = 5;
const statusOf = { kept: 0, broken: 1, "cannot say": 2 } as const;

export function auditCommand(): Command {
  return new Command("audit")
    .description(
      "proves from directors' decision logs that contracts were kept, or shows where not",
    )
    .argument("<folders...>", "decision logs, one folder a director")
    .option("--json", "everything, as JSON")
    .option("--asn <number>", "one network alone")
    .option("--drain <s>", "how long viewers may take to leave, beyond the 5 s (default: 10)")
    .option("--window <s>", "over how long the mean of measurements is taken (default: 5)")
    .addHelpText("after", teaching)
    .action(async (folders: string[], given: Readonly<Record<string, string | true>>) => {
      const options = {
        folders,
        asn: numberOf("asn", given["asn"], 1) ?? null,
        drainS: numberOf("drain", given["drain"], 0),
        windowS: numberOf("window", given["window"], 1),
      };
      // Loaded when it is wanted: every role starts through the same program.
      const { auditLogs } = await import("#director");
      const report = await auditLogs(options);
      console.log(given["json"] ? JSON.stringify(report, null, 2) : auditPage(report));
      process.exitCode = statusOf[report.verdict];
    });
}

function numberOf(
  option: string,
  text: string | true | undefined,
  least: number,
): number | undefined {
  if (text === undefined) return undefined;
  const value = Number(text);
  if (typeof text !== "string" || text.trim() === "" || !(value >= least))
    throw cliErrors.make("bad-option", {
      option,
      problem: `${String(text)} is not a number of at least ${least}`,
      role: "audit",
    });
  return value;
}

/** The report for people: the verdict first. */
export function auditPage(report: AuditReport): string {
  const { rows, missing, notes, totals, from, to } = report;
  const strange = totals.torn + totals.strange;
  const span = from === null || to === null ? "" : `, ${clock(from)} to ${clock(to)}`;
  const read =
    `read: ${totals.records} records of ${totals.directors} directors${span}; ` +
    `${totals.decisions} decisions, ${totals.measures} measurements, ${totals.contracts} contracts` +
    (strange > 0 ? `; ${totals.torn} torn and ${totals.strange} strange lines` : "");
  return [
    headline(report),
    ...(rows.length > 0 ? [tableOf(rows)] : []),
    ...rows.flatMap(breachLines),
    ...(report.verdict === "broken" ? missing.map((each) => `cannot say: ${each}`) : []),
    ...notes,
    read,
  ].join("\n");
}

function headline({ verdict, places, missing, rows }: AuditReport): string {
  if (verdict === "broken") {
    const beside =
      missing.length > 0 ? `; beside that ${missing.length} things cannot be said` : "";
    return `broken in ${places} ${places === 1 ? "place" : "places"}${beside}`;
  }
  if (verdict === "cannot say") return `cannot say: ${missing.join("; ")}`;
  const networks = new Set(rows.map(({ asn }) => asn)).size;
  return `kept: ${rows.length} clauses of ${networks} ${networks === 1 ? "network" : "networks"}`;
}

function tableOf(rows: readonly AuditRow[]): string {
  const table = new Table({
    head: [
      "network",
      "clause",
      "at most, Mb/s",
      "in force, s",
      "measured, s",
      "decisions",
      "broken",
      "for, s",
      "worst, Mb/s",
    ],
    style: { head: [], border: [], compact: true },
    colAligns: ["left", "left", "right", "right", "right", "right", "right", "right", "right"],
  });
  const shown = (value: number | null, digits = 0): string => value?.toFixed(digits) ?? "";
  for (const row of rows)
    table.push([
      `AS${row.asn}`,
      row.clause,
      shown(row.limitMbps, 1),
      shown(row.inForceS),
      shown(row.measuredS),
      shown(row.decisions),
      String(row.broken),
      shown(row.brokenS),
      shown(row.worstMbps, 1),
    ]);
  return table.toString();
}

/** What happened where a clause was broken: the first ones, each with its first decisions. */
function breachLines({ asn, clause, breaches, against, broken }: AuditRow): string[] {
  const lines = [
    ...breaches
      .slice(0, SHOWN_BREACHES)
      .flatMap(({ from, to, limitMbps, worstMbps, decisions, witnesses }) => [
        `${clause}: from ${clock(from)} for ${Math.round(to - from)} s above ${limitMbps.toFixed(1)} Mb/s, at worst ${worstMbps.toFixed(1)}; ${decisions} viewers were sent there meanwhile`,
        ...witnesses.map((each) => `  ${decisions > 0 ? "" : "before: "}${witnessed(each)}`),
      ]),
    ...against
      .slice(0, SHOWN_BREACHES)
      .map((each) => `AS${asn} ${clause}: ${witnessed(each)}, whom it does not serve`),
  ];
  const more = broken - Math.min(SHOWN_BREACHES, breaches.length + against.length);
  return more > 0 ? [...lines, `${clause} of AS${asn}: ${more} more`] : lines;
}

const witnessed = ({
  at,
  session,
  prefix,
  edge,
  from,
  leastBad,
}: AuditRow["against"][number]): string =>
  `${clock(at)} ${session} of ${prefix ?? "an unknown prefix"} → ${edge}` +
  (from === null ? "" : ` from ${from}`) +
  (leastBad ? ", the least bad" : "");

const clock = (seconds: number): string => isoTime(utcMs(seconds * 1_000)).slice(0, 19) + "Z";
