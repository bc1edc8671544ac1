// Members of exchanges from three sources into one list: what is written goes before the exchange's own word, and that
// before what members say of themselves.
import type { FoundExchange, FoundMember } from "#network/formats";
import { type Membership, membershipSchema } from "#protocol";

/** What one document tells of an exchange. */
export interface MemberSource {
  /** For warnings, such as `IX-F namex.json`. */
  readonly name: string;
  readonly exchange: FoundExchange;
}

/**
 * `written`, and behind it what `sources` add, in their order; a network's first mention stands whole. Where a later one
 * has another port speed it is told.
 */
export function mergeMembers(
  exchange: string,
  written: readonly Membership[],
  sources: readonly MemberSource[],
): { members: Membership[]; warnings: string[] } {
  const members = new Map(written.map((member) => [member.asn, { member, by: "the model" }]));
  const warnings: string[] = [];
  for (const { name, exchange: found } of sources) {
    for (const member of found.members) {
      const before = members.get(member.asn);
      if (!before) members.set(member.asn, { member: membershipOf(member), by: name });
      else if (member.portMbps !== null && member.portMbps !== before.member.portMbps)
        warnings.push(
          `${exchange}: AS${member.asn} has ${before.member.portMbps} Mb/s by ${before.by}, which stands, and ${member.portMbps} by ${name}`,
        );
    }
  }
  return { members: [...members.values()].map(({ member }) => member), warnings };
}

/** What is not told takes the schema's defaults. One family with the route server is enough: names resolve to both. */
function membershipOf({ asn, portMbps, routeServer, open }: FoundMember): Membership {
  const told = [routeServer[4], routeServer[6]].filter((peers) => peers !== null);
  return membershipSchema.parse({
    asn,
    ...(portMbps === null ? {} : { portMbps }),
    ...(told.length === 0 ? {} : { routeServer: told.includes(true) }),
    ...(open ? { bilateral: "all" } : {}),
  });
}
