// A play's stage: lab, chain and viewers at their places; and its curtain, where everybody says how it was.
import assert from "node:assert/strict";
import type { TestContext } from "node:test";
import { elapsed } from "#base";
import { systemClock } from "#base/clock";
import type { CrowdReport } from "#crowd";
import type { PathClass } from "#protocol";
import { comparedLine, compare, disagreements } from "./agreement.ts";
import { type Chain, type ChainOptions, startChain } from "./chain.ts";
import type { LabViewers, ViewersOptions } from "./crowd.ts";
import type { LabDescription } from "./description.ts";
import { buildLab } from "./index.ts";
import { italy } from "./italy.ts";
import type { Lab } from "./lab.ts";

/** What a viewer's buffer holds at its usual distance behind the camera, ms: a longer stall was somebody's fault. */
const BUFFER_MS = 1_500;
/** The bytes are where the director says they are, within this share. */
const AGREEMENT = 0.05;
/** A crowd whose own loop was later than this, at its 99th percentile, cannot tell who stalled, ms. */
const CROWD_LATE_MS = 100;
/** How long figures of director and interfaces are compared, ms: edges tell of the second before, which is a tenth of it. */
const COMPARED_MS = 15_360;
/** Figures rest when they are the same, within {@link AGREEMENT}, so long after, ms. */
const REST_PERIOD_MS = 2_000;
/** What a viewer of the lowest rung draws, Mb/s: what the director expects before edges have told. */
const SESSION_MBPS = 0.25;

export interface StageOptions extends ChainOptions {
  readonly description?: LabDescription;
  /** By the network's id. */
  readonly viewers: Readonly<Record<string, number>>;
  /** What else stands in the lab before the chain does: foreign servers. */
  readonly before?: (lab: Lab) => void | Promise<void>;
  /** How all of them are; default {@link ViewersOptions}'. */
  readonly like?: Partial<ViewersOptions>;
}

/** Who is on stage. */
export interface Stage {
  readonly lab: Lab;
  readonly chain: Chain;
  /** By the network's id. */
  crowd(network: string): LabViewers;
  /** How many viewers of a network the directors see on paths of a class. */
  onClass(network: string, name: PathClass): Promise<number>;
}

/** Builds everything; resolves when every viewer plays. */
export async function setStage(t: TestContext, options: StageOptions): Promise<Stage> {
  const { description = italy, viewers, like = {}, before, ...chainOptions } = options;
  const lab = await buildLab(t, description);
  await before?.(lab);
  const policy = { sessionMbps: SESSION_MBPS, ...chainOptions.policy };
  const chain = await startChain(lab, { ...chainOptions, policy });
  const crowds = new Map<string, LabViewers>();
  const come = Object.entries(viewers).map(async ([network, count], index) => {
    const options = { count, directors: chain.directors, seed: index + 1, ...like };
    crowds.set(network, await lab.viewers({ network, ...options }));
  });
  await Promise.all(come);
  await lab.until(
    "every viewer plays",
    () => [...crowds.values()].every(({ playing, count }) => playing === count),
    { withinMs: 60_000 },
  );
  return {
    lab,
    chain,
    crowd: (network) => {
      const crowd = crowds.get(network);
      if (!crowd) throw new Error(`${network} has no viewers on stage`);
      return crowd;
    },
    onClass: async (network, name) => {
      const { asn } = lab.network(network);
      const maps = await Promise.all(chain.directors.map((_, index) => chain.map(index + 1)));
      return maps
        .flatMap(({ networks }) => networks.filter((known) => known.asn === asn))
        .flatMap(({ classes }) => classes.filter((at) => at.class === name))
        .reduce((sum, at) => sum + at.viewers, 0);
    },
  };
}

/**
 * Everybody has found a place: for some seconds nobody moves, and the interfaces count the bytes where the directors say
 * that they are.
 */
export async function assertSettled(t: TestContext, { lab, chain }: Stage): Promise<void> {
  const networks = [...new Set(lab.crowds.map(({ network }) => network))];
  await figuresRest({ lab, chain });
  const places = (): string =>
    JSON.stringify(lab.crowds.map(({ process, now }) => [process.id, sorted(now?.edges ?? {})]));
  const before = places();
  const compared = await compare(lab, chain, { networks, lastsMs: COMPARED_MS });
  t.diagnostic(`Mb/s, director / interfaces: ${comparedLine(compared)}`);
  assert.equal(places(), before, "nobody moves any more");
  const differ = disagreements(compared, AGREEMENT);
  assert.deepEqual(differ, [], await lab.picture());
}

/** Edges tell of the second before: figures of a moment of change cannot agree with counters of that moment. */
async function figuresRest({ lab, chain }: Pick<Stage, "lab" | "chain">): Promise<void> {
  let before = 0;
  let at = systemClock.monotonic();
  await lab.until("the directors' figures have come to rest", async () => {
    if (elapsed(at, systemClock.monotonic()) < REST_PERIOD_MS) return false;
    at = systemClock.monotonic();
    const maps = await Promise.all(chain.directors.map((_, index) => chain.map(index + 1)));
    const now = maps.reduce((sum, { total }) => sum + total.mbps, 0);
    const rests = Math.abs(now - before) <= AGREEMENT * now;
    before = now;
    return rests;
  });
}

const sorted = (edges: Readonly<Record<string, number>>): [string, number][] =>
  Object.entries(edges)
    .filter(([, playing]) => playing > 0)
    .toSorted(([a], [b]) => (a < b ? -1 : 1));

/** Sends everybody home. Nobody may have stalled for longer than a buffer, nor seen wrong content; the reports by crowd. */
export async function curtain(
  t: TestContext,
  { lab }: Stage,
): Promise<ReadonlyMap<string, CrowdReport>> {
  const reports = new Map<string, CrowdReport>();
  for (const crowd of lab.crowds) reports.set(crowd.process.id, await crowd.report());
  for (const [name, { all, faults, processes, says }] of reports) {
    t.diagnostic(`${name}: ${says}; moved ${all.moves.count} (${all.moves.steered} steered)`);
    assert.deepEqual(faults, [], `${name}: all content is as it should be`);
    const lateMs = Math.max(...processes.map(({ lagMs }) => lagMs?.p99 ?? 0));
    if (lateMs > CROWD_LATE_MS)
      t.diagnostic(`${name} itself was up to ${lateMs.toFixed(0)} ms late, and cannot tell stalls`);
    else {
      const longest = all.stalls.lengthMs?.max ?? 0;
      assert.ok(longest <= BUFFER_MS, `${name}: the longest stall was ${longest.toFixed(0)} ms`);
    }
  }
  return reports;
}

/** How often viewers of a crowd changed their edge. */
export function movesOf(reports: ReadonlyMap<string, CrowdReport>, network: string): number {
  return reports.get(`viewers ${network}`)?.all.moves.count ?? Number.NaN;
}
