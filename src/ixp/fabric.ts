// The exchange's fabric: whose port a byte enters and leaves by, and how much that makes a second.
import { type MonoMs, RateMeter } from "#base";
import type { Exchange, LinkDeclaration } from "#protocol";
import { PortInterfaces, type PortReading } from "./interfaces.ts";

/** A network that peers here, with its port. */
export interface Member {
  readonly asn: number;
  readonly name: string;
  /** The port's speed, Mb/s, against which its load is told. What the line lets through is the link's own rate. */
  readonly portMbps: number;
  /** The member's line to the fabric, shared by all relays that cross its port. */
  readonly link: LinkDeclaration;
  /** The interface of this machine that is its port; without one only what relays carry is counted. */
  readonly interface?: string | undefined;
  /** It peers with the route server. Default: it does. */
  readonly routeServer?: boolean | undefined;
  /** With whom it has sessions of its own. Default: with all. */
  readonly bilateral?: "all" | readonly number[] | undefined;
}

/** A relay's own counts, in bytes: `up` from the client to the target, `down` from the target to the client. */
interface CountingRelay {
  readonly counters: { readonly upBytes: number; readonly downBytes: number };
}

interface Crossing {
  readonly from: number;
  readonly to: number;
  readonly relay: CountingRelay;
}

/**
 * Members, and the relays that cross their ports. Directions are the exchange's own: `in` is what a member sends into
 * the fabric, `out` what it gets from it. A relay's client side belongs to `from`, its target to `to`: what flows from
 * target to client goes in by the port of `to` and out by the port of `from`, and the other way round.
 */
export class Fabric {
  readonly members: readonly Member[];
  readonly #crossings: Crossing[] = [];
  readonly #meters: ReadonlyMap<number, { in: RateMeter; out: RateMeter }>;
  readonly #interfaces: PortInterfaces;

  /** `interfaces`: a folder in place of the kernel's, for tests. */
  constructor(members: readonly Member[], now: MonoMs, interfaces?: string) {
    this.members = members;
    this.#interfaces = new PortInterfaces(members, { now, folder: interfaces });
    this.#meters = new Map(
      members.map(({ asn }) => [asn, { in: new RateMeter(now), out: new RateMeter(now) }]),
    );
  }

  /** Counts a relay's bytes at the ports of the members `from` (its clients) and `to` (its target). */
  cross(crossing: Crossing): void {
    this.#crossings.push(crossing);
  }

  /** Bytes that went through a member's port since the start. */
  bytesOf(asn: number): { in: number; out: number } {
    const port = this.#interfaces.of(asn);
    if (port) return { in: port.inBytes, out: port.outBytes };
    const sum = { in: 0, out: 0 };
    for (const { from, to, relay } of this.#crossings) {
      const bytes = relay.counters;
      if (from === asn) {
        sum.in += bytes.upBytes;
        sum.out += bytes.downBytes;
      }
      if (to === asn) {
        sum.in += bytes.downBytes;
        sum.out += bytes.upBytes;
      }
    }
    return sum;
  }

  /** Reads all counters; to be called each second. */
  measure(now: MonoMs): void {
    this.#interfaces.measure(now);
    for (const [asn, meters] of this.#meters) {
      const bytes = this.bytesOf(asn);
      meters.in.read(now, bytes.in);
      meters.out.read(now, bytes.out);
    }
  }

  /** The members as `GET /exchange` tells them, loads over the last second. */
  ports(): Exchange["members"] {
    return this.members.map(({ asn, name, portMbps, link, routeServer, bilateral }) => {
      const meters = this.#meters.get(asn);
      const load = { inMbps: meters?.in.mbps ?? 0, outMbps: meters?.out.mbps ?? 0 };
      const up = this.#interfaces.of(asn)?.up;
      return {
        ...{ asn, name },
        port: { mbps: portMbps, ...load, link, ...(up === undefined ? {} : { up }) },
        ...(routeServer === undefined ? {} : { routeServer }),
        ...(bilateral === undefined
          ? {}
          : { bilateral: bilateral === "all" ? bilateral : [...bilateral] }),
      };
    });
  }

  /** The member's port as its interface says; null where it has none. */
  interfaceOf(asn: number): PortReading | null {
    return this.#interfaces.of(asn);
  }
}
