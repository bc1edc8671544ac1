// The verdict: each rule a row, each finding with its evidence. Rules say what was measured, never what it might mean.
import { glassToGlassBudget, SPREAD_BUDGET_MS, toleranceOf } from "../budgets.ts";
import { LATE_FEW_SHARE, REPLACED_IS_NEWS_MS, STALL_IS_NEWS_MS } from "../limits.ts";
import type { Block, CohortRow, Finding, Headline, HopView, NodeRow, State } from "../picture.ts";
import { lateSentence } from "./cohorts.ts";
import { type View, type Viewer } from "./view.ts";
import { behind, counted, lasting, listed, millis } from "./words.ts";

/** What the rules look at. */
export interface Evidence {
  readonly view: View;
  readonly blocks: readonly Block[];
  readonly cohorts: readonly CohortRow[];
  readonly hops: readonly HopView[];
  readonly headline: Headline;
  /** When an encoder was replaced, and when a viewer stalled last; UTC ms, null: not since the start. */
  readonly replacedAt: number | null;
  readonly stalledAt: number | null;
}

/** A finding before it is known since when it holds; `subject` tells two findings of one rule apart. */
interface Found {
  readonly subject: string;
  readonly text: (lasts: string) => string;
  readonly about?: string;
  readonly since?: number;
  readonly evidence: Readonly<Record<string, unknown>>;
}

interface Rule {
  readonly code: string;
  readonly level: Finding["level"];
  readonly find: (of: Evidence) => Found[];
}

const rowsOf = (blocks: readonly Block[], kind: (row: NodeRow) => boolean): NodeRow[] =>
  blocks.flatMap(({ rows }) => rows.filter(kind));

const silentRow =
  (id: string, text: (lasts: string) => string) =>
  (of: Evidence): Found[] =>
    rowsOf(of.blocks, (row) => row.id === id && row.state === "silent").map((row) => ({
      subject: id,
      text,
      about: id,
      since: row.since,
      evidence: { why: row.why },
    }));

const HOP_OVER_BUDGET = "hop-over-budget";
const VIEWERS_LATE = "viewers-late";

/** The rules, the gravest first. */
const rules: readonly Rule[] = [
  { code: "source-lost", level: "trouble", find: sourceLost },
  {
    code: "broadcaster-silent",
    level: "trouble",
    find: silentRow("broadcaster", (lasts) => `The broadcaster has been silent for ${lasts}.`),
  },
  {
    code: "origin-silent",
    level: "trouble",
    find: silentRow(
      "origin",
      (lasts) => `The origin has been silent for ${lasts}; edges serve what they still have.`,
    ),
  },
  { code: "no-parts", level: "trouble", find: noParts },
  { code: "edge-silent", level: "trouble", find: edgeSilent },
  { code: "carrier-silent", level: "trouble", find: carrierSilent },
  { code: "encoder-replaced", level: "watch", find: encoderReplaced },
  { code: "viewers-stall", level: "watch", find: viewersStall },
  { code: "node-full", level: "watch", find: nodeFull },
  { code: HOP_OVER_BUDGET, level: "watch", find: hopOverBudget },
  { code: "glass-to-glass-over-budget", level: "watch", find: tooLate },
  { code: "spread-over-budget", level: "watch", find: tooFarApart },
  { code: VIEWERS_LATE, level: "watch", find: viewersLate },
  {
    code: "director-silent",
    level: "watch",
    find: silentRow(
      "director",
      (lasts) => `The director has been silent for ${lasts}; viewers stay where they are.`,
    ),
  },
  {
    code: "telemetry-silent",
    level: "watch",
    find: silentRow(
      "telemetry",
      (lasts) => `Telemetry has been silent for ${lasts}: delays are not known, media goes on.`,
    ),
  },
];

/** Everything that holds now, the gravest first. */
export function findingsOf(of: Evidence): Finding[] {
  const { view } = of;
  return rules.flatMap(({ code, level, find }) =>
    find(of).map((found) => {
      const since = view.since.of(`finding ${code} ${found.subject}`, "holds", found.since);
      const text = found.text(lasting(view.inputs.at - since));
      return { code, level, text, since, about: found.about ?? null, evidence: found.evidence };
    }),
  );
}

/** The verdict in one sentence. */
export function verdictOf(
  findings: readonly Finding[],
  of: Evidence,
): { text: string; state: State } {
  const [first, ...more] = findings;
  if (first && findings.every(({ code }) => code === HOP_OVER_BUDGET)) {
    // One hop's excess that the others make up for is no trouble: viewers are where they should be.
    const over = of.hops.filter(({ nodes }) => nodes.some((node) => node.over));
    const names = listed(over.map(({ label }) => label));
    return {
      text: `Viewers are within the latency budget; over its own: ${names}.`,
      state: "good",
    };
  }
  if (first) {
    const rest = more.length === 0 ? "" : ` And ${more.length} more.`;
    const few =
      findings.every(({ code }) => code === VIEWERS_LATE) &&
      of.cohorts.every(({ late, viewers }) => late < LATE_FEW_SHARE * viewers);
    return { text: first.text + rest, state: few ? "good" : first.level };
  }
  const waited = rowsOf(of.blocks, (row) => row.state === "waiting").map(({ name }) => name);
  if (waited.length > 0)
    return { text: `Starting: waiting for ${listed(waited.slice(0, 4))}.`, state: "waiting" };
  if (of.headline.viewers === 0)
    return { text: "Every party answers; no viewer yet.", state: "waiting" };
  if (of.hops.some(({ hop, p50 }) => p50 === null && hop !== "unexplained")) {
    const unknown = of.hops.filter(({ p50 }) => p50 === null).map(({ label }) => label);
    return {
      text: `All measured links within budget; not measured: ${listed(unknown)}.`,
      state: "good",
    };
  }
  return { text: "All links within budget.", state: "good" };
}

function sourceLost({ blocks }: Evidence): Found[] {
  return rowsOf(blocks, (row) => row.id === "source" && row.state === "trouble").map((row) => ({
    subject: row.name,
    text: (lasts) =>
      `The source has been lost for ${lasts}; the broadcaster fills with the last picture.`,
    about: row.id,
    since: row.since,
    evidence: { why: row.why, source: row.json },
  }));
}

function noParts({ blocks }: Evidence): Found[] {
  return rowsOf(blocks, ({ id, word }) => id === "origin" && word === "no parts").map((row) => ({
    subject: "origin",
    text: (lasts) => `No part has reached the origin for ${lasts}.`,
    about: row.id,
    evidence: { why: row.why, origin: row.json },
  }));
}

function edgeSilent({ view, blocks }: Evidence): Found[] {
  return view.edges.flatMap((edge) => {
    const row = rowsOf(blocks, ({ id }) => id === `edge ${edge.id}`)[0];
    if (row?.state !== "silent") return [];
    const had = [...(view.before.sessionsOf.get(edge.id)?.keys() ?? [])];
    const now = view.viewers.filter(({ session }) => had.includes(session));
    return [
      {
        subject: edge.id,
        text: (lasts: string) =>
          `Edge ${edge.id} has been silent for ${lasts}; ${whereabouts(had, now, edge.id)}.`,
        about: row.id,
        since: row.since,
        evidence: {
          why: edge.why,
          lastHeartbeat: edge.heartbeat,
          sessionsBefore: had,
          sessionsNow: now,
        },
      },
    ];
  });
}

/** Where the viewers of a lost edge are now, by their own word. */
function whereabouts(had: readonly string[], now: readonly Viewer[], edge: string): string {
  if (had.length === 0) return "it had no viewer";
  const moved = [...new Set(now.map((viewer) => viewer.edge))].filter(
    (id) => id !== edge && id !== "",
  );
  const stay = now.filter((viewer) => viewer.edge === edge).length;
  const gone = had.length - now.length;
  const parts: string[] = [];
  if (moved.length > 0)
    parts.push(`its ${had.length === 1 ? "viewer is" : "viewers are"} on ${listed(moved)}`);
  if (stay > 0) parts.push(`${counted(stay, "viewer")} still ${stay === 1 ? "names" : "name"} it`);
  if (gone > 0) parts.push(`${counted(gone, "viewer")} not heard of any more`);
  return listed(parts);
}

function carrierSilent({ blocks }: Evidence): Found[] {
  const carriers = (row: NodeRow): boolean =>
    /^(exchange|network) /.test(row.id) && row.state === "silent";
  return rowsOf(blocks, carriers).map((row) => ({
    subject: row.id,
    text: (lasts) =>
      row.party === "exchange"
        ? `Exchange ${row.name} has been silent for ${lasts}; its ports' load is not known.`
        : `Network ${row.name} has been silent for ${lasts}; its viewers may be cut off.`,
    about: row.id,
    since: row.since,
    evidence: { why: row.why },
  }));
}

function encoderReplaced({ view, replacedAt }: Evidence): Found[] {
  if (replacedAt === null || view.inputs.at - replacedAt > REPLACED_IS_NEWS_MS) return [];
  const text = (lasts: string): string => `Encoder was replaced ${lasts} ago.`;
  return [
    {
      subject: "encoder",
      text,
      about: "broadcaster",
      since: replacedAt,
      evidence: { broadcaster: view.inputs.broadcaster.body },
    },
  ];
}

function viewersStall({ view, stalledAt }: Evidence): Found[] {
  if (stalledAt === null || view.inputs.at - stalledAt > STALL_IS_NEWS_MS) return [];
  const stalled = view.viewers.filter(
    ({ session, stalls }) => stalls > 0 && view.since.before(`row viewer ${session}`) !== null,
  );
  const edges = [...new Set(stalled.map(({ edge }) => edge))].filter(Boolean);
  const where = edges.length === 1 ? `, all through ${edges[0]}` : "";
  const text = (lasts: string): string =>
    `A viewer stalled ${lasts} ago; ${counted(stalled.length, "viewer")} stalled since they began${where}.`;
  return [
    { subject: "stall", text, since: stalledAt, evidence: { viewers: stalled.slice(0, 20) } },
  ];
}

function nodeFull({ blocks }: Evidence): Found[] {
  return rowsOf(
    blocks,
    ({ word, load }) => load !== null && (word === "full" || word === "busy"),
  ).map((row) => {
    const share = row.load ? Math.round((100 * row.load.value) / row.load.capacity) : 0;
    const what = row.kind.startsWith("port") ? `The port of ${row.name}` : row.name;
    const text = (lasts: string): string =>
      `${what} is at ${share} % of its capacity, for ${lasts} now.`;
    return { subject: row.id, text, about: row.id, since: row.since, evidence: { load: row.load } };
  });
}

function hopOverBudget({ hops }: Evidence): Found[] {
  return hops.flatMap(({ hop, label, nodes }) =>
    nodes
      .filter(({ over }) => over)
      .map(({ node, ms, budgetMs }) => ({
        subject: `${hop} ${node}`,
        text: (lasts: string) =>
          `“${label}” takes ${millis(ms.p50)} ${whereOf(hop, node)}, ${millis(ms.p50 - budgetMs)} over its budget, for ${lasts} now.`,
        about: `hop ${hop}`,
        evidence: { hop, node, ms, budgetMs },
      })),
  );
}

/** The nodes of the last two hops are protocols. */
const whereOf = (hop: string, node: string): string =>
  hop === "due" || hop === "screen" ? `in ${node.toUpperCase()} players` : `at ${node}`;

function tooLate({ view, headline }: Evidence): Found[] {
  const late = view.viewers.filter(({ latencyFrom, latencyMs, protocol }) => {
    const budget = glassToGlassBudget(protocol);
    return latencyFrom !== "origin" && latencyMs > budget + toleranceOf(budget);
  });
  // One late viewer is that viewer's row; half of them is the match.
  if (late.length === 0 || late.length * 2 < view.viewers.length) return [];
  const middle = late.map(({ latencyMs }) => latencyMs).sort((a, b) => a - b)[
    late.length >> 1
  ] as number;
  const text = (lasts: string): string =>
    `${counted(late.length, "viewer")} of ${view.viewers.length} over the latency budget for ${lasts}: ${millis(middle)} ${behind(headline.from)}.`;
  return [
    {
      subject: "latency",
      text,
      evidence: { glassToGlass: headline.glassToGlass, viewers: late.slice(0, 20) },
    },
  ];
}

function tooFarApart({ headline }: Evidence): Found[] {
  const worst = headline.spread?.worst;
  if (!worst || worst.ms <= SPREAD_BUDGET_MS + toleranceOf(SPREAD_BUDGET_MS)) return [];
  const text = (lasts: string): string =>
    `Viewers of one place are up to ${millis(worst.ms)} apart, for ${lasts} now; the budget is ${millis(SPREAD_BUDGET_MS)}.`;
  return [{ subject: "spread", text, evidence: { spread: worst, budgetMs: SPREAD_BUDGET_MS } }];
}

function viewersLate({ cohorts }: Evidence): Found[] {
  return cohorts
    .filter(({ late }) => late > 0)
    .map((cohort) => ({
      subject: cohort.id,
      text: () => lateSentence(cohort),
      about: cohort.id,
      evidence: { place: cohort.json },
    }));
}
