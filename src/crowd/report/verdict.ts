// Good or not, in one sentence; and the limits that somebody set.
import type { CrowdReport, GroupReport } from "./report.ts";
import { count, milliseconds, seconds } from "./words.ts";

/** Nothing failed, nothing was wrong, nobody was lost or kept waiting, and nobody saw a stall. */
export function isClean({ errors, faults, lost, lateJoins, stalls }: GroupReport): boolean {
  return errors + faults + lost + lateJoins + stalls.count === 0;
}

/** The sentence that stands first on every form of the report. */
export function sentenceOf(run: { all: GroupReport; networks: number; lastedMs: number }): string {
  const { all, networks, lastedMs } = run;
  const who = `${count(all.viewers, "viewer")} from ${count(networks, "network")}`;
  const trouble = [
    all.stalls.count > 0 &&
      `${count(all.stalls.count, "stall")} of ${count(all.stalls.viewers, "viewer")}`,
    all.errors > 0 && count(all.errors, "error"),
    all.faults > 0 && count(all.faults, "fault"),
    all.lateJoins > 0 && count(all.lateJoins, "late join"),
    all.lost > 0 && `${count(all.lost, "viewer")} lost with their process`,
  ].filter((part) => part !== false);
  const how = trouble.length === 0 ? "no stall, no error, no fault" : trouble.join(", ");
  const joined = all.joinMs
    ? ` They joined in ${milliseconds(all.joinMs.p50)} (p99 ${milliseconds(all.joinMs.p99)})`
    : " Nobody joined";
  const behind = all.latencyMs
    ? ` and were ${seconds(all.latencyMs.p50)} behind the camera (p95 ${seconds(all.latencyMs.p95)}).`
    : ".";
  return `${who} for ${seconds(lastedMs, 0)}: ${how}.${joined}${behind}`;
}

/** What may happen at most; null: anything. */
export interface CrowdLimits {
  readonly errors: number | null;
  readonly stalls: number | null;
  readonly joinP99Ms: number | null;
  readonly latencyP95Ms: number | null;
}

/** Why the run does not pass: faults, lost viewers and late joins always, the rest where a limit is set. Empty: it passes. */
export function failures({ all }: CrowdReport, limits: CrowdLimits): string[] {
  const over = (value: number, limit: number | null, what: string): string[] =>
    limit !== null && value > limit ? [`${what}, the limit is ${limit}`] : [];
  return [
    ...over(all.faults, 0, count(all.faults, "fault")),
    ...over(all.lost, 0, `${count(all.lost, "viewer")} lost`),
    ...over(all.lateJoins, 0, count(all.lateJoins, "late join")),
    ...(all.joins === 0 ? ["nobody joined"] : []),
    ...over(all.errors, limits.errors, count(all.errors, "error")),
    ...over(all.stalls.count, limits.stalls, count(all.stalls.count, "stall")),
    ...over(
      all.joinMs?.p99 ?? 0,
      limits.joinP99Ms,
      `p99 of joins ${milliseconds(all.joinMs?.p99 ?? 0)}`,
    ),
    ...over(
      all.latencyMs?.p95 ?? 0,
      limits.latencyP95Ms,
      `p95 of latency ${milliseconds(all.latencyMs?.p95 ?? 0)}`,
    ),
  ];
}
