import assert from "node:assert/strict";
import { existsSync, createReadStream } from "node:fs";
import test from "node:test";
import { RegistaError } from "#base";
import { readAsnCsv, type TableRow } from "./asnCsv.ts";
import { TABLE_LINE_LENGTH_LIMIT } from "./limits.ts";
import { spoiled } from "./mutateFixture.ts";

/** `text` in chunks of `size` bytes. */
function* chunks(text: string, size = 7): Generator<Uint8Array> {
  const bytes = Buffer.from(text);
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

const shown = ({ first, last, asn, name }: TableRow): string =>
  `${first.text} ${last.text} ${asn} ${name}`;

async function rowsOf(text: string, size?: number): Promise<{ rows: string[]; skipped: number }> {
  const rows: string[] = [];
  const { skipped } = await readAsnCsv(chunks(text, size), {
    file: "asn.csv",
    take: (row) => rows.push(shown(row)),
  });
  return { rows, skipped };
}

const table = `start,end,asn,name
1.0.0.0,1.0.0.255,13335,"Cloudflare, Inc."
79.0.0.0,79.63.255.255,3269,Telecom Italia S.p.A.\r
2001:b00::,2001:b07:ffff:ffff:ffff:ffff:ffff:ffff,AS12874,"the ""fast"" web"
10.0.0.0,10.255.255.255,0,

192.0.2.0,192.0.2.255,,nobody
2a01:2000::,2a01:2fff:ffff:ffff:ffff:ffff:ffff:ffff,3269,Società`;
const rows = [
  "1.0.0.0 1.0.0.255 13335 Cloudflare, Inc.",
  "79.0.0.0 79.63.255.255 3269 Telecom Italia S.p.A.",
  '2001:b00:: 2001:b07:ffff:ffff:ffff:ffff:ffff:ffff 12874 the "fast" web',
  "2a01:2000:: 2a01:2fff:ffff:ffff:ffff:ffff:ffff:ffff 3269 Società",
];

test("rows come in order whatever the size of the chunks; those of no network are counted", async () => {
  for (const size of [1, 2, 3, 7, 64, 10_000]) {
    const read = await rowsOf(table, size);
    assert.deepEqual(read.rows, rows);
    assert.equal(read.skipped, 2);
  }
});

test("addresses as whole numbers mean the same as in writing", async () => {
  const { rows } = await rowsOf(
    [
      "16777216,16777471,13335,A",
      "4294967040,4294967295,1,last of IPv4",
      "42540488161975842760550356425300246528,42540488241204005274814694018844196863,6939,HE",
      "340282366920938463463374607431768211455,340282366920938463463374607431768211455,2,last of IPv6",
    ].join("\n"),
  );
  assert.deepEqual(rows, [
    "1.0.0.0 1.0.0.255 13335 A",
    "255.255.255.0 255.255.255.255 1 last of IPv4",
    "2001:: 2001:0:ffff:ffff:ffff:ffff:ffff:ffff 6939 HE",
    "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff 2 last of IPv6",
  ]);
});

test("a wrong line is refused with its number, and rows before it were taken", async () => {
  const good = "1.0.0.0,1.0.0.255,13335,A\n";
  const wrong: [string, RegExp][] = [
    ["1.0.0,1.0.0.255,1,A", /asn\.csv:2: 1\.0\.0 is no address/],
    ["1.0.0.0,oops,1,A", /:2: oops is no address/],
    ["1.0.0.0,2001:db8::,1,A", /begins in one family and ends in the other/],
    ["1.0.1.0,1.0.0.0,1,A", /it ends before it begins/],
    ["2001:db8::1,2001:db8::,1,A", /it ends before it begins/],
    ["1.0.0.0,1.0.0.255,4294967296,A", /4294967296 is no network number/],
    ["1.0.0.0,1.0.0.255,x,A", /x is no network number/],
    ["340282366920938463463374607431768211456,1.0.0.0,1,A", /is no address/],
    ["x".repeat(TABLE_LINE_LENGTH_LIMIT + 1), /more than 512 characters/],
    [`1.0.0.0,1.0.0.255,1,${"x".repeat(100_000)}`, /more than 512 characters/],
  ];
  for (const [line, says] of wrong) {
    const taken: string[] = [];
    await assert.rejects(
      readAsnCsv(chunks(good + line, 4_096), {
        file: "asn.csv",
        take: (row) => taken.push(shown(row)),
      }),
      (error) => {
        assert.ok(error instanceof RegistaError, String(error));
        assert.equal(error.code, "formats/table-line");
        assert.match(error.message, says);
        assert.match(error.cure, /first address, last address/);
        return true;
      },
    );
    assert.deepEqual(taken, ["1.0.0.0 1.0.0.255 13335 A"]);
  }
});

test("a first line is a heading only when no address begins it", async () => {
  await assert.rejects(rowsOf("1.0.0.0,1.0.0.255,x,A\n"), { code: "formats/table-line" });
  assert.deepEqual((await rowsOf("\ufeffip_start,ip_end,asn,name\n")).rows, []);
});

test("progress is told while a table is read", async () => {
  const told: number[] = [];
  const sum = await readAsnCsv(chunks("1.0.0.0,1.0.0.255,1,A\n".repeat(100), 220), {
    file: "asn.csv",
    take: () => undefined,
    onProgress: ({ rows }) => told.push(rows),
  });
  assert.equal(sum.rows, 100);
  assert.equal(told.length, 10);
  assert.deepEqual(
    told,
    [...told].sort((a, b) => a - b),
  );
  assert.equal(told.at(-1), 100);
});

test("ten thousand spoiled tables are read or refused, never worse", async () => {
  let read = 0;
  for (const copy of spoiled(table, { seed: 5, count: 10_000 })) {
    try {
      await rowsOf(copy, 10_000);
      read += 1;
    } catch (error) {
      assert.ok(error instanceof RegistaError, `${String(error)} ${copy}`);
    }
  }
  assert.ok(read > 500 && read < 9_900, `${read} of 10,000 read`);
});

/** Real ranges of large networks, where the folder of real data is at hand. */
const keyFile = new URL("../../../../shared/data/asn-ipv6-key.csv", import.meta.url).pathname;

test("a real table is read to its end", async () => {
  const source = existsSync(keyFile) ? createReadStream(keyFile) : chunks(table);
  const networks = new Set<number>();
  const { rows, skipped } = await readAsnCsv(source, {
    file: keyFile,
    take: ({ asn }) => networks.add(asn),
  });
  assert.ok(rows >= 4 && skipped <= 2);
  assert.ok(networks.has(12_874) && networks.has(3_269));
});
