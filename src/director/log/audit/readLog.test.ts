import assert from "node:assert/strict";
import {
  appendFileSync,
  readdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import test from "node:test";
import { numbersOf } from "#base";
import { audit, Play, START_S } from "./auditFixture.ts";
import { LINE_LENGTH_LIMIT } from "./limits.ts";

test("lost decisions, strange lines and a clock set back are never called kept; a torn last line is noted", async (t) => {
  const make = async (): Promise<Play> => {
    const play = await new Play(t).start();
    play.serve("10.1.0.0/16");
    play.seconds(6, null);
    play.send();
    await play.end();
    return play;
  };
  const file = (play: Play): string => join(play.folder, readdirSync(play.folder)[0] ?? "");
  const line = (fields: object): string => `${JSON.stringify(fields)}\n`;
  const wrong: [string, RegExp][] = [
    [
      line({ at: START_S + 7, kind: "lost", decision: 3, contract: 0, measure: 9 }),
      /3 decisions were lost/,
    ],
    [
      line({ at: START_S + 7, kind: "lost", decision: 0, contract: 1, measure: 0 }),
      /1 contracts were lost/,
    ],
    ["half a li\n", /1 lines are no records/],
    [line({ at: START_S + 7, kind: "wish" }), /1 lines are no records/],
    [line({ at: START_S + 7, kind: "decision", asn: "x" }), /1 lines are no records/],
    [`${"x".repeat(3 * LINE_LENGTH_LIMIT)}\n`, /1 lines are no records/],
    [line({ at: START_S - 100, kind: "measure", asn: 1, measuredMbps: 1 }), /clock was set back/],
  ];
  for (const [text, says] of wrong) {
    const play = await make();
    appendFileSync(file(play), text);
    const report = await audit([play]);
    assert.equal(report.verdict, "cannot say", text.slice(0, 80));
    assert.match(report.missing.join(), says);
  }
  const torn = await make();
  appendFileSync(file(torn), '{"at":17953');
  const report = await audit([torn]);
  assert.deepEqual([report.verdict, report.totals.torn], ["kept", 1]);
  assert.match(report.notes.join(), /torn/);
  truncateSync(file(torn), 10);
  assert.equal((await audit([torn])).verdict, "cannot say");
});

test("nothing read is nothing proved", async (t) => {
  const empty = new Play(t);
  assert.match((await audit([empty])).missing.join(), /holds no record/);
  rmSync(empty.folder, { recursive: true });
  assert.match((await audit([empty])).missing.join(), /ENOENT/);
  writeFileSync(empty.folder, "");
  assert.equal((await audit([empty])).verdict, "cannot say");
});

test("ten thousand mutilated lines are records or counted, and never end the audit", async (t) => {
  const play = await new Play(t).start();
  play.limit(800, { footprints: [{ id: "12874/1", prefixes: ["10.1.0.0/16"] }] });
  play.seconds(3, 700);
  play.send();
  await play.end();
  const path = join(play.folder, readdirSync(play.folder)[0] ?? "");
  const lines = readFileSync(path, "utf8").trimEnd().split("\n");
  const pick = numbersOf(68);
  const pieces = ['"', "{", "}", "[", "]", "null", "-1", "1e999", ",", ":", "true", "\\"];
  const text = Array.from({ length: 10_000 }, () => {
    let line = lines[pick(lines.length)] as string;
    for (let change = pick(3); change >= 0; change -= 1) {
      const at = pick(line.length);
      line = line.slice(0, at) + pieces[pick(pieces.length)] + line.slice(at + pick(8));
    }
    return line;
  });
  writeFileSync(path, `${text.join("\n")}\n`);
  const { totals } = await audit([play]);
  assert.equal(totals.records + totals.strange, 10_000);
  assert.ok(totals.strange > 3_000 && totals.records > 500, JSON.stringify(totals));
});
