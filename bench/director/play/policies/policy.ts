// Who decides in a simulated evening: the product, or what it is compared with.
import type { Address } from "#network";
import type { Heartbeat } from "#protocol";
import type { Measure } from "../../../../src/director/load/measure.ts";
import type { Path } from "../../../../src/director/paths/path.ts";

/** A viewer as the stage knows it. */
export interface Seat {
  /** The number by which it stays with one director. */
  readonly index: number;
  readonly address: Address;
}

export interface Policy {
  readonly name: string;
  /** Where a viewer who comes goes. */
  arrive(seat: Seat): Path;
  /** Where one goes who is on `current`, asked each time a player asks for steering. */
  poll(seat: Seat, current: Path): Path;
  /** An edge's word on itself, once a second. */
  hear(heartbeat: Heartbeat): void;
  /** A port's or an interconnect's load, once a second. */
  measure(measure: Pick<Measure, "id" | "kind"> & { readonly usedMbps: number }): void;
  /** A second is over. */
  turn(): void;
}
