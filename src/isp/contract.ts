// What the network advertises: whom its caches serve and how much may be delegated to them (RFC 9241 3, RFC 9808 2.2). It
// obliges whoever reads it. How much the network wants in all is no capacity of its caches: `GET /network` tells that.
import { createHash } from "node:crypto";
import { parsePrefix, type Prefix } from "#network";
import {
  type Capability,
  type Footprint,
  readAdvertisement,
  writeAdvertisement,
} from "#network/cdni";
import { LIMIT_ID } from "./limits.ts";
import { ispErrors } from "./errors.ts";

/** Where the advertisement in force came from. */
type Origin = "prefixes" | "file" | "PUT";

export interface Advertised {
  readonly text: string;
  /** Strong; changes with the text. */
  readonly etag: string;
}

const BITS_PER_MEGABIT = 1_000_000;

/** How much a network wants, Mb/s; null: no limit. */
export interface NetworkLimits {
  /** Delivered in all, whichever way it comes. */
  readonly limitMbps: number | null;
  /** Delivered by its own caches. */
  readonly cachesMbps: number | null;
}

/** The network's limits, and its advertisement: that on its caches beside what the operator gave, or beside its own prefixes. */
export class NetworkContract {
  #capabilities: readonly Capability[];
  #origin: Origin = "prefixes";
  #limits: NetworkLimits;
  #advertised: Advertised | null = null;

  constructor({ prefixes, limitMbps }: { prefixes: readonly string[]; limitMbps: number | null }) {
    this.#limits = { limitMbps, cachesMbps: null };
    this.#capabilities = [
      {
        type: "FCI.DeliveryProtocol",
        protocols: ["http/1.1", "https/1.1"],
        footprints: footprintsOf(prefixes),
      },
    ];
  }

  /** Where the advertisement comes from, and the limit beside it, Mb/s; null: none. */
  get status(): { from: Origin; cachesMbps: number | null } {
    return { from: this.#origin, cachesMbps: this.#limits.cachesMbps };
  }

  get limits(): NetworkLimits {
    return this.#limits;
  }

  /** Changes what is given; both stand beside what `put` gives. */
  limit(limits: Partial<NetworkLimits>): void {
    const { limitMbps = this.#limits.limitMbps, cachesMbps = this.#limits.cachesMbps } = limits;
    this.#limits = { limitMbps, cachesMbps };
    this.#advertised = null;
  }

  /** Takes an advertisement in place of the one in force. Throws `cdni/…` and `isp/reserved-id`; then nothing changes. */
  put(text: string, origin: Exclude<Origin, "prefixes">): void {
    const { capabilities } = readAdvertisement(text);
    for (const capability of capabilities)
      if (
        capability.type === "FCI.CapacityLimits" &&
        capability.limits.some(({ id }) => id === LIMIT_ID)
      )
        throw ispErrors.make("reserved-id", { id: LIMIT_ID });
    this.#capabilities = capabilities;
    this.#origin = origin;
    this.#advertised = null;
  }

  /** What `GET /cdni` answers. */
  get advertised(): Advertised {
    return (this.#advertised ??= this.#written());
  }

  #written(): Advertised {
    const { cachesMbps } = this.#limits;
    const limited = cachesMbps === null ? [] : [limitTo(cachesMbps)];
    const capabilities = [...this.#capabilities, ...limited];
    const bare = writeAdvertisement({ vtag: null, capabilities });
    const tag = createHash("sha256").update(bare).digest("hex").slice(0, 32);
    const vtag = { resourceId: "cdni", tag };
    return { text: writeAdvertisement({ vtag, capabilities }), etag: `"${tag}"` };
  }
}

/** On all that the caches deliver: without footprints it holds wherever that goes (RFC 9241 3.6). */
function limitTo(mbps: number): Capability {
  const maximumHard = Math.round(mbps * BITS_PER_MEGABIT);
  const limits = [{ id: LIMIT_ID, limitType: "egress", maximumHard }];
  return { type: "FCI.CapacityLimits", limits, footprints: [] };
}

/** Prefixes of both families as footprints: one object, or a union of two (RFC 9388 2.2). */
function footprintsOf(texts: readonly string[]): Footprint[] {
  const prefixes = texts.map(parsePrefix).filter((prefix): prefix is Prefix => prefix !== null);
  const of = (family: 4 | 6): Prefix[] => prefixes.filter((prefix) => prefix.family === family);
  const four: Footprint = { type: "ipv4cidr", prefixes: of(4) };
  const six: Footprint = { type: "ipv6cidr", prefixes: of(6) };
  const named = [four, six].filter((each) => each.prefixes.length > 0);
  return named.length > 1 ? [{ type: "footprintunion", footprints: named }] : named;
}
