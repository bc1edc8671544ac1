// A simulated evening: viewers come, ask for steering each few seconds and go where they are told; edges and carriers tell
// their loads each second. Time is a virtual clock's.
import { type Ms, ms, numbersOf, utcMs } from "#base";
import { type ManualClock, manualClock } from "#base/clock";
import { type Heartbeat, PROTOCOL_VERSION } from "#protocol";
import type { EdgeDeclaration } from "../../../src/director/paths/edge.ts";
import type { Path } from "../../../src/director/paths/path.ts";
import type { Topology } from "../../../src/director/topology.ts";
import { Fleet } from "./fleet.ts";
import type { Policy, Seat } from "./policies/policy.ts";

/** The evening goes in steps of this length, ms. */
const STEP_MS = 10;
/** A viewer draws from so long after it was placed: playlists come first. At least, and so much more by chance, ms. */
const FIRST_BYTES_MS = 100;
const FIRST_BYTES_SPREAD_MS = 300;
/** Players ask for steering so often, ms. */
const POLL_MS = 5_000;
const SECOND_MS = 1_000;
/** Slots of work to come, each a step: more than any delay. */
const SLOTS = 1_024;
/** 21 June 2026, 19:00 UTC. */
const START = utcMs(1_782_068_400_000);

export interface Evening {
  readonly topology: Topology;
  readonly policy: (clock: ManualClock) => Policy;
  readonly draw: () => Seat["address"];
  readonly viewers: number;
  /** They come evenly over so long. */
  readonly arrivalsMs: Ms;
  readonly sessionMbps: number;
  /** How late the next word of an edge or a carrier is heard; null: it is lost. */
  readonly news: () => Ms | null;
  readonly seed: number;
}

export class Stadium {
  readonly fleet: Fleet;
  readonly policy: Policy;
  readonly paths: Path[] = [];
  readonly dead = new Set<string>();
  moves = 0;
  readonly #evening: Evening;
  readonly #clock: ManualClock;
  readonly #seats: Seat[] = [];
  readonly #drawing: boolean[] = [];
  readonly #slots: (() => void)[][] = Array.from({ length: SLOTS }, () => []);
  readonly #polls: number[][] = Array.from({ length: POLL_MS / STEP_MS }, () => []);
  readonly #number: (below: number) => number;
  #step = 0;

  constructor(evening: Evening) {
    this.#evening = evening;
    this.#clock = manualClock(START);
    this.fleet = new Fleet(evening.sessionMbps);
    this.policy = evening.policy(this.#clock);
    this.#number = numbersOf(evening.seed);
    this.#clock.every(ms(STEP_MS), () => this.#work());
  }

  get now(): number {
    return this.#step * STEP_MS;
  }

  /** Lets so much of the evening pass. */
  pass(duration: Ms): void {
    this.#clock.advance(duration);
  }

  #work(): void {
    this.#step += 1;
    const slot = this.#slots[this.#step % SLOTS] as (() => void)[];
    for (const work of slot.splice(0)) work();
    this.#tell();
    for (const index of this.#polls[this.#step % this.#polls.length] as number[]) this.#poll(index);
    this.#admit();
    if (this.now % SECOND_MS === 0) this.policy.turn();
  }

  #in(delayMs: number, work: () => void): void {
    const steps = Math.max(1, Math.ceil(delayMs / STEP_MS));
    this.#slots[(this.#step + steps) % SLOTS]?.push(work);
  }

  /** Edges tell each second, each at its own moment; carriers too. */
  #tell(): void {
    const { topology } = this.#evening;
    const phases = SECOND_MS / STEP_MS;
    const phase = this.#step % phases;
    for (let at = phase; at < topology.edges.length; at += phases) {
      const edge = topology.edges[at] as EdgeDeclaration;
      if (this.dead.has(edge.id)) continue;
      const heartbeat = this.#heartbeat(edge);
      this.#deliver(() => this.policy.hear(heartbeat));
    }
    if (phase !== phases / 2) return;
    for (const id of this.fleet.ids()) {
      const kind = id.slice(0, id.indexOf("/"));
      if (kind !== "port" && kind !== "pni") continue;
      const usedMbps = this.fleet.read(id, this.now);
      this.#deliver(() => this.policy.measure({ id, kind, usedMbps }));
    }
  }

  #deliver(word: () => void): void {
    const lateMs = this.#evening.news();
    if (lateMs === null) return;
    if (lateMs > 0) this.#in(lateMs, word);
    else word();
  }

  #heartbeat({ id, capacityMbps }: EdgeDeclaration): Heartbeat {
    const mbps = this.fleet.read(`edge/${id}`, this.now);
    return {
      ...{ v: PROTOCOL_VERSION, edge: id, at: this.#clock.utc() / 1_000, capacityMbps },
      ...{ mbps: Math.max(0, mbps), viewers: Math.round(mbps / this.#evening.sessionMbps) },
      ...{ cpu: 0, waiters: 0, upstreamErrors: 0, draining: false },
    };
  }

  #admit(): void {
    const { arrivalsMs, viewers, draw } = this.#evening;
    const due = Math.min(viewers, Math.floor((viewers * this.now) / arrivalsMs));
    while (this.#seats.length < due) {
      const seat = { index: this.#seats.length, address: draw() };
      this.#seats.push(seat);
      this.#polls[this.#step % this.#polls.length]?.push(seat.index);
      this.#go(seat.index, this.policy.arrive(seat));
    }
  }

  #poll(index: number): void {
    const current = this.paths[index] as Path;
    const path = this.policy.poll(this.#seats[index] as Seat, current);
    if (path.edge === current.edge) return;
    this.moves += 1;
    if (this.#drawing[index]) this.fleet.end(current, this.now);
    this.#go(index, path);
  }

  #go(index: number, path: Path): void {
    this.paths[index] = path;
    this.#drawing[index] = false;
    this.#in(FIRST_BYTES_MS + this.#number(FIRST_BYTES_SPREAD_MS), () => {
      if (this.paths[index] !== path || this.#drawing[index]) return;
      this.#drawing[index] = true;
      this.fleet.begin(path, this.now);
    });
  }

  /** The edge stops at this moment: it says nothing more. */
  kill(edge: string): void {
    this.dead.add(edge);
  }
}
