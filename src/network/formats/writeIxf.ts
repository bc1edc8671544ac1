// Writes an exchange as an IX-F Member Export 1.0 document (Euro-IX JSON Schema); the pair of ixf.ts.
import { isoTime, type UtcMs } from "#base";

/** A member as it is told. */
export interface ExportedMember {
  readonly asn: number;
  readonly name: string;
  /** All its ports together, Mb/s. */
  readonly portMbps: number;
  /** False: the line is down. */
  readonly up: boolean;
  readonly routeServer: boolean;
  /** It has sessions with everybody. */
  readonly open: boolean;
}

/** An exchange as it is told. */
export interface ExportedExchange {
  readonly name: string;
  /** Two letters, ISO 3166-1; null: not told. */
  readonly country: string | null;
  readonly members: readonly ExportedMember[];
}

const IXF_VERSION = "1.0";
/** The document tells of one exchange, so its own number of it can be any. */
const IXP_ID = 1;
/** The schema asks for the number in IX-F's database; an exchange that is in none is 0. */
const UNREGISTERED = 0;

/**
 * The document, to be sent as JSON. Speeds are whole Mb/s, as the schema wants them. The peering LAN's addresses are not
 * known here, so the one VLAN tells of its families only whether the route server is met there.
 */
export function writeIxf({ name, country, members }: ExportedExchange, at: UtcMs): object {
  return {
    version: IXF_VERSION,
    timestamp: isoTime(at),
    ixp_list: [
      {
        ixp_id: IXP_ID,
        ixf_id: UNREGISTERED,
        shortname: name,
        name,
        ...(country === null ? {} : { country }),
        vlan: [{ id: 1, name: "peering" }],
      },
    ],
    member_list: members.map((member) => ({
      asnum: member.asn,
      member_type: "peering",
      name: member.name,
      peering_policy: member.open ? "open" : "selective",
      connection_list: [
        {
          ixp_id: IXP_ID,
          state: member.up ? "active" : "inactive",
          if_list: [{ if_speed: Math.max(1, Math.round(member.portMbps)) }],
          vlan_list: [
            {
              vlan_id: 1,
              ipv4: { routeserver: member.routeServer },
              ipv6: { routeserver: member.routeServer },
            },
          ],
        },
      ],
    })),
  };
}
