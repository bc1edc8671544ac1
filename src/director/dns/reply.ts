// An answer as bytes (RFC 1035 4.1, RFC 6891 6.1).
import {
  type Answer,
  AUTHORITATIVE_ANSWER,
  encode,
  type OptAnswer,
  TRUNCATED_RESPONSE,
} from "dns-packet";
import { CLIENT_SUBNET, type ClientSubnet, writeClientSubnet } from "./clientSubnet.ts";
import { UDP_PAYLOAD_LEAST, UDP_PAYLOAD_LIMIT } from "./limits.ts";
import type { Edns, Header } from "./query.ts";

/** What is said to a query. */
export interface Said {
  readonly rcode: number;
  readonly authoritative: boolean;
  readonly answers: readonly Answer[];
  readonly authorities: readonly Answer[];
  /** For how many bits of the client's subnet it holds; 0: for everybody. */
  readonly scope: number;
}

/** An answer without records. */
export const bareSaid = (rcode: number, authoritative = false): Said => ({
  ...{ rcode, authoritative, answers: [], authorities: [], scope: 0 },
});

const RECURSION_DESIRED = 0x0100;
const QUESTION_COUNT_AT = 4;
const HEADER_BYTES = 12;

/** The answer's bytes. The question's go in as they came: the codec writes no name a second time, so no pointer counts on them. */
export function writeReply(
  header: Header,
  { rcode, authoritative, answers, authorities, scope }: Said,
  { edns, truncated = false }: { edns: Edns | null; truncated?: boolean },
): Buffer {
  const flags =
    (rcode & 15) |
    (authoritative ? AUTHORITATIVE_ANSWER : 0) |
    (truncated ? TRUNCATED_RESPONSE : 0) |
    (header.recursionDesired ? RECURSION_DESIRED : 0);
  const written = encode({
    type: "response",
    id: header.id,
    flags,
    answers: truncated ? [] : [...answers],
    authorities: truncated ? [] : [...authorities],
    additionals: edns ? [optOf(rcode, edns.subnet, scope)] : [],
  });
  if (header.question.length > 0) written.writeUInt16BE(1, QUESTION_COUNT_AT);
  const [head, records] = [written.subarray(0, HEADER_BYTES), written.subarray(HEADER_BYTES)];
  return Buffer.concat([head, header.question, records]);
}

/** How much of an answer one UDP message may hold, bytes. */
export const udpLimit = (edns: Edns | null): number =>
  edns ? Math.min(edns.payload, UDP_PAYLOAD_LIMIT) : UDP_PAYLOAD_LEAST;

function optOf(rcode: number, subnet: ClientSubnet | null, scope: number): OptAnswer {
  const data = subnet && Buffer.from(writeClientSubnet(subnet, scope));
  return {
    type: "OPT",
    name: ".",
    udpPayloadSize: UDP_PAYLOAD_LIMIT,
    extendedRcode: rcode >> 4,
    ednsVersion: 0,
    flags: 0,
    flag_do: false,
    options: data ? [{ code: CLIENT_SUBNET, ip: undefined, data }] : [],
  };
}
