// Bytes to a query, or to what is answered instead. Header and question are read here (RFC 1035 4.1): an answer repeats the
// question as it came, in its own letters. The rest is the codec's.
import { decode } from "dns-packet";
import { CLIENT_SUBNET, type ClientSubnet, readClientSubnet } from "./clientSubnet.ts";
import { UDP_PAYLOAD_LEAST } from "./limits.ts";

export const rcodes = {
  noError: 0,
  formErr: 1,
  servFail: 2,
  nxDomain: 3,
  notImp: 4,
  refused: 5,
  badVers: 16,
} as const;

/** What an answer repeats. */
export interface Header {
  readonly id: number;
  /** RD, which is repeated though it is never done. */
  readonly recursionDesired: boolean;
  /** Empty when it could not be read. */
  readonly question: Uint8Array;
}

export interface Edns {
  readonly version: number;
  /** The largest UDP answer that the asker takes, bytes; 512 at least (RFC 6891 6.2.5). */
  readonly payload: number;
  readonly subnet: ClientSubnet | null;
}

export interface Query extends Header {
  /** Small letters, no dot at the end; a dot inside a label is written `\.`. */
  readonly name: string;
  readonly type: number;
  readonly class: number;
  readonly edns: Edns | null;
}

/** Null: not to be answered at all. */
export type ReadQuery =
  | { readonly query: Query }
  | { readonly header: Header; readonly rcode: number }
  | null;

const HEADER_BYTES = 12;
const LABEL_LIMIT = 63;
const NAME_LIMIT = 255;

/** Reads one message. An answer (QR) is never answered: two servers would talk for ever. */
export function readQuery(bytes: Buffer): ReadQuery {
  if (bytes.length < HEADER_BYTES) return null;
  const flags = bytes.readUInt16BE(2);
  if ((flags & 0x8000) !== 0) return null;
  const opcode = (flags >> 11) & 15;
  const bare = {
    id: bytes.readUInt16BE(0),
    recursionDesired: (flags & 0x0100) !== 0,
    question: new Uint8Array(),
  };
  if (opcode !== 0) return { header: bare, rcode: rcodes.notImp };
  // RFC 9619 4: a query has one question.
  const asked = bytes.readUInt16BE(4) === 1 ? readQuestion(bytes) : null;
  if (!asked) return { header: bare, rcode: rcodes.formErr };
  const header = { ...bare, question: asked.question };
  const edns = readEdns(bytes);
  if (edns === "broken") return { header, rcode: rcodes.formErr };
  return { query: { ...header, ...asked, edns } };
}

function readQuestion(bytes: Buffer): Pick<Query, "question" | "name" | "type" | "class"> | null {
  const labels: string[] = [];
  let at = HEADER_BYTES;
  for (;;) {
    const length = bytes[at];
    if (length === undefined || length > LABEL_LIMIT) return null;
    at += 1;
    if (length === 0) break;
    if (at + length > bytes.length || at + length - HEADER_BYTES > NAME_LIMIT) return null;
    labels.push(
      bytes
        .toString("latin1", at, at + length)
        .replaceAll(".", "\\.")
        .toLowerCase(),
    );
    at += length;
  }
  if (at + 4 > bytes.length) return null;
  return {
    question: bytes.subarray(HEADER_BYTES, at + 4),
    name: labels.join("."),
    type: bytes.readUInt16BE(at),
    class: bytes.readUInt16BE(at + 2),
  };
}

/** The OPT record, of which there is one at most (RFC 6891 6.1.1). */
function readEdns(bytes: Buffer): Edns | null | "broken" {
  try {
    const records = (decode(bytes).additionals ?? []).filter(({ type }) => type === "OPT");
    if (records.length === 0) return null;
    const [record] = records;
    if (records.length > 1 || record?.type !== "OPT" || record.name !== ".") return "broken";
    const { ednsVersion: version, udpPayloadSize } = record;
    const told = record.options.find(({ code }) => code === CLIENT_SUBNET);
    const subnet = told?.data ? readClientSubnet(told.data) : null;
    if (told && !subnet) return "broken";
    return { version, payload: Math.max(UDP_PAYLOAD_LEAST, udpPayloadSize), subnet };
  } catch {
    return "broken"; // the codec found an end where there was none
  }
}
