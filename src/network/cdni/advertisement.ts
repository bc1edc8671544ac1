// A footprint and capabilities advertisement (RFC 8008 5.1), as ALTO carries it (RFC 9241 3).
import { sentenceOf } from "#base";
import { type CapacityLimit, readCapacityLimits, writeCapacityLimits } from "./capacityLimits.ts";
import { cdniErrors } from "./errors.ts";
import { type Footprint, readFootprints, writeFootprint } from "./footprint.ts";
import {
  ADVERTISEMENT_LENGTH_LIMIT,
  CAPABILITIES_LIMIT,
  ENTRIES_LIMIT,
  VALUES_LIMIT,
} from "./limits.ts";
import { Place } from "./place.ts";
import {
  readTelemetrySources,
  type TelemetrySource,
  writeTelemetrySources,
} from "./telemetrySources.ts";

/** RFC 9241 3.1. */
export const ADVERTISEMENT_TYPE = "application/alto-cdni+json";

/** What a network can do. A type that is not known is kept by its name alone. */
type Ability =
  | { readonly type: "FCI.DeliveryProtocol"; readonly protocols: readonly string[] }
  | { readonly type: "FCI.CapacityLimits"; readonly limits: readonly CapacityLimit[] }
  | { readonly type: "FCI.Telemetry"; readonly sources: readonly TelemetrySource[] }
  | { readonly type: "unknown"; readonly name: string; readonly value: unknown };

/** One base advertisement object; no footprints: it holds everywhere (RFC 9241 3.6). */
export type Capability = Ability & { readonly footprints: readonly Footprint[] };

export interface Advertisement {
  /** Which of the server's resources, and its version (RFC 7285 10.3); null where it came without. */
  readonly vtag: { readonly resourceId: string; readonly tag: string } | null;
  readonly capabilities: readonly Capability[];
}

const cures = {
  top: 'Write { "cdni-advertisement": { "capabilities-with-footprints": [ … ] } } (RFC 9241 3.6).',
  capability: 'A capability has "capability-type", "capability-value" and "footprints".',
  protocols: 'Write { "delivery-protocols": [ "https/1.1" ] } (RFC 8008 5.3).',
  vtag: 'Write { "resource-id": "…", "tag": "…" } (RFC 7285 10.3).',
} as const;

/**
 * Reads an advertisement: strict on what is known, whatever it does not know kept by name. The plain array of RFC 8008
 * under `capabilities`, which some products send, is read as well. Throws `cdni/…` with the place and the cure.
 */
export function readAdvertisement(text: string): Advertisement {
  if (text.length > ADVERTISEMENT_LENGTH_LIMIT)
    throw cdniErrors.make("too-large", { limit: ADVERTISEMENT_LENGTH_LIMIT, what: "characters" });
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (failure) {
    throw cdniErrors.make("not-json", { problem: sentenceOf(failure) }, failure);
  }
  const top = new Place(value, "", { values: VALUES_LIMIT });
  const capabilities =
    top.member("capabilities") ??
    top.need("cdni-advertisement", cures.top).need("capabilities-with-footprints", cures.top);
  const vtag = top.member("meta")?.member("vtag");
  return {
    vtag: vtag
      ? {
          resourceId: vtag.need("resource-id", cures.vtag).string(),
          tag: vtag.need("tag", cures.vtag).string(),
        }
      : null,
    capabilities: capabilities.array(CAPABILITIES_LIMIT).map(readCapability),
  };
}

function readCapability(place: Place): Capability {
  const type = place.need("capability-type", cures.capability).string();
  const footprints = place.member("footprints");
  return { ...readAbility(place, type), footprints: footprints ? readFootprints(footprints) : [] };
}

function readAbility(place: Place, type: string): Ability {
  const value = (): Place => place.need("capability-value", cures.capability);
  switch (type) {
    case "FCI.DeliveryProtocol": // RFC 8008 5.3
      return {
        type,
        protocols: value()
          .need("delivery-protocols", cures.protocols)
          .array(ENTRIES_LIMIT)
          .map((each) => each.string()),
      };
    case "FCI.CapacityLimits":
      return { type, limits: readCapacityLimits(value()) };
    case "FCI.Telemetry":
      return { type, sources: readTelemetrySources(value()) };
    default:
      return { type: "unknown", name: type, value: place.object()["capability-value"] ?? null };
  }
}

/** The document that {@link readAdvertisement} reads. */
export function writeAdvertisement({ vtag, capabilities }: Advertisement): string {
  return JSON.stringify({
    ...(vtag && { meta: { vtag: { "resource-id": vtag.resourceId, tag: vtag.tag } } }),
    "cdni-advertisement": { "capabilities-with-footprints": capabilities.map(writeCapability) },
  });
}

const writeCapability = (capability: Capability): object => ({
  "capability-type": capability.type === "unknown" ? capability.name : capability.type,
  "capability-value": valueOf(capability),
  footprints: capability.footprints.map(writeFootprint),
});

function valueOf(ability: Ability): unknown {
  switch (ability.type) {
    case "FCI.DeliveryProtocol":
      return { "delivery-protocols": ability.protocols };
    case "FCI.CapacityLimits":
      return writeCapacityLimits(ability.limits);
    case "FCI.Telemetry":
      return writeTelemetrySources(ability.sources);
    default:
      return ability.value;
  }
}
