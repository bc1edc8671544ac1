// Reads IX-F Member Exports (Euro-IX JSON Schema 1.0, and 0.4 to 0.7 as far as the fields agree): who is at an exchange,
// with what ports.
import { z } from "zod";
import {
  cut,
  either,
  type Found,
  type FoundExchange,
  type FoundPort,
  isOpen,
  joinPorts,
  Warnings,
} from "./found.ts";
import { parseJsonText, shaped } from "./jsonFile.ts";
import { EXCHANGES_LIMIT, IXF_BYTES_LIMIT, MEMBERS_LIMIT, PARTS_LIMIT } from "./limits.ts";

const text = z.string().nullish();
const whole = z.number().int();
const family = z.object({ address: text, routeserver: z.boolean().nullish() }).nullish();

const connectionSchema = z.object({
  ixp_id: whole,
  state: text,
  if_list: z
    .array(z.object({ if_speed: z.number().nonnegative().nullish() }))
    .max(PARTS_LIMIT)
    .nullish(),
  vlan_list: z
    .array(z.object({ ipv4: family, ipv6: family }))
    .max(PARTS_LIMIT)
    .nullish(),
});

const exportSchema = z.object({
  version: z.string(),
  ixp_list: z
    .array(z.object({ ixp_id: whole, shortname: text, name: text, country: text }))
    .max(EXCHANGES_LIMIT),
  member_list: z
    .array(
      z.object({
        asnum: whole.min(1).max(4_294_967_295),
        name: text,
        peering_policy: text,
        connection_list: z.array(connectionSchema).max(PARTS_LIMIT),
      }),
    )
    .max(MEMBERS_LIMIT),
});

type Connection = z.output<typeof connectionSchema>;
type Exported = z.output<typeof exportSchema>["member_list"][number];

/** The versions whose fields agree with what is read here. */
const VERSIONS = /^(0\.[4-7]|1\.\d+)$/;
/** States of a connection that carries traffic; exchanges use different words, and many none. */
const upStates = new Set(["", "active", "connected", "operational", "up"]);
const cure = "Ask the exchange for a document that passes the Euro-IX schema 1.0.";

/**
 * The exchanges of an IX-F Member Export and their members. `file` is only named in refusals. Throws
 * `formats/too-large`, `formats/not-json` and `formats/wrong-shape`.
 */
export function readIxf(document: string, file = "the IX-F export"): Found {
  const value = parseJsonText(document, file, IXF_BYTES_LIMIT);
  const { version, ixp_list, member_list } = shaped(value, exportSchema, { file, cure });
  const warnings = new Warnings();
  if (!VERSIONS.test(version))
    warnings.add("versions", `${file} is of version ${cut(version)}; it is read as 1.0`);
  const ports = new Map<number, FoundPort[]>(ixp_list.map(({ ixp_id }) => [ixp_id, []]));
  for (const member of member_list) {
    for (const connection of member.connection_list) {
      const known = ports.get(connection.ixp_id);
      const state = cut(connection.state).toLowerCase();
      const who = `${file}: AS${member.asnum}`;
      if (!known)
        warnings.add(
          "connections to unknown exchanges",
          `${who} is at ixp_id ${connection.ixp_id}, which ixp_list does not have`,
        );
      else if (!upStates.has(state))
        warnings.add("connections that are not up", `${who}: a connection is ${state}, left out`);
      else known.push(portOf(member, connection));
    }
  }
  const exchanges = ixp_list.map(({ ixp_id, shortname, name, country }): FoundExchange => {
    const members = joinPorts(ports.get(ixp_id) ?? []);
    for (const { asn, portMbps } of members)
      if (portMbps === null)
        warnings.add("ports without speeds", `${file}: AS${asn} has no if_speed`);
    return {
      id: ixp_id,
      name: cut(name ?? shortname),
      city: null,
      country: country ? cut(country) : null,
      members,
    };
  });
  return { exchanges, warnings: warnings.sentences };
}

function portOf({ asnum, name, peering_policy }: Exported, connection: Connection): FoundPort {
  const vlans = connection.vlan_list ?? [];
  const speeds = (connection.if_list ?? []).map(({ if_speed }) => if_speed ?? 0);
  const routeServer = (key: "ipv4" | "ipv6"): boolean | null =>
    vlans.reduce<boolean | null>((before, vlan) => either(before, vlan[key]?.routeserver), null);
  return {
    asn: asnum,
    name: cut(name),
    mbps: speeds.reduce((sum, speed) => sum + speed, 0) || null,
    routeServer: { 4: routeServer("ipv4"), 6: routeServer("ipv6") },
    open: isOpen(peering_policy),
    addresses: vlans
      .flatMap(({ ipv4, ipv6 }) => [ipv4?.address, ipv6?.address])
      .filter((address): address is string => Boolean(address)),
  };
}
