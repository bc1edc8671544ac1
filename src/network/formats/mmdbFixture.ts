// Writes small MMDB files for the tests, by the MaxMind DB file format specification 2.0.
import { invariant } from "#base";
import { parsePrefix } from "#network";

type Value = string | number | boolean | readonly Value[] | { readonly [key: string]: Value };

/** Types of the data section. */
const STRING = 2;
const UINT16 = 5;
const UINT32 = 6;
const MAP = 7;
const UINT64 = 9;
const ARRAY = 11;
const BOOLEAN = 14;

/** Control byte, the extended type's byte and the size's further bytes. */
function head(type: number, size: number): number[] {
  const short = size < 29 ? size : size < 285 ? 29 : 30;
  const more =
    short === 29 ? [size - 29] : short === 30 ? [(size - 285) >> 8, (size - 285) & 255] : [];
  return type <= 7 ? [(type << 5) | short, ...more] : [short, type - 7, ...more];
}

function whole(value: number, type: number): number[] {
  const bytes: number[] = [];
  for (let rest = value; rest > 0; rest = Math.floor(rest / 256)) bytes.unshift(rest % 256);
  return [...head(type, bytes.length), ...bytes];
}

function encode(value: Value, types: Readonly<Record<string, number>> = {}): number[] {
  if (typeof value === "string") {
    const bytes = Buffer.from(value);
    return [...head(STRING, bytes.length), ...bytes];
  }
  if (typeof value === "number") return whole(value, UINT32);
  if (typeof value === "boolean") return head(BOOLEAN, value ? 1 : 0);
  if (Array.isArray(value))
    return [...head(ARRAY, value.length), ...(value as Value[]).flatMap((item) => encode(item))];
  const entries = Object.entries(value as Record<string, Value>);
  return [
    ...head(MAP, entries.length),
    ...entries.flatMap(([key, item]) => [
      ...encode(key),
      ...(types[key] === undefined ? encode(item) : whole(item as number, types[key])),
    ]),
  ];
}

/** What to write. */
export interface MmdbPlan {
  readonly ipVersion: 4 | 6;
  readonly recordSize: 24 | 28 | 32;
  /** Prefixes, none inside another, with their records. In a tree of version 6, IPv4 ones lie in ::/96. */
  readonly entries: readonly { readonly prefix: string; readonly record: Value }[];
  /** IPv6 prefixes that lead to where IPv4 begins, as the trees on the market have them. */
  readonly aliases?: readonly string[];
}

/** A record: another node, nothing, or an offset in the data section. */
type Slot = { node: number } | { data: number } | null;

const METADATA_MARK = Buffer.from("abcdef4d61784d696e642e636f6d", "hex");

/** The bytes of a database. */
export function mmdbOf({ ipVersion, recordSize, entries, aliases = [] }: MmdbPlan): Buffer {
  const nodes: [Slot, Slot][] = [[null, null]];
  const data: number[] = [];
  const place = (bits: string, slot: Slot): void => {
    let at = 0;
    for (const [index, bit] of Array.from(bits).entries()) {
      const node = nodes[at];
      invariant(node, "a slot leads to a node that is there");
      const side = bit === "1" ? 1 : 0;
      if (index === bits.length - 1) node[side] = slot;
      else {
        const next = node[side];
        if (next && "node" in next) at = next.node;
        else {
          nodes.push([null, null]);
          at = nodes.length - 1;
          node[side] = { node: at };
        }
      }
    }
  };
  for (const { prefix, record } of entries) {
    place(bitsOf(prefix, ipVersion), { data: data.length });
    data.push(...encode(record));
  }
  if (ipVersion === 6 && aliases.length > 0) {
    const start = nodeAt(nodes, "0".repeat(96));
    for (const alias of aliases) place(bitsOf(alias, 6), { node: start });
  }
  const tree = nodes.flatMap((node) => nodeBytes(node, recordSize, nodes.length));
  const metadata = encode(
    {
      binary_format_major_version: 2,
      binary_format_minor_version: 0,
      build_epoch: 1_795_301_664,
      database_type: "Test-ASN",
      description: { en: "networks for a test" },
      ip_version: ipVersion,
      languages: ["en"],
      node_count: nodes.length,
      record_size: recordSize,
    },
    {
      binary_format_major_version: UINT16,
      binary_format_minor_version: UINT16,
      build_epoch: UINT64,
      ip_version: UINT16,
      record_size: UINT16,
    },
  );
  return Buffer.concat([
    Buffer.from(tree),
    Buffer.alloc(16),
    Buffer.from(data),
    METADATA_MARK,
    Buffer.from(metadata),
  ]);
}

function bitsOf(text: string, ipVersion: 4 | 6): string {
  const prefix = parsePrefix(text);
  invariant(prefix, `${text} is a prefix`);
  const words = prefix.family === 4 ? [prefix.w0] : [prefix.w0, prefix.w1, prefix.w2, prefix.w3];
  const bits = words.map((word) => (word >>> 0).toString(2).padStart(32, "0")).join("");
  const lead = prefix.family === 4 && ipVersion === 6 ? "0".repeat(96) : "";
  return lead + bits.slice(0, prefix.length);
}

function nodeAt(nodes: readonly [Slot, Slot][], bits: string): number {
  let at = 0;
  for (const bit of bits) {
    const slot = nodes[at]?.[bit === "1" ? 1 : 0];
    invariant(slot && "node" in slot, "the tree has IPv4 addresses");
    at = slot.node;
  }
  return at;
}

function nodeBytes(node: readonly [Slot, Slot], recordSize: number, count: number): number[] {
  const [left, right] = node.map((slot) => {
    if (slot === null) return count;
    return "node" in slot ? slot.node : count + 16 + slot.data;
  }) as [number, number];
  const low = (value: number, bytes: number): number[] =>
    [24, 16, 8, 0].slice(4 - bytes).map((shift) => (value >>> shift) & 255);
  if (recordSize === 28)
    return [...low(left, 3), (((left >>> 24) & 15) << 4) | ((right >>> 24) & 15), ...low(right, 3)];
  return [...low(left, recordSize / 8), ...low(right, recordSize / 8)];
}
