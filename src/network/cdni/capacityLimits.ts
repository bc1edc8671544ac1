// FCI.CapacityLimits (RFC 9808 2.2): how much a network wants delivered.
import { ENTRIES_LIMIT } from "./limits.ts";
import type { Place } from "./place.ts";

/** RFC 9808 2.2.1.1, with the unit of each. */
export const limitTypes = {
  egress: "bit/s",
  requests: "requests/s",
  "storage-size": "bytes",
  "storage-objects": "objects",
  sessions: "sessions",
  "cache-size": "bytes",
} as const;
export type LimitType = keyof typeof limitTypes;

/** One limit (RFC 9808 2.2.1), in its type's unit. */
export interface CapacityLimit {
  /** By which others refer to it. */
  readonly id?: string;
  /** What it is for; absent: everything in the footprint. */
  readonly scope?: { readonly type: string; readonly values: readonly string[] };
  /** A type that is not known is kept by its name. */
  readonly limitType: LimitType | (string & {});
  readonly maximumHard: number;
  /** Less than the hard one; absent: equal to it. */
  readonly maximumSoft?: number;
  /** In use now. */
  readonly current?: number;
  /** Which metric of which FCI.Telemetry source tells what is in use. */
  readonly telemetrySource?: { readonly id: string; readonly metric: string };
}

const cures = {
  limits: 'Write { "limits": [ … ] } (RFC 9808 2.2).',
  limit: 'A limit has "limit-type" and "maximum-hard", such as "egress" and 800000000 (bit/s).',
  soft: 'Set "maximum-soft" below "maximum-hard", or leave it out.',
  scope: 'Write { "type": "published-host", "value": [ "HOST" ] }, or leave the scope out.',
  source: 'Write { "id": "SOURCE", "metric": "NAME" } of an FCI.Telemetry source.',
  id: "Give each limit an id of its own.",
} as const;

/** The value of an FCI.CapacityLimits capability. */
export function readCapacityLimits(place: Place): CapacityLimit[] {
  const limits = place.need("limits", cures.limits).array(ENTRIES_LIMIT);
  const seen = new Set<string>();
  return limits.map((each) => {
    const limit = readLimit(each);
    if (limit.id !== undefined) {
      if (seen.has(limit.id)) each.refuse(`the id ${limit.id} is given twice`, cures.id);
      seen.add(limit.id);
    }
    return limit;
  });
}

function readLimit(place: Place): CapacityLimit {
  const id = place.member("id")?.string();
  const scope = place.member("scope");
  const source = place.member("telemetry-source");
  const limitType = place.need("limit-type", cures.limit).string();
  const maximumHard = place.need("maximum-hard", cures.limit).whole();
  const soft = place.member("maximum-soft");
  const maximumSoft = soft?.whole();
  // RFC 9808 2.2.1: less than the hard one. An equal one says what leaving it out says, and is let pass.
  if (maximumSoft !== undefined && maximumSoft > maximumHard)
    soft?.refuse(`${maximumSoft} is above the hard limit ${maximumHard}`, cures.soft);
  const current = place.member("current")?.whole();
  return {
    ...(id !== undefined && { id }),
    ...(scope && {
      scope: {
        type: scope.need("type", cures.scope).string(),
        values: scope
          .need("value", cures.scope)
          .array(ENTRIES_LIMIT)
          .map((each) => each.string()),
      },
    }),
    limitType,
    maximumHard,
    ...(maximumSoft !== undefined && { maximumSoft }),
    ...(current !== undefined && { current }),
    ...(source && {
      telemetrySource: {
        id: source.need("id", cures.source).string(),
        metric: source.need("metric", cures.source).string(),
      },
    }),
  };
}

export function writeCapacityLimits(limits: readonly CapacityLimit[]): object {
  return {
    limits: limits.map(({ id, scope, limitType, maximumHard, ...more }) => ({
      ...(id !== undefined && { id }),
      ...(scope && { scope: { type: scope.type, value: scope.values } }),
      "limit-type": limitType,
      "maximum-hard": maximumHard,
      ...(more.maximumSoft !== undefined && { "maximum-soft": more.maximumSoft }),
      ...(more.current !== undefined && { current: more.current }),
      ...(more.telemetrySource && { "telemetry-source": more.telemetrySource }),
    })),
  };
}
