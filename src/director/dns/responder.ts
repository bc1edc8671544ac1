// A query to its answer. Pure: who is chosen comes from the director.
import type { Answer } from "dns-packet";
import { type Address, parsePrefix } from "#network";
import { addressesOf, type Addressed } from "../surfaces/edgeAddress.ts";
import {
  ADDRESSES_LIMIT,
  ANSWER_TTL_S,
  NEGATIVE_TTL_S,
  VIEWER_BITS,
  ZONE_TTL_S,
} from "./limits.ts";
import type { DnsOutcome } from "./outcomes.ts";
import { type Edns, type Query, rcodes, readQuery } from "./query.ts";
import { bareSaid, type Said, udpLimit, writeReply } from "./reply.ts";
import type { Zone } from "./zone.ts";

/** The director's word for the viewers of a prefix. */
export interface Placed {
  /** Best first. */
  readonly edges: readonly Addressed[];
  /** Bits of the prefix by which the network was found; 0: none was. */
  readonly bits: number;
}
/** `viewer` names the prefix: the same one is sent to the same edges. */
export type Place = (address: Address, viewer: string) => Placed;

export interface ResponderParts {
  readonly zone: Zone;
  readonly place: Place;
  /** Where this server is found, for its own name. */
  readonly own: readonly Address[];
}

/** Null bytes: no answer. */
export interface Reply {
  readonly bytes: Buffer | null;
  readonly outcome: DnsOutcome;
}

const types = { A: 1, NS: 2, SOA: 6, AAAA: 28, IXFR: 251, AXFR: 252, ANY: 255 } as const;
const IN = 1;
const ANY_CLASS = 255;

export class Responder {
  readonly #parts: ResponderParts;

  constructor(parts: ResponderParts) {
    this.#parts = parts;
  }

  /** Answers one message that came from `from`. Over UDP an answer that does not fit is cut; `cut` has it cut in any case. */
  answer(bytes: Buffer, from: Address, { udp, cut }: { udp: boolean; cut: boolean }): Reply {
    const read = readQuery(bytes);
    if (!read) return { bytes: null, outcome: "ignored" };
    if ("rcode" in read) {
      const outcome = read.rcode === rcodes.notImp ? "notImplemented" : "malformed";
      return { bytes: writeReply(read.header, bareSaid(read.rcode), { edns: null }), outcome };
    }
    const { query } = read;
    const { edns } = query;
    if (cut) {
      const said = bareSaid(rcodes.noError, true);
      return { bytes: writeReply(query, said, { edns, truncated: true }), outcome: "slipped" };
    }
    const { said, outcome } = this.#say(query, from);
    const whole = writeReply(query, said, { edns });
    if (!udp || whole.length <= udpLimit(edns)) return { bytes: whole, outcome };
    return { bytes: writeReply(query, said, { edns, truncated: true }), outcome: "truncated" };
  }

  /** What is said when answering failed: SERVFAIL; null where nothing can be said. */
  failure(bytes: Buffer): Buffer | null {
    const read = readQuery(bytes);
    const header = read && ("query" in read ? read.query : read.header);
    return header && writeReply(header, bareSaid(rcodes.servFail), { edns: null });
  }

  #say(query: Query, from: Address): { said: Said; outcome: DnsOutcome } {
    const { type, name, edns } = query;
    if (edns && edns.version > 0) return { said: bareSaid(rcodes.badVers), outcome: "badVersion" };
    const place = this.#parts.zone.placeOf(name);
    const foreign = query.class !== IN && query.class !== ANY_CLASS;
    if (place === "outside" || foreign || type === types.AXFR || type === types.IXFR)
      return { said: bareSaid(rcodes.refused), outcome: "refused" };
    if (place === "missing") return { said: this.#negative(rcodes.nxDomain, 0), outcome: "noName" };
    if (type === types.ANY) return answered([hinfo(name)], 0);
    if (place === "top" && type === types.SOA) return answered([this.#soa(name, ZONE_TTL_S)], 0);
    if (place === "top" && type === types.NS) return answered(this.#ns(name), 0);
    if (type !== types.A && type !== types.AAAA)
      return { said: this.#negative(rcodes.noError, 0), outcome: "noData" };
    const family = type === types.A ? 4 : 6;
    const { texts, scope } =
      place === "server" ? this.#ownAddresses(family) : this.#chosen(family, { from, edns });
    if (texts.length === 0)
      return { said: this.#negative(rcodes.noError, scope), outcome: "noData" };
    return answered(
      texts.map((data) => ({
        type: family === 4 ? "A" : "AAAA",
        name,
        ttl: ANSWER_TTL_S,
        data,
      })),
      scope,
    );
  }

  #ownAddresses(family: 4 | 6): { texts: string[]; scope: number } {
    const own = this.#parts.own.filter((address) => address.family === family);
    return { texts: own.map(({ text }) => text), scope: 0 };
  }

  #chosen(
    family: 4 | 6,
    { from, edns }: { from: Address; edns: Edns | null },
  ): { texts: string[]; scope: number } {
    const subnet = edns?.subnet?.address ? edns.subnet : null;
    const address = subnet?.address ?? from;
    const told = subnet?.source ?? (address.family === 4 ? 32 : 128);
    const seen = Math.min(told, VIEWER_BITS[address.family]);
    const viewer = parsePrefix(`${address.text}/${seen}`)?.text ?? address.text;
    const { edges, bits } = this.#parts.place(address, viewer);
    const all = new Set(edges.flatMap((edge) => addressesOf(edge, family)));
    // The answer hangs on the bits that name the viewer and on those of the prefix found, where these are more.
    return { texts: [...all].slice(0, ADDRESSES_LIMIT), scope: subnet ? Math.max(seen, bits) : 0 };
  }

  #soa(name: string, ttl: number): Answer {
    return { type: "SOA", name, ttl, data: this.#parts.zone.soa };
  }

  #ns(name: string): Answer[] {
    const { nameServers } = this.#parts.zone;
    return nameServers.map((data) => ({ type: "NS", name, ttl: ZONE_TTL_S, data }));
  }

  /** RFC 2308 2: the SOA says how long nothing is to be asked again. */
  #negative(rcode: number, scope: number): Said {
    const soa = this.#soa(this.#parts.zone.name, NEGATIVE_TTL_S);
    return { rcode, authoritative: true, answers: [], authorities: [soa], scope };
  }
}

const answered = (answers: Answer[], scope: number): { said: Said; outcome: DnsOutcome } => ({
  said: { rcode: rcodes.noError, authoritative: true, answers, authorities: [], scope },
  outcome: "answered",
});

/** RFC 8482 4.2: no collection of everything, but a record that says so. */
const hinfo = (name: string): Answer => ({
  type: "HINFO",
  name,
  ttl: ZONE_TTL_S,
  data: { cpu: "RFC8482", os: "" },
});
