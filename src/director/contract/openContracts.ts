// Contracts and the log of how they were obeyed, opened with the director.
import type { Scope } from "#base";
import type { Clock } from "#base/clock";
import type { Log } from "#base/log";
import { HttpClient } from "#http";
import { CARRIER_BODY_LIMIT, POLL_TIMEOUT_MS } from "../limits.ts";
import { DecisionLog, type DecisionLogOptions } from "../log/decisionLog.ts";
import { type DecisionSink, noSink } from "../log/sink.ts";
import type { Source } from "../poller.ts";
import type { Topology } from "../topology.ts";
import { ContractIntake, type FetchContract } from "./intake.ts";

/** What of the director's options is about contracts. */
export interface ContractOptions {
  /** Where decisions are written for `regista audit`: a folder of this director alone. Default: nowhere. */
  readonly decisionLog?: DecisionLogOptions | null | undefined;
}

/** Contracts as they are taken, and where decisions go. */
export interface Contracts {
  readonly sink: DecisionSink;
  /** Asks every network once. */
  round(): Promise<void>;
  readonly status: object;
  readonly counters: Readonly<Record<string, number>>;
}

/** Opens the log and begins to ask networks; `scope` owns both. Rejects with `director/log-unwritable`. */
export async function openContracts(
  options: ContractOptions,
  parts: { topology: Topology; carriers: readonly Source[]; scope: Scope },
  context: { clock: Clock; log: Log },
): Promise<Contracts> {
  const { topology, carriers, scope } = parts;
  const { decisionLog } = options;
  const edges = topology.edges.map((edge) => ({ id: edge.id, in: edge.in ?? null }));
  const facts = { policy: topology.model.policy, edges };
  const log = decisionLog ? scope.own(await DecisionLog.open(decisionLog, facts, context)) : null;
  const sink = log ?? noSink;
  const networks = carriers.filter(({ kind }) => kind === "network").map(({ url }) => url);
  const fetch = contractFetch(scope, context);
  const intake = scope.own(new ContractIntake({ networks, topology, sink, fetch }, context));
  return {
    sink,
    round: () => intake.round(),
    get status() {
      return { contracts: [...intake.state()], decisionLog: log?.state ?? null };
    },
    get counters() {
      const { logged = 0, lost = 0 } = log?.state.counters ?? {};
      return { ...intake.counters, decisionsLogged: logged, decisionsLost: lost };
    },
  };
}

function contractFetch(scope: Scope, context: { clock: Clock; log: Log }): FetchContract {
  const timeout = POLL_TIMEOUT_MS;
  const limits = { connectTimeoutMs: timeout, headTimeoutMs: timeout, idleTimeoutMs: timeout };
  const client = scope.own(new HttpClient(context, { ...limits, fetchBytes: CARRIER_BODY_LIMIT }));
  return async (url, etag) => {
    const headers: [string, string][] = etag === null ? [] : [["If-None-Match", etag]];
    const answer = await client.fetch({ method: "GET", url, headers });
    return { status: answer.status, etag: answer.headers.get("etag") ?? null, body: answer.body };
  };
}
