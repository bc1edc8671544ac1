import assert from "node:assert/strict";
import test from "node:test";
import { numbersOf, RegistaError } from "#base";
import { readAsnMmdb } from "./asnMmdb.ts";
import { mmdbOf, type MmdbPlan } from "./mmdbFixture.ts";

const fastweb = {
  autonomous_system_number: 12_874,
  autonomous_system_organization: "Fastweb SpA",
};
const tim = { autonomous_system_number: 3_269, autonomous_system_organization: "TIM" };
const plan: MmdbPlan = {
  ipVersion: 6,
  recordSize: 28,
  entries: [
    { prefix: "93.32.0.0/11", record: fastweb },
    { prefix: "79.0.0.0/10", record: tim },
    { prefix: "192.0.2.7/32", record: { asn: "AS64500", as_name: "as others write it" } },
    { prefix: "198.51.100.0/24", record: { autonomous_system_organization: "no number" } },
    { prefix: "2001:b00::/29", record: fastweb },
    { prefix: "2a01:2000::/20", record: tim },
    { prefix: "ffff:ffff:ffff:ffff::/64", record: tim },
  ],
  aliases: ["::ffff:0:0/96", "2002::/16", "2001::/32"],
};

async function rowsOf(bytes: Buffer): Promise<{ rows: string[]; skipped: number }> {
  const rows: string[] = [];
  const { skipped } = await readAsnMmdb(bytes, {
    file: "asn.mmdb",
    take: ({ first, last, asn, name }) =>
      rows.push(`${first.text} ${last.text} ${asn} ${name}`.trim()),
  });
  return { rows, skipped };
}

test("every prefix of the tree is told once, IPv4 first, and aliases of IPv4 are not", async () => {
  for (const recordSize of [24, 28, 32] as const) {
    const { rows, skipped } = await rowsOf(mmdbOf({ ...plan, recordSize }));
    assert.deepEqual(rows, [
      "79.0.0.0 79.63.255.255 3269 TIM",
      "93.32.0.0 93.63.255.255 12874 Fastweb SpA",
      "192.0.2.7 192.0.2.7 64500 as others write it",
      "2001:b00:: 2001:b07:ffff:ffff:ffff:ffff:ffff:ffff 12874 Fastweb SpA",
      "2a01:2000:: 2a01:2fff:ffff:ffff:ffff:ffff:ffff:ffff 3269 TIM",
      "ffff:ffff:ffff:ffff:: ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff 3269 TIM",
    ]);
    assert.equal(skipped, 1);
  }
});

test("a tree of IPv4 alone is read to its last address", async () => {
  const entries = [
    { prefix: "0.0.0.0/8", record: tim },
    { prefix: "255.255.255.255/32", record: fastweb },
  ];
  const { rows } = await rowsOf(mmdbOf({ ipVersion: 4, recordSize: 24, entries }));
  assert.deepEqual(rows, [
    "0.0.0.0 0.255.255.255 3269 TIM",
    "255.255.255.255 255.255.255.255 12874 Fastweb SpA",
  ]);
});

test("others get their turn while a large tree is walked", async () => {
  const entries = Array.from({ length: 4_200 }, (_, index) => ({
    prefix: `10.${index >> 8}.${index & 255}.0/24`,
    record: tim,
  }));
  let pauses = 0;
  const told: number[] = [];
  const bytes = mmdbOf({ ipVersion: 4, recordSize: 24, entries });
  const sum = await readAsnMmdb(bytes, {
    file: "asn.mmdb",
    take: () => undefined,
    onProgress: ({ rows }) => told.push(rows),
    pause: async () => void (pauses += 1),
  });
  assert.equal(sum.rows, 4_200);
  assert.equal(pauses, 1);
  assert.equal(told.length, 2);
  assert.equal(told.at(-1), 4_200);
});

test("what is no table of networks is refused with the reason", async () => {
  const countries = mmdbOf({
    ipVersion: 4,
    recordSize: 24,
    entries: [{ prefix: "192.0.2.0/24", record: { country: { iso_code: "IT" } } }],
  });
  const whole = mmdbOf(plan);
  const cases: [Buffer, RegExp][] = [
    [countries, /no record of it names a network/],
    [Buffer.from("<html>404</html>"), /asn\.mmdb is no MMDB table/],
    [Buffer.alloc(0), /asn\.mmdb is no MMDB table/],
    [whole.subarray(200), /is no MMDB table/],
  ];
  for (const [bytes, says] of cases)
    await assert.rejects(rowsOf(bytes), (error) => {
      assert.ok(error instanceof RegistaError);
      assert.equal(error.code, "formats/table-broken");
      assert.match(error.message, says);
      return true;
    });
});

test("a tree that leads in circles is refused instead of walked for ever", async () => {
  const bytes = mmdbOf({
    ipVersion: 4,
    recordSize: 24,
    entries: [{ prefix: "192.0.2.0/24", record: tim }],
  });
  // Both records of the root lead back to it: every address is a prefix of its own.
  bytes.fill(0, 0, 6);
  await assert.rejects(rowsOf(bytes), { code: "formats/table-broken", message: /in circles/ });
});

test("ten thousand mutated trees are read or refused, never worse", async () => {
  const entries = [
    { prefix: "64.0.0.0/3", record: tim },
    { prefix: "192.0.0.0/5", record: { asn: "AS64500", as_name: "other words" } },
  ];
  const trees = [
    mmdbOf({ ipVersion: 4, recordSize: 24, entries }),
    mmdbOf({ ipVersion: 4, recordSize: 28, entries }),
    mmdbOf({ ipVersion: 6, recordSize: 32, entries: [{ prefix: "2000::/3", record: fastweb }] }),
  ];
  const below = numbersOf(11);
  let refused = 0;
  for (let round = 0; round < 10_000; round += 1) {
    const small = trees[round % trees.length] as Buffer;
    const bytes = Buffer.from(small.subarray(0, below(8) === 0 ? below(small.length) : undefined));
    for (let flips = 1 + below(4); flips > 0; flips -= 1)
      // Most of the file is the tree; records and metadata behind it deserve as many blows.
      bytes[below(2) === 0 ? below(bytes.length) : bytes.length - 1 - below(300)] = below(256);
    try {
      await rowsOf(bytes);
    } catch (error) {
      assert.ok(error instanceof RegistaError, String(error));
      refused += 1;
    }
  }
  assert.ok(refused > 1_000 && refused < 9_900, `${refused} of 10,000 refused`);
});
