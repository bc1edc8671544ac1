// Members' ports that are interfaces of this machine: ports of a bridge, or of a switch under Linux.
import type { MonoMs } from "#base";
import { InterfaceMeter } from "#link";
import type { Member } from "./fabric.ts";

/** What a port's interface says. Directions are the exchange's: what the interface receives, the member sends in. */
export interface PortReading {
  readonly inBytes: number;
  readonly outBytes: number;
  readonly up: boolean;
  /** How often its counters were reset. */
  readonly resets: number;
  /** One sentence when it is not up. */
  readonly problem: string | null;
}

/** The interfaces of the members that have one. */
export class PortInterfaces {
  readonly #meters: ReadonlyMap<number, InterfaceMeter>;

  /** `folder`: in place of the kernel's, for tests. */
  constructor(members: readonly Member[], options: { now: MonoMs; folder?: string | undefined }) {
    this.#meters = new Map(
      members.flatMap(({ asn, interface: name }) =>
        name === undefined ? [] : [[asn, new InterfaceMeter(name, options)] as const],
      ),
    );
  }

  /** To be called each second. */
  measure(now: MonoMs): void {
    for (const meter of this.#meters.values()) meter.read(now);
  }

  /** What the member's interface said at the last measurement; null: it has none. */
  of(asn: number): PortReading | null {
    const meter = this.#meters.get(asn);
    if (!meter) return null;
    const { totals, up, resets, problem } = meter;
    return { inBytes: totals.rxBytes, outBytes: totals.txBytes, up, resets, problem };
  }
}
