// The book made into the report.
import { cpus, release, totalmem } from "node:os";
import { isoTime } from "#base";
import { LAG_BELIEVED_MS } from "../limits.ts";
import { Tally } from "../measure/tally.ts";
import type { Ledger } from "../measure/ledger.ts";
import { plannedEvent, type PlannedViewer } from "../plan/plan.ts";
import { payloadSentence } from "../settings.ts";
import { contentFaults, viewerErrors } from "../viewer/reasons.ts";
import { BETWEEN_PROCESSES, type CrowdRecord, type ProcessBook } from "./record.ts";
import type { CrowdReport, GroupReport, ProcessReport, Trouble } from "./report.ts";
import { isClean, sentenceOf } from "./verdict.ts";

/** What is said of a kind of trouble. `own`: the crowd's machine is at its end, not the server. */
type Reasons = Readonly<Record<string, { readonly says: string; readonly own?: boolean }>>;

const errorReasons: Reasons = {
  ...viewerErrors,
  "no-session": { says: "the director gave no session" },
};
const faultReasons: Reasons = Object.fromEntries(
  Object.entries(contentFaults).map(([kind, says]) => [kind, { says }]),
);

/** The report on all that `record` holds; ends its time and its timeline. */
export function composeReport(record: CrowdRecord, ended: CrowdReport["ended"]): CrowdReport {
  record.ends();
  record.timeline.end();
  const { settings, timeline, agreement, viewers } = record;
  const { networks, protocols, payload } = settings;
  const errors = troublesOf(record, record.errors, errorReasons);
  const faults = troublesOf(record, record.faults, faultReasons);
  const all = groupOf(record, () => true);
  const lastedMs = Math.round(record.elapsedMs);
  return {
    v: 1,
    kind: "crowd",
    at: record.beganAtUtc === null ? "" : isoTime(record.beganAtUtc),
    machine: machineName(),
    settings,
    ended,
    lastedMs,
    payload: { share: payload, says: payloadSentence(payload) },
    event: plannedEvent(settings),
    clean: isClean(all),
    says: sentenceOf({ all, networks: networks.length, lastedMs }),
    warnings: warningsOf(record, errors),
    all,
    networks: networks.map(({ name, asn }, network) => ({
      name,
      asn,
      ...groupOf(record, (viewer) => viewer.network === network),
    })),
    protocols: protocols.map(({ protocol }) => ({
      protocol,
      ...groupOf(record, (viewer) => viewer.protocol === protocol),
    })),
    groups: networks.flatMap(({ name }, network) =>
      protocols.map(({ protocol }) => ({
        name,
        protocol,
        ...groupOf(record, (one) => one.network === network && one.protocol === protocol),
      })),
    ),
    errors,
    faults,
    content: {
      viewers: viewers.filter(({ sampled }) => sampled).length,
      objects: agreement.objects,
      comparisons: agreement.comparisons,
      notCompared: record.hashesDropped,
    },
    processes: [...record.processes.values()].map((book) => processOf(book, lastedMs)),
    edges: edgesOf(record),
    timeline: {
      stepMs: timeline.stepMs,
      all: timeline.all,
      networks: timeline.byNetwork,
      edges: timeline.edges.toJSON(),
      networkEdges: timeline.edgesByNetwork.map((edges) => edges.toJSON()),
    },
  };
}

function groupOf(record: CrowdRecord, chosen: (viewer: PlannedViewer) => boolean): GroupReport {
  const members = record.viewers.filter(chosen);
  const tally = new Tally();
  const { networks, protocols } = record.settings;
  const groups = new Set(members.map(({ network, protocol }) => `${network} ${protocol}`));
  networks.forEach((_, network) =>
    protocols.forEach(({ protocol }, place) => {
      const own = record.tallies[network * protocols.length + place];
      if (own && groups.has(`${network} ${protocol}`)) tally.merge(own);
    }),
  );
  const { counters, distributions } = tally;
  const everybody = members.length === record.viewers.length;
  return {
    viewers: members.length,
    came: counters.came,
    joins: counters.joins,
    lateJoins: counters.lateJoins,
    lost: record.lostViewers(chosen),
    joinMs: distributions.joinMs.figures(),
    latencyMs: distributions.latencyMs.figures(),
    stalls: {
      count: counters.stalls,
      totalMs: Math.round(counters.stallMs),
      viewers: counters.stalledViewers,
      lengthMs: distributions.stallLengthMs.figures(),
    },
    errors: counters.errors,
    faults: counters.faults + (everybody ? record.disagreements : 0),
    switches: counters.switches,
    moves: {
      count: counters.moves,
      steered: counters.movesSteered,
      edgeFailed: counters.moves - counters.movesSteered,
      afterMs: distributions.moveMs.figures(),
    },
    steering: steeringOf(tally),
    skips: { count: counters.skips, mediaMs: Math.round(counters.skippedMs) },
    sessionMs: distributions.sessionMs.figures(),
    bytes: counters.bytes,
    objects: counters.objects,
    mbps: record.elapsedMs > 0 ? (counters.bytes * 8) / (record.elapsedMs * 1_000) : 0,
  };
}

function steeringOf({ counters, distributions }: Tally): GroupReport["steering"] {
  const by = {
    answered: counters.steeringAnswered,
    shed: counters.steeringShed,
    gone: counters.steeringGone,
    silent: counters.steeringSilent,
    refused: counters.steeringRefused,
    unusable: counters.steeringUnusable,
  };
  const polls = Object.values(by).reduce((sum, count) => sum + count, 0);
  return polls === 0 ? null : { polls, ...by, answerMs: distributions.steeringMs.figures() };
}

function edgesOf({ timeline, settings }: CrowdRecord): CrowdReport["edges"] {
  const own = timeline.edgesByNetwork.map((edges) => edges.now);
  return Object.entries(timeline.edges.toJSON())
    .map(([edge, playing]) => ({
      edge,
      playing: playing.at(-1) ?? 0,
      most: playing.reduce((most, now) => Math.max(most, now), 0),
      byNetwork: Object.fromEntries(
        settings.networks.flatMap(({ name }, network) => {
          const now = own[network]?.[edge] ?? 0;
          return now > 0 ? [[name, now]] : [];
        }),
      ),
    }))
    .sort((a, b) => b.playing - a.playing || b.most - a.most);
}

function troublesOf(record: CrowdRecord, ledger: Ledger, reasons: Reasons): Trouble[] {
  const nameOf = (network: number): string =>
    network === BETWEEN_PROCESSES
      ? "between processes"
      : (record.settings.networks[network]?.name ?? String(network));
  return ledger.entries().map(({ kind, count, byNetwork, first }) => ({
    kind,
    says: reasons[kind]?.says ?? "further kinds, for which there was no room",
    own: reasons[kind]?.own ?? false,
    count,
    byNetwork: Object.fromEntries([...byNetwork].map(([network, n]) => [nameOf(network), n])),
    first,
  }));
}

function processOf({ pid, share, usage, lag, died }: ProcessBook, lastedMs: number): ProcessReport {
  return {
    pid,
    viewers: share.to - share.from,
    cores: lastedMs > 0 ? usage.cpuS / (lastedMs / 1_000) : 0,
    residentBytes: usage.residentBytes,
    lagMs: lag.figures(),
    died,
  };
}

function warningsOf(record: CrowdRecord, errors: readonly Trouble[]): string[] {
  const warnings: string[] = [];
  for (const { pid, share, died, lag } of record.processes.values()) {
    const late = lag.figures()?.p99 ?? 0;
    const name = `Process ${pid} (${share.to - share.from} viewers)`;
    if (died !== null)
      warnings.push(
        `${name} died: ${died}; what it had not told is missing, its viewers are lost.`,
      );
    if (late > LAG_BELIEVED_MS)
      warnings.push(
        `${name} was itself late by ${Math.round(late)} ms (p99): join times, latency and stalls are worse here than they were on the wire.`,
      );
  }
  const own = errors.filter(({ own: ours }) => ours).reduce((sum, { count }) => sum + count, 0);
  if (own > 0)
    warnings.push(`${own} errors are this machine's own: no socket, port or memory was left.`);
  if (record.hashesDropped > 0)
    warnings.push(`${record.hashesDropped} hashes were not compared for want of room.`);
  return warnings;
}

function machineName(): string {
  const [cpu] = cpus();
  const memory = Math.round(totalmem() / 2 ** 30);
  return `${cpus().length} × ${cpu?.model ?? "unknown"}, ${memory} GiB, Linux ${release()}`;
}
