// What the network advertises: whom it serves and how much it wants (RFC 9241 3, RFC 9808 2.2). It obliges whoever reads
// it; what is really delivered, the access link measures.
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

/** The network's advertisement, with its limit beside what the operator gave, or beside its own prefixes. */
export class NetworkContract {
  readonly #footprints: readonly Footprint[];
  #capabilities: readonly Capability[];
  #origin: Origin = "prefixes";
  #limitMbps: number | null;
  #advertised: Advertised | null = null;

  constructor({ prefixes, limitMbps }: { prefixes: readonly string[]; limitMbps: number | null }) {
    this.#footprints = footprintsOf(prefixes);
    this.#limitMbps = limitMbps;
    this.#capabilities = [
      {
        type: "FCI.DeliveryProtocol",
        protocols: ["http/1.1", "https/1.1"],
        footprints: this.#footprints,
      },
    ];
  }

  get origin(): Origin {
    return this.#origin;
  }

  get limitMbps(): number | null {
    return this.#limitMbps;
  }

  /** The most that the whole network wants, Mb/s; null: no limit. It stands beside what `put` gives. */
  set limitMbps(limitMbps: number | null) {
    this.#limitMbps = limitMbps;
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
    const capabilities =
      this.#limitMbps === null
        ? this.#capabilities
        : [...this.#capabilities, ...this.#limited(this.#limitMbps)];
    const bare = writeAdvertisement({ vtag: null, capabilities });
    const tag = createHash("sha256").update(bare).digest("hex").slice(0, 32);
    const vtag = { resourceId: "cdni", tag };
    return { text: writeAdvertisement({ vtag, capabilities }), etag: `"${tag}"` };
  }

  /** The limit, and who measures what it is about: `GET /network`, each second. */
  #limited(limitMbps: number): Capability[] {
    const footprints = this.#footprints;
    const metric = "access-down";
    const maximumHard = Math.round(limitMbps * BITS_PER_MEGABIT);
    const telemetrySource = { id: "network", metric };
    const limit = { id: LIMIT_ID, limitType: "egress", maximumHard, telemetrySource };
    const metrics = [{ name: metric, timeGranularity: 1, latency: 1 }];
    return [
      { type: "FCI.Telemetry", sources: [{ id: "network", type: "generic", metrics }], footprints },
      { type: "FCI.CapacityLimits", limits: [limit], footprints },
    ];
  }
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
