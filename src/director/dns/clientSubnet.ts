// EDNS Client Subnet (RFC 7871 6): whose address a resolver asks for, and for whom else the answer holds.
import { type Address, parseAddress } from "#network";

/** Its code among EDNS options. */
export const CLIENT_SUBNET = 8;

export interface ClientSubnet {
  /** As it came; repeated in the answer. */
  readonly bytes: Uint8Array;
  /** SOURCE PREFIX-LENGTH. */
  readonly source: number;
  /** The bits told, zeros beyond; null when none were: the resolver's own address then stands for the viewer. */
  readonly address: Address | null;
}

const FAMILIES: Readonly<Record<number, { family: 4 | 6; bytes: number }>> = {
  1: { family: 4, bytes: 4 },
  2: { family: 6, bytes: 16 },
};
const HEAD_BYTES = 4;

/** Reads the option's data; null when its form is wrong, which is answered with FORMERR (7.2.1). */
export function readClientSubnet(bytes: Uint8Array): ClientSubnet | null {
  if (bytes.length < HEAD_BYTES) return null;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const [family, source, scope] = [view.getUint16(0), view.getUint8(2), view.getUint8(3)];
  const told = bytes.subarray(HEAD_BYTES);
  // A stub may send 0 with any family: there are no bits to be of it (7.1.2).
  if (source === 0)
    return scope === 0 && told.length === 0 ? { bytes, source, address: null } : null;
  const known = FAMILIES[family];
  if (!known || scope !== 0 || source > known.bytes * 8) return null;
  if (told.length !== Math.ceil(source / 8)) return null;
  const beyond = source % 8 === 0 ? 0 : 0xff >> (source % 8);
  if (((told.at(-1) ?? 0) & beyond) !== 0) return null;
  const whole = new Uint8Array(known.bytes);
  whole.set(told);
  const address = parseAddress(textOf(whole));
  return address && { bytes, source, address };
}

/** The option of the answer: as asked, with for how many bits it holds. Never more than were told: they are all that was seen. */
export function writeClientSubnet({ bytes, source }: ClientSubnet, scope: number): Uint8Array {
  const written = bytes.slice();
  written[3] = Math.min(scope, source);
  return written;
}

function textOf(bytes: Uint8Array): string {
  if (bytes.length === 4) return bytes.join(".");
  const groups: string[] = [];
  for (let at = 0; at < bytes.length; at += 2)
    groups.push((((bytes[at] ?? 0) << 8) | (bytes[at + 1] ?? 0)).toString(16));
  return groups.join(":");
}
