import assert from "node:assert/strict";
import { mkdtempSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import test, { type TestContext } from "node:test";
import { ms, utcMs } from "#base";
import { manualClock, systemClock } from "#base/clock";
import { MMDB_BYTES_LIMIT } from "#network/formats";
import { loadTables } from "./tables.ts";

function file(t: TestContext, content: string): string {
  const folder = mkdtempSync(join(tmpdir(), "regista-tables-"));
  t.after(() => rmSync(folder, { recursive: true }));
  const path = join(folder, "table");
  writeFileSync(path, content);
  return path;
}

test("tables are taken one after another, with progress and a sum", async (t) => {
  const one = file(t, "1.0.0.0,1.0.0.255,13335,A\n10.0.0.0,10.0.0.255,0,\n");
  const two = file(t, "2001:db8::,2001:db8::ffff,64500,B\n");
  const taken: string[] = [];
  const told: string[] = [];
  const sum = await loadTables(
    {
      tables: [
        { format: "csv", file: one },
        { format: "csv", file: two },
      ],
    },
    {
      take: ({ first, asn }) => taken.push(`${first.text} ${asn}`),
      clock: manualClock(utcMs(0)),
      onProgress: (path, { rows }) => told.push(`${path === one ? "one" : "two"} ${rows}`),
    },
  );
  assert.deepEqual(taken, ["1.0.0.0 13335", "2001:db8:: 64500"]);
  assert.deepEqual(told, ["one 1", "two 1"]);
  assert.deepEqual(sum, { rows: 2, skipped: 1 });
});

test("a table that is not there, or is of the other format, is refused by name", async (t) => {
  const csv = file(t, "1.0.0.0,1.0.0.255,13335,A\n");
  const context = { take: () => undefined, clock: systemClock };
  const cases = [
    { format: "csv", file: "/no/such/table.csv", code: "model/file-unreadable" },
    { format: "mmdb", file: "/no/such/table.mmdb", code: "model/file-unreadable" },
    { format: "mmdb", file: csv, code: "formats/table-broken" },
  ] as const;
  for (const { code, ...table } of cases)
    await assert.rejects(loadTables({ tables: [table] }, context), (error) => {
      const { code: said, message } = error as Error & { code: string };
      assert.equal(said, code);
      assert.ok(message.includes(table.file), message);
      return true;
    });
});

test("a table that is too large for the memory is not read into it", async (t) => {
  const large = file(t, "");
  truncateSync(large, MMDB_BYTES_LIMIT + 1);
  await assert.rejects(
    loadTables(
      { tables: [{ format: "mmdb", file: large }] },
      { take: () => undefined, clock: systemClock },
    ),
    { code: "model/file-unreadable", message: /at most 268435456 are read/ },
  );
});

test("other work gets its turn while a large table is read", async (t) => {
  const csv = file(t, "1.0.0.0,1.0.0.255,13335,A name to fill the line with\n".repeat(20_000));
  let turns = 0;
  const reading = { done: false };
  const ticking = (async () => {
    for (; !reading.done; turns += 1) await systemClock.sleep(ms(0));
  })();
  const { rows } = await loadTables(
    { tables: [{ format: "csv", file: csv }] },
    { take: () => undefined, clock: systemClock },
  );
  reading.done = true;
  await ticking;
  assert.equal(rows, 20_000);
  assert.ok(turns > 3, `${turns} turns`);
});
