import assert from "node:assert/strict";
import {
  chmodSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import test, { type TestContext } from "node:test";
import { ms, RegistaError, utcMs } from "#base";
import { manualClock } from "#base/clock";
import { silentLog } from "#base/log";
import { defaultPolicy } from "#protocol";
import fc from "fast-check";
import { DecisionLog, type DecisionLogOptions } from "./decisionLog.ts";
import type { LogFile } from "./files.ts";
import { QUEUE_LIMIT, WHY_LENGTH_LIMIT, WHY_LIMIT } from "./limits.ts";
import { neighbourhood } from "./record.ts";
import type { LoggedContract, LoggedDecision } from "./sink.ts";

const decision: LoggedDecision = {
  session: "9f2c77",
  prefix: "10.1.2.0/24",
  asn: 12_874,
  edge: "isp",
  class: "on-net",
  from: null,
  leastBad: false,
  mbps: 5,
  why: ["prefix 10.1.0.0/16"],
};
const contract: LoggedContract = {
  asn: 12_874,
  version: "1",
  footprints: [{ id: "12874/1", prefixes: ["10.1.0.0/16"] }],
  limits: [{ id: "limit/12874/network", mbps: 800, footprints: [] }],
};
const facts = { policy: defaultPolicy, edges: [{ id: "isp", in: 12_874 }] };

function folder(t: TestContext): string {
  const path = mkdtempSync(join(tmpdir(), "regista-log-"));
  t.after(() => rmSync(path, { recursive: true, force: true }));
  return path;
}
type Line = Record<string, unknown> & { kind: string };
const filesOf = (path: string): string[] =>
  readdirSync(path)
    .filter((name) => name.endsWith("jsonl"))
    .sort();
const linesOf = (path: string, name: string): Line[] =>
  readFileSync(join(path, name), "utf8")
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line) as Line);

async function stage(
  t: TestContext,
  more: Partial<DecisionLogOptions> & { create?: (path: string) => Promise<LogFile> } = {},
) {
  const path = more.folder ?? folder(t);
  const clock = manualClock(utcMs(1_795_301_664_000));
  const log = await DecisionLog.open({ folder: path, ...more }, facts, { clock, log: silentLog });
  t.after(() => log.close());
  const read = (): Line[] => filesOf(path).flatMap((name) => linesOf(path, name));
  return { path, clock, log, read };
}

test("what happens is written each second, in order, after a start that names policy and edges", async (t) => {
  const { log, clock, read } = await stage(t);
  assert.deepEqual(
    read().map(({ kind, v, edges }) => ({ kind, v, edges })),
    [{ kind: "start", v: 1, edges: facts.edges }],
  );
  assert.deepEqual(read()[0]?.["policy"], defaultPolicy);
  log.contract(contract);
  clock.advance(ms(250));
  log.decision(decision);
  log.measure({ asn: 12_874, measuredMbps: 4.5, assignedMbps: null, viewers: 1 });
  clock.advance(ms(750));
  await log.flush();
  assert.deepEqual(
    read().map(({ kind, at }) => `${kind} ${Number(at) - 1_795_301_664}`),
    ["start 0", "contract 0", "decision 0.25", "measure 0.25"],
  );
  const { session, ...rest } = read()[2] ?? assert.fail();
  const { session: _name, ...whole } = decision;
  assert.deepEqual(rest, { at: 1_795_301_664.25, kind: "decision", ...whole });
  assert.match(String(session), /^[0-9a-f]{16}$/);
});

test("a viewer is a neighbourhood and a hash that another log does not share", async (t) => {
  const hashes = [];
  for (let round = 0; round < 2; round += 1) {
    const { log, read } = await stage(t);
    for (const prefix of ["10.1.2.77", "10.1.2.77/32", "2001:db8:1:2::7/128", "nonsense", null])
      log.decision({ ...decision, prefix });
    await log.close();
    const text = JSON.stringify(read());
    assert.doesNotMatch(text, /9f2c77|\.77|:7/);
    const decisions = read().slice(1);
    assert.deepEqual(
      decisions.map(({ prefix }) => prefix),
      ["10.1.2.0/24", "10.1.2.0/24", "2001:db8:1::/48", null, null],
    );
    assert.equal(new Set(decisions.map(({ session }) => session)).size, 1);
    hashes.push(decisions[0]?.["session"]);
  }
  assert.notEqual(hashes[0], hashes[1]);
});

test("no prefix longer than /24 or /48 is kept, whatever comes", () => {
  fc.assert(
    fc.property(fc.oneof(fc.ipV4(), fc.ipV6(), fc.string()), fc.nat(140), (text, length) => {
      const kept = neighbourhood(`${text}/${length}`) ?? neighbourhood(text);
      if (kept === null) return;
      const [, bits] = kept.split("/");
      assert.ok(Number(bits) <= (kept.includes(":") ? 48 : 24), kept);
      assert.equal(neighbourhood(kept), kept);
    }),
    { seed: 67, numRuns: 2_000 },
  );
});

test("files end at their size, begin with the contracts in force, and the oldest go beyond the total", async (t) => {
  const { log, path, read } = await stage(t, { fileBytes: 4_000, totalBytes: 12_000 });
  log.contract(contract);
  for (let round = 0; round < 100; round += 1) {
    log.decision(decision);
    await log.flush();
  }
  const names = filesOf(path);
  assert.ok(names.length >= 2 && names.length <= 3, names.join());
  const gone = Number(/\d+/.exec(names[0] ?? "")?.[0]) - 1;
  assert.ok(gone >= 3, `${gone}`);
  for (const name of names) {
    assert.ok(statSync(join(path, name)).size <= 4_000);
    const [first, second] = linesOf(path, name);
    assert.equal(first?.kind, "start");
    assert.deepEqual(
      [second?.kind, second?.["standing"], second?.["at"]],
      ["contract", true, 1_795_301_664],
    );
  }
  const { files, bytes, filesDeleted } = log.state.counters;
  assert.equal(files, names.length);
  assert.equal(
    bytes,
    names.reduce((sum, name) => sum + statSync(join(path, name)).size, 0),
  );
  assert.equal(filesDeleted, gone);
  assert.ok(read().length > 10);
});

test("a new process never writes into an old file", async (t) => {
  const first = await stage(t);
  first.log.decision(decision);
  await first.log.close();
  writeFileSync(join(first.path, "notes.txt"), "not a log");
  const second = await stage(t, { folder: first.path });
  second.log.decision(decision);
  await second.log.close();
  assert.deepEqual(filesOf(first.path), ["decisions-00000001.jsonl", "decisions-00000002.jsonl"]);
  const starts = second.read().filter(({ kind }) => kind === "start");
  assert.notEqual(starts[0]?.["log"], starts[1]?.["log"]);
});

test("on a full disk records are lost by kind and counted, and the log goes on when there is room", async (t) => {
  let full = false;
  const written: string[] = [];
  const { log, clock } = await stage(t, {
    create: async () => ({
      append: async (text) => {
        if (full) throw new Error("ENOSPC: no space left on device");
        written.push(text);
      },
      close: async () => undefined,
    }),
  });
  log.contract(contract);
  await log.flush();
  full = true;
  for (let second = 0; second < 3; second += 1) {
    log.decision(decision);
    log.measure({ asn: 12_874, measuredMbps: 1, assignedMbps: 1, viewers: 1 });
    clock.advance(ms(1_000));
    await log.flush();
  }
  assert.match(log.state.problem ?? "", /ENOSPC/);
  assert.equal(log.state.counters["lost"], 6);
  full = false;
  log.decision(decision);
  await log.flush();
  assert.equal(log.state.problem, null);
  const after = written
    .slice(2)
    .join("")
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as Line);
  assert.deepEqual(
    after.map(({ kind }) => kind),
    ["start", "contract", "lost", "decision"],
  );
  assert.deepEqual(
    [after[2]?.["decision"], after[2]?.["contract"], after[2]?.["measure"]],
    [3, 0, 3],
  );
  await log.flush();
  assert.equal(written.join("").split('"lost"').length, 2);
});

test("what comes faster than it is written is lost beyond the queue, never held", async (t) => {
  let release: () => void = () => undefined;
  const blocked = new Promise<void>((resolve) => (release = resolve));
  let appends = 0;
  const written: string[] = [];
  const { log } = await stage(t, {
    create: async () => ({
      append: async (text) => {
        appends += 1;
        if (appends > 1) await blocked;
        written.push(text);
      },
      close: async () => undefined,
    }),
  });
  log.decision(decision);
  const writing = log.flush();
  for (let count = 0; count < QUEUE_LIMIT + 500; count += 1) log.decision(decision);
  assert.equal(log.state.counters["waiting"], QUEUE_LIMIT);
  release();
  await writing;
  log.decision(decision);
  await log.flush();
  const text = written.join("");
  assert.equal(text.split('"kind":"decision"').length - 1, QUEUE_LIMIT + 2);
  assert.match(text, /"kind":"lost","decision":500,"contract":0,"measure":0/);
});

test("reasons are cut in number and length", async (t) => {
  const { log, read } = await stage(t);
  log.decision({ ...decision, why: Array.from({ length: 50 }, () => "x".repeat(5_000)) });
  await log.close();
  const why = read()[1]?.["why"] as string[];
  assert.deepEqual([why.length, why[0]?.length], [WHY_LIMIT, WHY_LENGTH_LIMIT]);
});

test("closing writes what waits, once; later records are not kept", async (t) => {
  const { log, read } = await stage(t);
  log.decision(decision);
  await Promise.all([log.close(), log.close()]);
  log.decision(decision);
  await log.close();
  assert.equal(read().length, 2);
});

test("a folder that cannot be is refused at the start", async (t) => {
  const path = folder(t);
  const file = join(path, "file");
  writeFileSync(file, "");
  chmodSync(file, 0o400);
  await assert.rejects(stage(t, { folder: join(file, "log") }), (error) => {
    assert.ok(error instanceof RegistaError);
    return error.code === "director/log-unwritable";
  });
});
