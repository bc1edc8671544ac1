import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import test, { type TestContext } from "node:test";

const START_S = 1_795_301_664;

/** A log of a minute under a limit of 800 Mb/s, with what was measured in each second. */
function folder(t: TestContext, mbps: (second: number) => number | null): string {
  const path = mkdtempSync(join(tmpdir(), "regista-audit-"));
  t.after(() => rmSync(path, { recursive: true }));
  const limits = [{ id: "limit/12874/network", mbps: 800, footprints: [] }];
  const lines: object[] = [
    { at: START_S, kind: "start", v: 1, log: "1", edges: [{ id: "isp", in: 12_874 }] },
    { at: START_S, kind: "contract", asn: 12_874, version: "1", footprints: [], limits },
  ];
  for (let second = 1; second <= 60; second += 1) {
    const at = START_S + second;
    const measuredMbps = mbps(second);
    if (measuredMbps !== null) lines.push({ at, kind: "measure", asn: 12_874, measuredMbps });
    const viewer = { session: "ab12", prefix: "127.0.1.0/24", asn: 12_874 };
    lines.push({
      ...{ at, kind: "decision", ...viewer, edge: "isp", class: "on-net", from: "ixp" },
      ...{ leastBad: true, mbps: 5 },
    });
  }
  const text = lines.map((line) => `${JSON.stringify(line)}\n`).join("");
  writeFileSync(join(path, "decisions-00000001.jsonl"), text);
  return path;
}

const regista = (...args: string[]) =>
  spawnSync(process.execPath, ["src/cli/main.ts", "audit", ...args], { encoding: "utf8" });

test("regista audit says it in the first line and by its exit status: 0 kept, 1 broken, 2 it cannot be said", (t) => {
  const kept = regista(folder(t, () => 700));
  assert.equal(kept.status, 0, kept.stderr);
  assert.match(kept.stdout, /^kept: 1 clauses of 1 network\n/);
  assert.match(kept.stdout, /AS12874.*limit\/12874\/network.*800\.0.*45.*45/);

  const broken = regista(folder(t, (second) => (second > 30 ? 950 : 700)));
  assert.equal(broken.status, 1);
  assert.match(broken.stdout, /^broken in 1 place\n/);
  assert.match(broken.stdout, /above 800\.0 Mb\/s, at worst 950\.0; \d+ viewers/);
  assert.match(broken.stdout, /ab12 of 127\.0\.1\.0\/24 → isp from ixp, the least bad/);

  const silent = regista(
    folder(t, () => null),
    "--json",
  );
  assert.equal(silent.status, 2);
  const report = JSON.parse(silent.stdout) as { verdict: string; missing: string[] };
  assert.equal(report.verdict, "cannot say");
  assert.match(report.missing.join(), /no measurement for limit\/12874\/network/);
});

test("regista audit refuses options that are no numbers, with the option's name", (t) => {
  const wrong = regista(
    folder(t, () => 700),
    "--drain",
    "soon",
  );
  assert.equal(wrong.status, 1);
  assert.match(wrong.stderr, /--drain: soon is not a number of at least 0/);
});
