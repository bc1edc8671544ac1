// Reads tables of networks in MMDB form (MaxMind DB file format 2.0): walks the tree's prefixes in order, each once.
import { type AsnResponse, Reader } from "mmdb-lib";
import { sentenceOf } from "#base";
import { parseAddress } from "#network";
import type { TableReader, TableSum } from "./asnCsv.ts";
import { formatErrors } from "./errors.ts";
import { cut } from "./found.ts";
import { MMDB_BYTES_LIMIT, ROWS_BETWEEN_PAUSES } from "./limits.ts";
import { ipv4Text, ipv6Text } from "./numberedAddress.ts";

/** As for CSV; and a tree is in memory whole, so that its reader has to be told when to let others go on. */
export interface TreeReader extends TableReader {
  /** Awaited every few thousand rows. Default: the walk is made in one go. */
  readonly pause?: (() => Promise<void>) | undefined;
}

/** A prefix of the tree that holds a record, by its first and last address. */
interface Leaf {
  readonly record: Record<string, unknown>;
  readonly first: string;
  readonly last: string;
}

/**
 * Gives each prefix of a network to `take`, IPv4 first, in order. Throws `formats/too-large` and
 * `formats/table-broken`; rows before the mistake were taken by then.
 */
export async function readAsnMmdb(
  bytes: Buffer,
  { file, take, onProgress, pause }: TreeReader,
): Promise<TableSum> {
  if (bytes.length > MMDB_BYTES_LIMIT)
    throw formatErrors.make("too-large", { file, limit: MMDB_BYTES_LIMIT });
  const sum = { rows: 0, skipped: 0 };
  try {
    let untilPause = ROWS_BETWEEN_PAUSES;
    for (const leaf of leavesOf(bytes)) {
      const asn = leaf && numberOf(leaf.record);
      if (leaf && asn) {
        sum.rows += 1;
        const { first, last, record } = leaf;
        take({ first: address(first), last: address(last), asn, name: nameOf(record) });
      } else if (leaf) sum.skipped += 1;
      untilPause -= 1;
      if (untilPause > 0) continue;
      untilPause = ROWS_BETWEEN_PAUSES;
      onProgress?.({ ...sum });
      await pause?.();
    }
  } catch (failure) {
    throw broken(file, sentenceOf(failure), failure);
  }
  if (sum.rows === 0 && sum.skipped > 0) throw broken(file, "no record of it names a network");
  onProgress?.({ ...sum });
  return sum;
}

const broken = (file: string, why: string, cause?: unknown): Error =>
  formatErrors.make("table-broken", { file, why }, cause);

function address(text: string): NonNullable<ReturnType<typeof parseAddress>> {
  const found = parseAddress(text);
  if (!found) throw new Error(`${text} is no address`);
  return found;
}

/** IPv6 addresses that stand for IPv4 ones, in order: RFC 4291 2.5.5, RFC 4380 2.6, RFC 3056 2. Aliases in the tree. */
const standIns = [
  { from: 0n, to: 1n << 32n },
  { from: 0xffffn << 32n, to: 0x1_0000n << 32n },
  { from: 0x2001_0000n << 96n, to: 0x2001_0001n << 96n },
  { from: 0x2002n << 112n, to: 0x2003n << 112n },
];

/** The tree's prefixes in order; null for one that holds nothing. */
function* leavesOf(bytes: Buffer): Generator<Leaf | null> {
  const reader = new Reader<AsnResponse>(bytes, { cache: new RecordCache() });
  const { nodeCount, ipVersion, searchTreeSize } = reader.metadata;
  if (ipVersion !== 4 && ipVersion !== 6) throw new Error("its ip_version is neither 4 nor 6");
  if (!(searchTreeSize < bytes.length)) throw new Error("its tree is longer than the file");
  // A tree of n nodes has n + 1 records that are none; one that has more leads in circles.
  let left = nodeCount + 1 + standIns.length;
  const look = (text: string): [AsnResponse | null, number] => {
    left -= 1;
    if (left < 0) throw new Error("its tree leads in circles");
    return reader.getWithPrefixLength(text);
  };
  for (let at = 0; at < 2 ** 32;) {
    const first = ipv4Text(at);
    const [found, length] = look(first);
    const size = 2 ** (32 - length);
    at = (Math.floor(at / size) + 1) * size;
    const record = recordOf(found);
    yield record && { record, first, last: ipv4Text(at - 1) };
  }
  if (ipVersion === 4) return;
  const jumps = [...standIns];
  for (let at = 0n; at >> 128n === 0n;) {
    const [jump] = jumps;
    if (jump && at >= jump.from) {
      jumps.shift();
      if (at < jump.to) at = jump.to;
      continue;
    }
    const first = ipv6Text(at);
    const [found, length] = look(first);
    const width = BigInt(128 - length);
    at = ((at >> width) + 1n) << width;
    const record = recordOf(found);
    yield record && { record, first, last: ipv6Text(at - 1n) };
  }
}

const recordOf = (record: unknown): Record<string, unknown> | null =>
  typeof record === "object" && record !== null ? (record as Record<string, unknown>) : null;

/** What the free and the sold tables call a network's number. */
function numberOf(record: Record<string, unknown>): number | null {
  const told = record["autonomous_system_number"] ?? record["asn"];
  const asn = typeof told === "string" ? Number(told.replace(/^AS/i, "")) : told;
  return typeof asn === "number" && Number.isInteger(asn) && asn <= 4_294_967_295 ? asn : null;
}

function nameOf(record: Record<string, unknown>): string {
  const told = record["autonomous_system_organization"] ?? record["as_name"] ?? record["name"];
  return typeof told === "string" ? cut(told) : "";
}

/** Many prefixes share a record; those met last stay decoded. */
class RecordCache {
  static readonly SIZE = 65_536;
  #records = new Map<string | number, unknown>();

  get(key: string | number): unknown {
    return this.#records.get(key);
  }

  set(key: string | number, record: unknown): void {
    if (this.#records.size >= RecordCache.SIZE) this.#records = new Map();
    this.#records.set(key, record);
  }
}
