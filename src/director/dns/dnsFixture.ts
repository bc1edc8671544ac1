// Queries made by hand, and a responder whose edges are where its viewers are.
import { type DecodedPacket, decode, encode, type OptAnswer, type RecordType } from "dns-packet";
import { type Address, parseAddress, parsePrefix } from "#network";
import { CLIENT_SUBNET } from "./clientSubnet.ts";
import { type Placed, Responder } from "./responder.ts";
import { Zone } from "./zone.ts";

export const ZONE = "match.example";

export const addressOf = (text: string): Address => parseAddress(text) as Address;

/** What a resolver sends: `subnet` such as 192.0.2.0/24. */
export function queryOf(
  name: string,
  type: RecordType | "ANY",
  edns: { subnet?: string; payload?: number; version?: number; ecs?: Uint8Array } | null = {},
): Buffer {
  const data = edns?.ecs ?? (edns?.subnet === undefined ? null : ecsOf(edns.subnet));
  const opt: OptAnswer | null = edns && {
    type: "OPT",
    name: ".",
    udpPayloadSize: edns.payload ?? 1_232,
    extendedRcode: 0,
    ednsVersion: edns.version ?? 0,
    flags: 0,
    flag_do: false,
    options: data ? [{ code: CLIENT_SUBNET, ip: undefined, data: Buffer.from(data) }] : [],
  };
  return encode({
    type: "query",
    id: 4_711,
    flags: 0x0100,
    questions: [{ name, type: type as RecordType }],
    additionals: opt ? [opt] : [],
  });
}

/** The option as RFC 7871 6 has it. */
export function ecsOf(subnet: string): Uint8Array {
  const prefix = parsePrefix(subnet);
  if (!prefix) throw new Error(`${subnet} is no prefix`);
  const words = [prefix.w0, prefix.w1, prefix.w2, prefix.w3];
  const bytes = words.flatMap((word) => [24, 16, 8, 0].map((shift) => (word >>> shift) & 255));
  const family = prefix.family === 4 ? 1 : 2;
  return Uint8Array.from([
    0,
    family,
    prefix.length,
    0,
    ...bytes.slice(0, Math.ceil(prefix.length / 8)),
  ]);
}

export interface Heard extends DecodedPacket {
  readonly rcodeNumber: number;
  readonly addresses: readonly string[];
  /** SOURCE and SCOPE of the client's subnet; null without. */
  readonly subnet: { source: number; scope: number } | null;
}

export function heardOf(bytes: Buffer): Heard {
  const packet = decode(bytes);
  const opt = packet.additionals?.find((record) => record.type === "OPT");
  const ecs = opt?.options.find(({ code }) => code === CLIENT_SUBNET)?.data;
  return {
    ...packet,
    rcodeNumber: (bytes.readUInt16BE(2) & 15) | ((opt?.extendedRcode ?? 0) << 4),
    addresses: (packet.answers ?? []).flatMap((answer) =>
      answer.type === "A" || answer.type === "AAAA" ? [answer.data] : [],
    ),
    subnet: ecs ? { source: ecs[2] as number, scope: ecs[3] as number } : null,
  };
}

/** Who asked for a place, as the director was asked. */
export interface Asked {
  address: string;
  viewer: string;
}

/** Viewers of 10/8 are served from 192.0.2.x, all others from 198.51.100.1. */
export function responderOf(
  placed: Partial<Placed> = {},
  name = ZONE,
): {
  responder: Responder;
  asked: Asked[];
} {
  const asked: Asked[] = [];
  const zone = new Zone({ name, channel: "match", nameServers: [], serial: 7 });
  const near = [
    { url: "http://a.example", addresses: ["192.0.2.1", "2001:db8::1"] },
    { url: "http://192.0.2.2:8091" },
    { url: "http://192.0.2.2:8092" },
  ];
  const far = [{ url: "http://198.51.100.1" }];
  const responder = new Responder({
    zone,
    own: [addressOf("203.0.113.53")],
    place: (address, viewer) => {
      asked.push({ address: address.text, viewer });
      const home = address.text.startsWith("10.");
      return { edges: home ? near : far, bits: home ? 9 : 0, ...placed };
    },
  });
  return { responder, asked };
}
