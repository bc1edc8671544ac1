// A crowd in virtual time that polls for steering, and edges and a line that measure what it draws.
import { type Chance, chanceOf } from "#base";
import { Desk } from "./decideFixture.ts";
import type { Path, PathPlan } from "../paths/path.ts";
import type { MoveReason } from "./reasons.ts";

const STEP_MS = 100;
const POLL_MS = 5_000;
/** A player that is told to go elsewhere ends its segment first. */
const SWITCH_MS = 1_000;

interface CrowdViewer {
  readonly name: string;
  on: Path;
  /** Where it goes when its segment ends. */
  next: { path: Path; at: number } | null;
  pollAt: number;
  readonly mbps: number;
}

export interface Moved {
  readonly viewer: string;
  readonly at: number;
  readonly from: string;
  readonly to: string;
  readonly reason: MoveReason;
}

export class Crowd {
  readonly desk: Desk;
  readonly moves: Moved[] = [];
  readonly viewers: CrowdViewer[] = [];
  /** Edges that send no heartbeats. */
  readonly dead = new Set<string>();
  /** What lines hold; they are measured with the edges. */
  readonly lines = new Map<string, number>();
  now = 0;
  #until = 0;
  readonly #chance: Chance;
  readonly #plan: PathPlan;
  /** Sums of the second under way, by resource. */
  #drawn = new Map<string, number>();

  constructor(
    plan: PathPlan,
    { seed, lines = {} }: { seed: number; lines?: Record<string, number> },
  ) {
    this.#plan = plan;
    this.#chance = chanceOf(seed);
    this.desk = new Desk(plan);
    for (const [id, capacity] of Object.entries(lines)) this.lines.set(id, capacity);
    this.#measure();
  }

  /** `count` viewers who draw `mbps` come within `overMs`. */
  come(count: number, { mbps, overMs }: { mbps: number; overMs: number }): void {
    for (let n = 0; n < count; n++) {
      this.run(overMs / count);
      const name = `viewer-${this.viewers.length}`;
      const { path } = this.desk.send(name, this.now);
      const pollAt = this.now + this.#chance() * POLL_MS;
      this.viewers.push({ name, on: path, next: null, pollAt, mbps });
    }
  }

  run(forMs: number): void {
    this.#until += forMs;
    while (this.now + STEP_MS <= this.#until) this.#step();
  }

  #step(): void {
    const second = Math.floor(this.now / 1_000);
    this.now += STEP_MS;
    for (const viewer of this.viewers) {
      if (viewer.next && viewer.next.at <= this.now) {
        viewer.on = viewer.next.path;
        viewer.next = null;
      }
      for (const id of viewer.on.over)
        this.#drawn.set(id, (this.#drawn.get(id) ?? 0) + (viewer.mbps * STEP_MS) / 1_000);
      if (viewer.pollAt <= this.now) this.#poll(viewer);
    }
    if (Math.floor(this.now / 1_000) > second) this.#measure();
  }

  #poll(viewer: CrowdViewer): void {
    viewer.pollAt += POLL_MS;
    const current = (viewer.next?.path ?? viewer.on).edge.id;
    const choice = this.desk.send(viewer.name, this.now, { current });
    if (choice.path.edge.id === current) return;
    const { name } = viewer;
    const reason = choice.moved as MoveReason;
    this.moves.push({ viewer: name, at: this.now, from: current, to: choice.path.edge.id, reason });
    viewer.next = { path: choice.path, at: this.now + SWITCH_MS };
  }

  #measure(): void {
    for (const { paths } of this.#plan.tiers)
      for (const { edge } of paths)
        if (!this.dead.has(edge.id))
          this.desk.beatOne(edge, this.#drawn.get(`edge/${edge.id}`) ?? 0, this.now);
    for (const [id, capacity] of this.lines)
      this.desk.line(id, { capacity, used: this.#drawn.get(id) ?? 0 }, this.now);
    this.#drawn = new Map();
  }

  /** What is drawn over a resource now, Mb/s. */
  drawn(id: string): number {
    return this.viewers.reduce((sum, { on, mbps }) => (on.over.includes(id) ? sum + mbps : sum), 0);
  }
}
