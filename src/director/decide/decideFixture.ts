// Plans written by hand, for the tests of decisions.
import { monoMs } from "#base";
import { defaultPolicy, type Heartbeat, type PathClass, type Policy } from "#protocol";
import { ResourceBoard } from "../load/board.ts";
import { HealthBoard } from "../load/health.ts";
import type { EdgeDeclaration } from "../paths/edge.ts";
import type { Home, Path, PathPlan } from "../paths/path.ts";
import { type Choice, Decider, type Question } from "./decider.ts";

export const edgeOf = (id: string, capacityMbps = 1_000): EdgeDeclaration => ({
  id,
  url: `http://${id}.example`,
  capacityMbps,
});

export const pathTo = (
  edge: EdgeDeclaration,
  more: { cost?: number; class?: PathClass; over?: readonly string[] } = {},
): Path => ({
  edge,
  class: more.class ?? "exchange",
  cost: more.cost ?? 20,
  over: [`edge/${edge.id}`, ...(more.over ?? [])],
  reason: "it is written so",
});

/** Tiers from paths, by their cost. */
export function planOf(paths: readonly Path[]): PathPlan {
  const tiers = Map.groupBy(paths, ({ cost }) => cost);
  return {
    tiers: [...tiers].sort(([a], [b]) => a - b).map(([cost, of]) => ({ cost, paths: of })),
    barred: [],
  };
}

export const homeOf = (asn: number): Home => ({
  asn,
  name: `AS${asn}`,
  place: "it/roma",
  footprints: [],
});

export const beatOf = (edge: string, mbps: number, more: Partial<Heartbeat> = {}): Heartbeat => ({
  ...{ v: 1, edge, at: 0, viewers: 0, mbps, capacityMbps: 1_000_000, cpu: 0 },
  ...{ waiters: 0, upstreamErrors: 0, draining: false },
  ...more,
});

/** A board, a health board and a decider, with heartbeats that go to both. */
export class Desk {
  readonly board: ResourceBoard;
  readonly health: HealthBoard;
  readonly decider: Decider;
  readonly plan: PathPlan;
  readonly #home = homeOf(1);

  constructor(
    plan: PathPlan,
    more: { policy?: Partial<Policy>; directors?: number; startedAt?: number } = {},
  ) {
    const startedAt = monoMs(more.startedAt ?? 0);
    const policy = { ...defaultPolicy, ...more.policy };
    this.plan = plan;
    this.board = new ResourceBoard({ policy, directors: more.directors, startedAt });
    this.health = new HealthBoard(startedAt, policy.fullAt);
    this.decider = new Decider({ board: this.board, health: this.health });
  }

  /** Every edge of the plan says what it sends; 0 when it is not named. */
  beat(loads: Readonly<Record<string, number>>, now: number): void {
    for (const { paths } of this.plan.tiers)
      for (const { edge } of paths) this.beatOne(edge, loads[edge.id] ?? 0, now);
  }

  beatOne(edge: EdgeDeclaration, mbps: number, now: number, more: Partial<Heartbeat> = {}): void {
    const at = monoMs(now);
    this.health.hear(beatOf(edge.id, mbps, more), at);
    const { id, capacityMbps } = edge;
    const measure = { id: `edge/${id}`, kind: "edge", name: id, capacityMbps, up: true } as const;
    this.board.take({ ...measure, usedMbps: mbps }, at);
  }

  /** A line other than an edge tells what it carries. */
  line(
    id: string,
    line: { capacity: number; used: number | null; up?: boolean },
    now: number,
  ): void {
    const { capacity: capacityMbps, used: usedMbps, up = true } = line;
    this.board.take({ id, kind: "port", name: id, capacityMbps, usedMbps, up }, monoMs(now));
  }

  question(viewer: string, now: number, more: Partial<Question> = {}): Question {
    return {
      ...{ home: this.#home, plan: this.plan, channel: "match", viewer },
      now: monoMs(now),
      ...more,
    };
  }

  decide(viewer: string, now: number, current?: string): Choice {
    return this.decider.decide(this.question(viewer, now, { current }));
  }

  /** Decides, and notes it. */
  send(viewer: string, now: number, more: Partial<Question> = {}): Choice {
    const question = this.question(viewer, now, more);
    const choice = this.decider.decide(question);
    this.decider.commit(question, choice);
    return choice;
  }
}
