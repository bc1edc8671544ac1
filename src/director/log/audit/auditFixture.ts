// Logs for the tests of the audit: written by a real log under a clock that is set by hand.
import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestContext } from "node:test";
import { ms, utcMs } from "#base";
import { type ManualClock, manualClock } from "#base/clock";
import { silentLog } from "#base/log";
import { defaultPolicy } from "#protocol";
import { DecisionLog } from "../decisionLog.ts";
import type { LoggedContract } from "../sink.ts";
import { auditLogs } from "./audit.ts";
import type { AuditReport } from "./verdict.ts";

export const START_S = 1_795_301_664;
export const WHOLE = "limit/12874/network";
const edges = [
  { id: "isp", in: 12_874 },
  { id: "ixp", in: null },
];

/** A log written by a real one, second by second. */
export class Play {
  readonly folder: string;
  readonly clock: ManualClock = manualClock(utcMs(START_S * 1_000));
  #log: DecisionLog | null = null;
  #version = 0;

  constructor(t: TestContext) {
    this.folder = mkdtempSync(join(tmpdir(), "regista-audit-"));
    t.after(async () => {
      await this.#log?.close();
      rmSync(this.folder, { recursive: true });
    });
  }

  async start(): Promise<this> {
    const facts = { policy: defaultPolicy, edges };
    const context = { clock: this.clock, log: silentLog };
    this.#log = await DecisionLog.open({ folder: this.folder }, facts, context);
    return this;
  }

  get log(): DecisionLog {
    return this.#log ?? assert.fail("the log is not open");
  }

  limit(mbps: number | null, more: Partial<LoggedContract> = {}): void {
    const limits = mbps === null ? [] : [{ id: WHOLE, mbps, footprints: [] }];
    const version = String(++this.#version);
    this.log.contract({ asn: 12_874, version, footprints: [], limits, ...more });
  }

  serve(...prefixes: string[]): void {
    this.limit(null, { footprints: [{ id: "12874/1", prefixes }] });
  }

  /** Seconds in which the network measures what `mbps` says. */
  seconds(count: number, mbps: number | null): void {
    for (let second = 0; second < count; second += 1) {
      this.clock.advance(ms(1_000));
      if (mbps !== null)
        this.log.measure({ asn: 12_874, measuredMbps: mbps, assignedMbps: mbps, viewers: 1 });
    }
  }

  send(edge = "isp", prefix: string | null = "10.1.2.0/24", asn = 12_874): void {
    this.log.decision({
      session: "viewer",
      prefix,
      asn,
      edge,
      class: edge === "isp" ? "on-net" : "exchange",
      from: null,
      leastBad: false,
      mbps: 5,
      why: [],
    });
  }

  async end(): Promise<void> {
    await this.#log?.close();
    this.#log = null;
  }
}

export const audit = (plays: readonly Play[], more: object = {}): Promise<AuditReport> =>
  auditLogs({
    folders: plays.map(({ folder }) => folder),
    asn: null,
    ...more,
  });
export async function judged(play: Play, more: object = {}): Promise<AuditReport> {
  await play.end();
  return audit([play], more);
}
