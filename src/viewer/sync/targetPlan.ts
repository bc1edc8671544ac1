// How far behind the camera to be, at each instant: the same for everybody who holds the same plan. Pure.
import {
  PLANS_WAITING_LIMIT,
  TARGET_AHEAD_LIMIT_MS,
  TARGET_JUMP_MS,
  TARGET_LIMITS_MS,
  TARGET_SLEW_MS_PER_S,
} from "./limits.ts";

/**
 * From `fromUtcMs` on, the distance goes from `fromLatencyMs` to `latencyMs` at {@link TARGET_SLEW_MS_PER_S}; before it,
 * it is what `before` says, or `fromLatencyMs`. Distances are ms behind the camera, the instant is UTC ms.
 */
export interface TargetPlan {
  latencyMs: number;
  /** Grows with each change; the same number is the same plan. */
  version: number;
  fromLatencyMs: number;
  fromUtcMs: number;
  /** The plan that holds until `fromUtcMs`; put there by {@link acceptTarget}, never read from the wire. */
  before?: TargetPlan;
}

/** Why a plan is not followed: name and sentence. The plan held before stays. */
export const targetRefusals = {
  "not-a-target": "not an object with the four finite numbers of a target",
  "out-of-bounds": `a distance outside of ${TARGET_LIMITS_MS.least} to ${TARGET_LIMITS_MS.most} ms`,
  "too-far-ahead": `a change that begins more than ${TARGET_AHEAD_LIMIT_MS / 60_000} minutes from now`,
  "old-version": "an older version than the target that is followed",
  "too-many": `more than ${PLANS_WAITING_LIMIT} changes that have not begun`,
  "same-version": "another content under the version that is followed",
} as const;
export type TargetRefusal = keyof typeof targetRefusals;

/** The distance behind the camera at `utcMs`, ms. */
export function targetAt(plan: TargetPlan, utcMs: number): number {
  const { latencyMs, fromLatencyMs, fromUtcMs, before } = plan;
  const passedMs = utcMs - fromUtcMs;
  if (!(passedMs > 0)) return before ? targetAt(before, utcMs) : fromLatencyMs;
  const way = latencyMs - fromLatencyMs;
  const moved = Math.min(Math.abs(way), (passedMs * TARGET_SLEW_MS_PER_S) / 1_000);
  return fromLatencyMs + Math.sign(way) * moved;
}

/**
 * Takes what a session or a steering answer told. The returned plan is to be held from now on; it may differ from `next`
 * so that the distance never jumps for who holds `present`: where the two do not meet, the slope begins at the present
 * distance. `present` null: nobody watches yet, and `next` is taken as it is.
 */
export function acceptTarget(
  present: TargetPlan | null,
  next: unknown,
  utcMs: number,
): { plan: TargetPlan } | { refused: TargetRefusal } {
  const plan = asPlan(next);
  if (!plan) return { refused: "not-a-target" };
  if (!within(plan.latencyMs) || !within(plan.fromLatencyMs)) return { refused: "out-of-bounds" };
  if (plan.fromUtcMs > utcMs + TARGET_AHEAD_LIMIT_MS) return { refused: "too-far-ahead" };
  if (!present) return { plan };
  if (plan.version < present.version) return { refused: "old-version" };
  if (plan.version === present.version)
    return plan.latencyMs === present.latencyMs ? { plan: present } : { refused: "same-version" };
  const held = stillAhead(present, utcMs);
  if (waiting(held) >= PLANS_WAITING_LIMIT) return { refused: "too-many" };
  return { plan: joined(held, plan, utcMs) };
}

/** `next` after `present`, without a jump where one follows the other. */
function joined(present: TargetPlan, next: TargetPlan, utcMs: number): TargetPlan {
  const joint = Math.max(utcMs, next.fromUtcMs);
  const waits = joint > utcMs ? { before: present } : {};
  const there = targetAt(present, joint);
  if (Math.abs(there - targetAt(next, joint)) <= TARGET_JUMP_MS) return { ...next, ...waits };
  return { ...next, fromLatencyMs: there, fromUtcMs: joint, ...waits };
}

/** The plan without those that are over. */
function stillAhead(plan: TargetPlan, utcMs: number): TargetPlan {
  const { before, ...rest } = plan;
  return before && utcMs < plan.fromUtcMs ? { ...rest, before: stillAhead(before, utcMs) } : rest;
}

/** Changes that have not begun. */
const waiting = (plan: TargetPlan): number => (plan.before ? 1 + waiting(plan.before) : 0);

const within = (latencyMs: number): boolean =>
  latencyMs >= TARGET_LIMITS_MS.least && latencyMs <= TARGET_LIMITS_MS.most;

function asPlan(next: unknown): TargetPlan | null {
  if (typeof next !== "object" || next === null) return null;
  const { latencyMs, version, fromLatencyMs, fromUtcMs } = next as Record<string, unknown>;
  if (!isNumber(latencyMs) || !isNumber(fromLatencyMs) || !isNumber(fromUtcMs)) return null;
  if (!isNumber(version) || !Number.isSafeInteger(version) || version < 0) return null;
  return { latencyMs, version, fromLatencyMs, fromUtcMs };
}

const isNumber = (value: unknown): value is number =>
  typeof value === "number" && Number.isFinite(value);
