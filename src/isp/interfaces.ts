// The network's own interfaces, where its lines are real: towards the subscribers, and its private interconnects.
import type { MonoMs } from "#base";
import type { Log } from "#base/log";
import { InterfaceMeter } from "#link";
import type { Network } from "#protocol";
import type { AccessLoad } from "./access.ts";

/** A private interconnect as it is declared. */
export interface PrivateInterconnect {
  readonly id: string;
  /** The other network's number. */
  readonly with: number;
  /** Its speed, Mb/s. */
  readonly mbps: number;
  /** The interface of this machine that it ends in. */
  readonly interface: string;
}

/** Measures the interfaces that there are. */
export class NetworkInterfaces {
  /** Sentences that were logged, by interface. */
  readonly #told = new Map<string, string | null>();
  readonly #access: InterfaceMeter | null;
  readonly #pnis: readonly { declared: PrivateInterconnect; meter: InterfaceMeter }[];

  /** `access`: the interface towards subscribers, null where there is none; `folder`: in place of the kernel's. */
  constructor(
    declared: { access: string | null; pnis: readonly PrivateInterconnect[] },
    options: { now: MonoMs; folder?: string | undefined },
  ) {
    this.#access = declared.access === null ? null : new InterfaceMeter(declared.access, options);
    this.#pnis = declared.pnis.map((pni) => ({
      declared: pni,
      meter: new InterfaceMeter(pni.interface, options),
    }));
  }

  /** To be called each second. */
  measure(now: MonoMs): void {
    this.#access?.read(now);
    for (const { meter } of this.#pnis) meter.read(now);
  }

  /** What went to subscribers and came from them; null: no interface is named. */
  get access(): AccessLoad | null {
    const meter = this.#access;
    if (!meter) return null;
    const { load, totals } = meter;
    return {
      ...{ downMbps: load.txMbps, upMbps: load.rxMbps },
      ...{ downBytes: totals.txBytes, upBytes: totals.rxBytes },
    };
  }

  /** The interconnects as `GET /network` tells them. */
  get pnis(): NonNullable<Network["pnis"]> {
    return this.#pnis.map(({ declared: { id, with: other, mbps }, meter }) => ({
      ...{ id, with: other, mbps },
      inMbps: meter.load.rxMbps,
      up: meter.up,
    }));
  }

  /** Logs each interface that goes down or comes back, once. */
  tell(log: Log): void {
    for (const { interface: name, problem } of this.status) {
      if ((this.#told.get(name) ?? null) === problem) continue;
      this.#told.set(name, problem);
      if (problem === null) log.info({ interface: name }, "an interface is up again");
      else log.warn({ interface: name, problem }, "an interface is down");
    }
  }

  /** Every interface for `/status`: what is wrong with it, and how often its counters were reset. */
  get status(): { interface: string; up: boolean; problem: string | null; resets: number }[] {
    const meters = this.#pnis.map(({ meter }) => meter);
    if (this.#access) meters.unshift(this.#access);
    return meters.map(({ name, up, problem, resets }) => ({
      interface: name,
      ...{ up, problem, resets },
    }));
  }
}
