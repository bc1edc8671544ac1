// The whole routing table, and half as much again, in a director that serves meanwhile.
import assert from "node:assert/strict";
import { test } from "node:test";
import { monoMs, numbersOf } from "#base";
import { parseAddress, parsePrefix, rangeOf } from "#network";
import { networkSchema } from "#protocol";
import { emptyModel, Topology } from "../../src/director/topology.ts";

const FOUR = 1_100_000;
const SIX = 250_000;
const LOAD_LIMIT_MS = 10_000;
const UPDATE_LIMIT_MS = 100;
/** Of it 64 MiB are address space of the direct table for IPv4, of which the system gives what is used. */
const BYTES_LIMIT = 96 * 1_048_576;

const hex = (number: number): string => number.toString(16);
const four = (n: number): string => `${1 + (n >> 16)}.${(n >> 8) & 255}.${n & 255}.0/24`;
const six = (n: number): string => `2a00:${hex(n >> 8)}:${hex((n & 255) << 8)}::/40`;

test(`1.1 million IPv4 and 250,000 IPv6 prefixes load in ${LOAD_LIMIT_MS / 1_000} s of a core, and an update touches its own alone`, (t) => {
  const topology = new Topology(emptyModel);
  const number = numbersOf(5);
  const owners = Array.from({ length: FOUR + SIX }, () => 1 + number(80_000));
  const rows = owners.map((asn, n) => {
    const prefix = parsePrefix(n < FOUR ? four(n) : six(n - FOUR));
    assert.ok(prefix);
    return { ...rangeOf(prefix), asn, name: "" };
  });
  const load = process.cpuUsage();
  for (const row of rows) topology.takeRange(row);
  topology.tablesLoaded();
  const loaded = process.cpuUsage(load).user / 1_000;
  const { prefixes, bytes } = topology.tables;
  t.diagnostic(`${Math.round(loaded)} ms, ${Math.round(bytes / 1_048_576)} MiB`);
  assert.deepEqual(prefixes, { 4: FOUR, 6: SIX });
  assert.ok(loaded < LOAD_LIMIT_MS, `${loaded} ms`);
  assert.ok(bytes < BYTES_LIMIT, `${bytes} bytes`);
  for (let n = 0; n < FOUR + SIX; n += 997) {
    const address = parseAddress((n < FOUR ? four(n) : six(n - FOUR)).replace(/\/\d+$/, ""));
    assert.ok(address);
    assert.equal(topology.homeOf(address).home.asn, owners[n]);
  }
  const network = (firstRow: number) =>
    networkSchema.parse({
      ...{ v: 1, asn: 99_999, name: "late", place: "it/roma", gateway: "", limitMbps: null },
      prefixes: Array.from({ length: 1_000 }, (_, n) => four(firstRow + n)),
      access: { link: { delayMs: 0, mbps: null }, downMbps: 0, upMbps: 0, connections: 0 },
    });
  topology.learnNetwork("http://late", network(0), monoMs(0));
  const update = process.cpuUsage();
  topology.learnNetwork("http://late", network(500), monoMs(1));
  const updated = process.cpuUsage(update).user / 1_000;
  t.diagnostic(`1,000 prefixes exchanged in ${updated.toFixed(1)} ms`);
  assert.ok(updated < UPDATE_LIMIT_MS, `${updated} ms`);
  const at = (n: number) => {
    const address = parseAddress(four(n).replace("/24", ""));
    assert.ok(address);
    return topology.homeOf(address).home.asn;
  };
  assert.deepEqual(
    [at(499), at(500), at(1_499), at(1_500)],
    [owners[499], 99_999, 99_999, owners[1_500]],
  );
});
