// The product's policy: so many directors that share nothing. What cannot change here, the network, they read together.
import type { Clock } from "#base/clock";
import { defaultSyncBounds, type Heartbeat } from "#protocol";
import { Director } from "../../../../src/director/director.ts";
import type { Path } from "../../../../src/director/paths/path.ts";
import type { Topology } from "../../../../src/director/topology.ts";
import type { Policy, Seat } from "./policy.ts";

export const CHANNEL = "live";

/** A director without its doors. */
export const directorOf = (
  topology: Topology,
  { clock, directors }: { clock: Clock; directors: number },
): Director =>
  new Director({
    channel: CHANNEL,
    sync: defaultSyncBounds,
    listens: false,
    places: new Map(),
    topology,
    newSession: () => "unused",
    clock,
    directors,
  });

export class Ours implements Policy {
  readonly name: string;
  readonly directors: readonly Director[];
  readonly #clock: Clock;

  constructor(topology: Topology, { clock, directors }: { clock: Clock; directors: number }) {
    this.#clock = clock;
    this.name = directors === 1 ? "regista" : `regista, ${directors} directors`;
    this.directors = Array.from({ length: directors }, () =>
      directorOf(topology, { clock, directors }),
    );
  }

  #of({ index }: Seat): Director {
    return this.directors[index % this.directors.length] as Director;
  }

  arrive(seat: Seat): Path {
    const { address, index } = seat;
    return this.#of(seat).arrive({ address, viewer: `viewer-${index}` }).choice.path;
  }

  poll(seat: Seat, current: Path): Path {
    const { address, index } = seat;
    const ask = { address, viewer: `viewer-${index}`, current: current.edge.id };
    const { choice } = this.#of(seat).poll(ask);
    return choice.stays ? current : choice.path;
  }

  hear(heartbeat: Heartbeat): void {
    for (const director of this.directors) director.hear(heartbeat);
  }

  measure({ id, kind, usedMbps }: Parameters<Policy["measure"]>[0]): void {
    const now = this.#clock.monotonic();
    for (const { board } of this.directors) {
      const { capacityMbps } = board.resource(id);
      board.take({ id, kind, name: id, capacityMbps, usedMbps, up: true }, now);
    }
  }

  turn(): void {
    for (const director of this.directors) director.govern();
  }
}
