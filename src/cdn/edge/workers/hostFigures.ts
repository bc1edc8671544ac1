// Figures of a whole host: its workers' added up, and what only the host tier knows.
import { noCues } from "../cues/counters.ts";
import { CmcdCounters } from "../observe/cmcdCounters.ts";
import { type Reason, Tally } from "../reasons.ts";
import type { Figures } from "../show.ts";

/**
 * What became of a request that a worker could not answer is counted by the host tier; the worker's own count of it would be
 * the second.
 */
const ofHost: ReadonlySet<Reason> = new Set([
  ...(["miss", "variant", "expired", "revalidated", "refreshed", "alone", "passed"] as const),
  ...(["upstreamDown", "upstreamSlow", "upstreamBroke", "upstreamError", "tooLarge"] as const),
  ...(["stored", "notStored", "evicted", "invalidated"] as const),
]);

/** What was said to a viewer is counted where he is; the host tier says it to a worker. */
const ofWorkers: ReadonlySet<Reason> = new Set([
  ...(["own", "notModified", "conditionFailed", "partial", "unsatisfiable", "viewerGone"] as const),
  ...(["loop", "notAllowed", "noEntry", "badQuery", "onlyStored"] as const),
]);

/** Adds up numbers wherever they stand; what is null or absent in some counts nothing. */
export function addUp<Tree>(trees: readonly Tree[]): Tree {
  const sum = (values: readonly unknown[]): unknown => {
    const told = values.filter((value) => value !== null && value !== undefined);
    if (told.length === 0) return null;
    if (told.every((value) => typeof value === "number"))
      return told.reduce((total, value) => total + value, 0);
    const names = new Set(told.flatMap((value) => Object.keys(value)));
    const of = (name: string): unknown =>
      sum(told.map((value) => (value as Readonly<Record<string, unknown>>)[name]));
    return Object.fromEntries([...names].map((name) => [name, of(name)]));
  };
  return sum(trees) as Tree;
}

/** Before anybody has served anything. */
export const nothing: Figures = {
  server: null,
  reasons: new Tally().all(),
  waiters: 0,
  transfers: 0,
  cache: { objects: 0, bytes: 0 },
  tls: null,
  cmcd: new CmcdCounters().all(),
  accessLog: null,
  cues: noCues(),
  threads: { serving: 0, silent: 0 },
};

/** The figures of the host; `host` are those of its tier, which has no sockets. */
export function hostFigures(
  host: Pick<Figures, "reasons" | "transfers" | "cache">,
  workers: readonly Figures[],
  threads: Figures["threads"],
): Figures {
  const served = addUp([nothing, ...workers.map((worker) => ({ ...worker, tls: null }))]);
  const reasons = { ...host.reasons };
  for (const name of Object.keys(reasons) as Reason[]) {
    if (ofHost.has(name)) continue;
    const here = ofWorkers.has(name) ? 0 : host.reasons[name];
    reasons[name] = here + served.reasons[name];
  }
  // Each byte is held once: what the workers keep are views of it.
  return {
    ...served,
    tls: tlsOf(workers),
    reasons,
    transfers: host.transfers,
    cache: host.cache,
    threads,
  };
}

/** All threads have the same certificate; their handshakes add up. */
function tlsOf(workers: readonly Figures[]): Figures["tls"] {
  const told = workers.flatMap(({ tls }) => (tls ? [tls] : []));
  const [first] = told;
  return first ? { ...first, handshakes: addUp(told.map((tls) => tls.handshakes)) } : null;
}
