// What a viewer says of its place and its moment, as far as it can be true. Nobody vouches for a player: what cannot be
// is refused with a reason, and the rest counts for one viewer and no more.
import { cmcdKeys, cmcdNumber, type CmcdRecord, cmcdText } from "#telemetry/cmcd";
import { COUNTER_LIMIT, LATENCY_LIMIT_MS, NAME_LENGTH_LIMIT } from "./limits.ts";

/** Why an event did not reach the tables. */
export const eventDropReasons = {
  noSession: "it names no session",
  otherChannel: "it is of another channel",
  tooManyViewers: "the table of viewers is full",
} as const;
export type EventDropReason = keyof typeof eventDropReasons;

/** Why one value of an event was not taken; the rest of the event was. */
export const valueDropReasons = {
  latency: "capture to screen is below zero or above a minute",
  need: "the need is below zero or above a minute",
  sync: "it is more than a minute from its target",
  counter: "a counter is below zero or too large",
} as const;
export type ValueDropReason = keyof typeof valueDropReasons;

/** A viewer's word on itself. `undefined`: not said this time; null: said, and refused. */
export interface ViewerWord {
  readonly cohort: string | undefined;
  readonly latencyMs: number | null | undefined;
  readonly needMs: number | null | undefined;
  /** Signed; positive: behind its target. */
  readonly syncMs: number | null | undefined;
  readonly stalls: number | null | undefined;
  readonly cuesLate: number | null | undefined;
  readonly cuesLost: number | null | undefined;
}

/** Whose event it is; or why it is nobody's here. */
export function senderOf(
  event: CmcdRecord,
  channel: string,
): { session: string } | Exclude<EventDropReason, "tooManyViewers"> {
  const session = cmcdText(event, "sid")?.slice(0, NAME_LENGTH_LIMIT);
  if (!session) return "noSession";
  const content = cmcdText(event, "cid");
  return content === null || content === channel ? { session } : "otherChannel";
}

/** Reads an event; `refuse` hears of each value that cannot be. */
export function wordOf(event: CmcdRecord, refuse: (reason: ValueDropReason) => void): ViewerWord {
  const within = (
    key: string,
    [least, most]: readonly [number, number],
    reason: ValueDropReason,
  ): number | null | undefined => {
    const value = cmcdNumber(event, key);
    if (value === null) return undefined;
    if (value >= least && value <= most) return value;
    refuse(reason);
    return null;
  };
  const counter = (key: string): number | null | undefined => {
    const value = within(key, [0, COUNTER_LIMIT], "counter");
    return typeof value === "number" ? Math.trunc(value) : value;
  };
  const distance = [0, LATENCY_LIMIT_MS] as const;
  return {
    cohort: cmcdText(event, cmcdKeys.cohort)?.slice(0, NAME_LENGTH_LIMIT) || undefined,
    latencyMs: within(cmcdKeys.glassToGlass, distance, "latency"),
    needMs: within(cmcdKeys.need, distance, "need"),
    syncMs: within(cmcdKeys.sync, [-LATENCY_LIMIT_MS, LATENCY_LIMIT_MS], "sync"),
    stalls: counter(cmcdKeys.stalls) ?? counter("bsa"),
    cuesLate: counter(cmcdKeys.cuesLate),
    cuesLost: counter(cmcdKeys.cuesLost),
  };
}
