// Footprint objects (RFC 8006 4.2.2.2, RFC 9388 2): whom a capability is for.
import { parsePrefix, type Prefix } from "#network";
import { cdniErrors } from "./errors.ts";
import { FOOTPRINTS_LIMIT, VALUES_LIMIT } from "./limits.ts";
import type { Place } from "./place.ts";

/** One footprint object. A type that is not known is kept as it came: what it narrows cannot be told. */
export type Footprint =
  | { readonly type: "ipv4cidr" | "ipv6cidr"; readonly prefixes: readonly Prefix[] }
  | { readonly type: "asn"; readonly asns: readonly number[] }
  | { readonly type: "countrycode" | "subdivisioncode"; readonly codes: readonly string[] }
  | { readonly type: "footprintunion"; readonly footprints: readonly Footprint[] }
  | { readonly type: "unknown"; readonly name: string; readonly values: readonly unknown[] };

const LARGEST_ASN = 4_294_967_295;
const cures = {
  type: 'Name a type such as "ipv4cidr", and its values in "footprint-value".',
  4: 'Write IPv4 prefixes such as "192.0.2.0/24"; IPv6 ones belong into an "ipv6cidr" footprint.',
  6: 'Write IPv6 prefixes such as "2001:db8::/32"; IPv4 ones belong into an "ipv4cidr" footprint.',
  asn: 'Write "as" and the number, such as "as64496".',
  country: 'Write an ISO 3166-1 code in lower case, such as "it".',
  subdivision: 'Write an ISO 3166-2 code in lower case, such as "it-rm".',
  union: "Put the footprints of the inner union beside the others.",
} as const;

/** The footprints of an array. */
export const readFootprints = (place: Place): Footprint[] =>
  place.array(FOOTPRINTS_LIMIT).map((each) => readFootprint(each, false));

function readFootprint(place: Place, inUnion: boolean): Footprint {
  const type = place.need("footprint-type", cures.type).string();
  const value = place.need("footprint-value", cures.type);
  const values = value.array(VALUES_LIMIT);
  if (values.length === 0) value.refuse("it is empty", "Leave out a footprint that names nobody.");
  place.allowance.values -= values.length;
  if (place.allowance.values < 0)
    throw cdniErrors.make("too-large", { limit: VALUES_LIMIT, what: "values in its footprints" });
  switch (type) {
    case "ipv4cidr": // RFC 8006 4.3.5
      return { type, prefixes: values.map((each) => readPrefix(each, 4)) };
    case "ipv6cidr": // RFC 8006 4.3.6
      return { type, prefixes: values.map((each) => readPrefix(each, 6)) };
    case "asn": // RFC 8006 4.3.7
      return { type, asns: values.map(readAsn) };
    case "countrycode": // RFC 8006 4.3.8
      return { type, codes: values.map((each) => readCode(each, /^[a-z]{2}$/, cures.country)) };
    case "subdivisioncode": // RFC 9388 2.1.1
      return {
        type,
        codes: values.map((each) => readCode(each, /^[a-z]{2}-[a-z0-9]{1,3}$/, cures.subdivision)),
      };
    case "footprintunion": // RFC 9388 2.2: of footprints, but of no other union
      if (inUnion) place.refuse("a union stands in a union", cures.union);
      return { type, footprints: values.map((each) => readFootprint(each, true)) };
    default:
      return { type: "unknown", name: type, values: values.map((each) => each.value) };
  }
}

function readPrefix(place: Place, family: 4 | 6): Prefix {
  const text = place.string();
  const prefix = parsePrefix(text);
  if (prefix?.family !== family)
    return place.refuse(`${text} is not an IPv${family} prefix`, cures[family]);
  return prefix;
}

function readAsn(place: Place): number {
  const text = place.string();
  const asn = /^as\d{1,10}$/.test(text) ? Number(text.slice(2)) : 0;
  if (asn < 1 || asn > LARGEST_ASN)
    return place.refuse(`${text} is not the number of a network`, cures.asn);
  return asn;
}

function readCode(place: Place, form: RegExp, cure: string): string {
  const text = place.string();
  return form.test(text) ? text : place.refuse(`${text} is not such a code`, cure);
}

/** As RFC 8006 and RFC 9388 write it. */
export function writeFootprint(footprint: Footprint): object {
  const written = (type: string, value: readonly unknown[]): object => ({
    "footprint-type": type,
    "footprint-value": value,
  });
  switch (footprint.type) {
    case "ipv4cidr":
    case "ipv6cidr":
      return written(
        footprint.type,
        footprint.prefixes.map(({ text }) => text),
      );
    case "asn":
      return written(
        footprint.type,
        footprint.asns.map((asn) => `as${asn}`),
      );
    case "countrycode":
    case "subdivisioncode":
      return written(footprint.type, footprint.codes);
    case "footprintunion":
      return written(footprint.type, footprint.footprints.map(writeFootprint));
    default:
      return written(footprint.name, footprint.values);
  }
}
