// What several directors' logs prove together: each contract kept, broken, or not to be told.
import { isoTime, utcMs } from "#base";
import type { DirectorJudge, NetworkJudge } from "./judge.ts";
import type { Breach, Witness } from "./limitJudge.ts";
import { BREACHES_LIMIT, GAP_S, SHOWN_DECISIONS } from "./limits.ts";
import type { ReadCounts } from "./readLog.ts";
import { joined, lengthOf, type Span, without } from "./spans.ts";

/** One folder, judged. */
export interface Judged {
  readonly folder: string;
  readonly judge: DirectorJudge;
  readonly counts: ReadCounts;
  /** Why it could not be read to its end; null: it was. */
  readonly problem: string | null;
}

/** One clause of one network's contract. */
export interface AuditRow {
  readonly asn: number;
  /** `footprints`, or the id of a limit. */
  readonly clause: string;
  /** The least that was allowed, Mb/s; null for footprints. */
  readonly limitMbps: number | null;
  /** For how long it had to be obeyed, and how much of that was measured, s; null for footprints. */
  readonly inForceS: number | null;
  readonly measuredS: number | null;
  /** Decisions judged by footprints; null for limits. */
  readonly decisions: number | null;
  /** Places where it was broken: stretches of time above a limit, decisions against a footprint. */
  readonly broken: number;
  /** How long it was above, s; null for footprints. */
  readonly brokenS: number | null;
  /** The worst mean above the limit, Mb/s; null: none. */
  readonly worstMbps: number | null;
  readonly breaches: readonly Breach[];
  readonly against: readonly Witness[];
}

export interface AuditReport {
  readonly verdict: "kept" | "broken" | "cannot say";
  /** Places where a contract was broken, all clauses together. */
  readonly places: number;
  readonly rows: readonly AuditRow[];
  /** Why it cannot be said, sentence by sentence. */
  readonly missing: readonly string[];
  /** What is worth knowing and changes nothing. */
  readonly notes: readonly string[];
  /** UTC in seconds; null: the logs are empty. */
  readonly from: number | null;
  readonly to: number | null;
  readonly totals: Readonly<
    Record<
      "directors" | "records" | "decisions" | "contracts" | "measures" | "torn" | "strange",
      number
    >
  >;
}

/** The verdict on all that was read. */
export function verdictOf(judged: readonly Judged[]): AuditReport {
  const asns = [...new Set(judged.flatMap(({ judge }) => [...judge.networks.keys()]))];
  const missing = judged.flatMap(missingOf);
  const rows = asns.sort((a, b) => a - b).flatMap((asn) => rowsOf(asn, judged, missing));
  if (rows.length === 0) missing.push("no network told a footprint or a limit in these logs");
  const places = rows.reduce((sum, { broken }) => sum + broken, 0);
  const sum = (read: (one: Judged) => number): number =>
    judged.reduce((total, one) => total + read(one), 0);
  const from = Math.min(...judged.map(({ judge }) => judge.first));
  const to = Math.max(...judged.map(({ judge }) => judge.last));
  return {
    verdict: verdictWord(places, missing),
    places,
    rows,
    missing,
    notes: judged.flatMap(notesOf),
    from: Number.isFinite(from) ? from : null,
    to: Number.isFinite(to) ? to : null,
    totals: {
      directors: judged.length,
      records: sum(({ counts }) => counts.records),
      decisions: sum(({ judge }) => judge.counts.decisions),
      contracts: sum(({ judge }) => judge.counts.contracts),
      measures: sum(({ judge }) => judge.counts.measures),
      torn: sum(({ counts }) => counts.torn),
      strange: sum(({ counts }) => counts.strange),
    },
  };
}

function verdictWord(places: number, missing: readonly string[]): AuditReport["verdict"] {
  if (places > 0) return "broken";
  return missing.length > 0 ? "cannot say" : "kept";
}

function missingOf({ folder, judge, counts, problem }: Judged): string[] {
  const { lost, disorder, overlooked } = judge;
  const sentences: [boolean, string][] = [
    [problem !== null, `it was not read to its end: ${problem}`],
    [problem === null && counts.records === 0, "it holds no record"],
    [lost.decision > 0, `${lost.decision} decisions were lost`],
    [lost.contract > 0, `${lost.contract} contracts were lost`],
    [counts.strange > 0, `${counts.strange} lines are no records`],
    [disorder > 0, `the clock was set back ${disorder} times`],
    [overlooked > 0, `there are too many networks: ${overlooked} contracts were not judged`],
  ];
  return sentences.flatMap(([is, says]) => (is ? [`${folder}: ${says}`] : []));
}

function notesOf({ folder, judge, counts }: Judged): string[] {
  const { starts } = judge.counts;
  const sentences: [boolean, string][] = [
    [counts.torn > 0, `${counts.torn} last lines are torn: a process died while it wrote`],
    [starts > 1, `the director was started ${starts} times`],
    [judge.lost.measure > 0, `${judge.lost.measure} measurements were lost`],
  ];
  return sentences.flatMap(([is, says]) => (is ? [`${folder}: ${says}`] : []));
}

function rowsOf(asn: number, judged: readonly Judged[], missing: string[]): AuditRow[] {
  const networks = judged.flatMap(({ judge }) => judge.networks.get(asn) ?? []);
  const footprints = networks.map((network) => network.footprints).filter(({ ever }) => ever);
  const rows: AuditRow[] = [];
  if (footprints.length > 0) {
    const total = (read: (one: (typeof footprints)[number]) => number): number =>
      footprints.reduce((sum, one) => sum + read(one), 0);
    const unclear = total((one) => one.unclear);
    if (unclear > 0)
      missing.push(
        `AS${asn}'s footprints: of ${unclear} decisions only part of the viewer's neighbourhood is served`,
      );
    rows.push({
      asn,
      clause: "footprints",
      limitMbps: null,
      inForceS: null,
      measuredS: null,
      decisions: total((one) => one.judged),
      broken: total((one) => one.breaches.length + one.moreBreaches),
      brokenS: null,
      worstMbps: null,
      breaches: [],
      against: footprints
        .flatMap(({ breaches }) => breaches)
        .sort((a, b) => a.at - b.at)
        .slice(0, BREACHES_LIMIT),
    });
  }
  const ids = [...new Set(networks.flatMap(({ limits }) => [...limits.keys()]))].sort();
  return [...rows, ...ids.map((id) => limitRow({ asn, id }, networks, missing))];
}

function limitRow(
  { asn, id }: { asn: number; id: string },
  networks: readonly NetworkJudge[],
  missing: string[],
): AuditRow {
  const judges = networks.flatMap(({ limits }) => limits.get(id)?.judge ?? []);
  const inForce = joined(judges.flatMap((judge) => judge.inForce.list));
  const measured = judges.flatMap((judge) => judge.measured.list);
  // What any director measured is measured for all: it is the network's own word.
  const unmeasured = without(inForce, measured, GAP_S);
  if (unmeasured.length > 0) missing.push(`no measurement for ${id} ${listed(unmeasured)}`);
  if (judges.some((judge) => judge.measured.overfull || judge.inForce.overfull))
    missing.push(`${id} changed or fell silent too often to be followed`);
  const breaches = joinedBreaches(judges.flatMap((judge) => judge.breaches));
  const more = judges.reduce((sum, judge) => sum + judge.moreBreaches, 0);
  const least = Math.min(...judges.map(({ leastMbps }) => leastMbps));
  return {
    asn,
    clause: id,
    limitMbps: Number.isFinite(least) ? least : null,
    inForceS: lengthOf(inForce),
    measuredS: lengthOf(inForce) - lengthOf(without(inForce, measured, 0)),
    decisions: null,
    broken: breaches.length + more,
    brokenS: lengthOf(breaches),
    worstMbps: breaches.length > 0 ? Math.max(...breaches.map((one) => one.worstMbps)) : null,
    breaches,
    against: [],
  };
}

/** The same stretch, seen by several directors, is one place; their decisions add up. */
function joinedBreaches(breaches: readonly Breach[]): Breach[] {
  const all: Breach[] = [];
  for (const breach of breaches.toSorted((a, b) => a.from - b.from)) {
    const last = all.at(-1);
    if (!last || breach.from > last.to) {
      all.push({ ...breach, witnesses: [...breach.witnesses] });
      continue;
    }
    last.to = Math.max(last.to, breach.to);
    if (breach.worstMbps - breach.limitMbps > last.worstMbps - last.limitMbps) {
      last.worstMbps = breach.worstMbps;
      last.limitMbps = breach.limitMbps;
    }
    last.decisions += breach.decisions;
    last.witnesses = [...last.witnesses, ...breach.witnesses]
      .sort((a, b) => a.at - b.at)
      .slice(0, SHOWN_DECISIONS);
  }
  return all;
}

const SHOWN_SPANS = 3;
const listed = (spans: readonly Span[]): string => {
  const texts = spans
    .slice(0, SHOWN_SPANS)
    .map(({ from, to }) => `from ${clockOf(from)} for ${Math.round(to - from)} s`);
  const more = spans.length - texts.length;
  return more > 0 ? `${texts.join(", ")} and ${more} times more` : texts.join(", ");
};

/** UTC as people read it, to the second. */
const clockOf = (seconds: number): string => isoTime(utcMs(seconds * 1_000)).slice(0, 19) + "Z";
