// What a viewer does with an MPD: where media lies, and when it may be asked for. Pure.
import type { AdaptationSet, Presentation } from "#media/dash";

/** One rung. Paths stand behind an edge's address. */
export interface DashRung {
  readonly id: string;
  /** Bits per second. */
  readonly bandwidth: number;
  readonly initPath: string;
  /** A segment's path: before its number, and after it. */
  readonly before: string;
  readonly after: string;
}

/** One track: its rungs from low to high, and the arithmetic of its segments (ISO/IEC 23009-1 5.3.9). */
export interface DashTrackPlan {
  readonly kind: "video" | "audio";
  readonly rungs: readonly DashRung[];
  readonly segmentMs: number;
  readonly partMs: number;
  readonly partsPerSegment: number;
  /** Decoding can begin at every so many-th part of a segment. */
  readonly independentParts: number;
  readonly startNumber: number;
  /** UTC of media time 0, ms: media time is capture time where it is the epoch. */
  readonly zeroMs: number;
  /** UTC at which segment `startNumber` begins, ms. */
  readonly startMs: number;
  /** A segment may be asked for so long after its beginning, ms; so long after its own, a part. */
  readonly availableAfterMs: number;
}

/** A live presentation as a viewer follows it. */
export interface DashPlan {
  /** Base addresses by the name that steering uses (5.6, @serviceLocation), as they are written. */
  readonly locations: ReadonlyMap<string, string>;
  readonly updatePeriodMs: number;
  readonly video: DashTrackPlan | null;
  /** The first sound. */
  readonly audio: DashTrackPlan | null;
}

/** The plan of an MPD that came from `path`. */
export function dashPlan(presentation: Presentation, path: string): DashPlan {
  const track = (kind: "video" | "audio"): DashTrackPlan | null => {
    const set = presentation.sets.find((one) => one.kind === kind);
    return set ? trackPlan(presentation, { ...set, kind }, path) : null;
  };
  return {
    locations: new Map(presentation.locations.map(({ name, url }) => [name, url])),
    updatePeriodMs: presentation.updatePeriodMs,
    video: track("video"),
    audio: track("audio"),
  };
}

function trackPlan(
  presentation: Presentation,
  set: AdaptationSet & { kind: DashTrackPlan["kind"] },
  path: string,
): DashTrackPlan {
  const segmentMs = (set.segmentTicks * 1_000) / set.timescale;
  const partsPerSegment = Math.max(1, Math.round(set.segmentTicks / set.partTicks));
  const offsetMs = (set.presentationTimeOffset / set.timescale) * 1_000;
  const rungs = set.representations.map(({ id, bandwidth, initialization, media }) => {
    // Addresses are relative to the MPD (5.6.5). Locations named in it count when steering names them.
    const [before, after] = resolved(media, path).split("$Number$") as [string, string];
    return { id, bandwidth, initPath: resolved(initialization, path), before, after };
  });
  return {
    kind: set.kind,
    rungs: rungs.sort((a, b) => a.bandwidth - b.bandwidth),
    segmentMs,
    partMs: segmentMs / partsPerSegment,
    partsPerSegment,
    independentParts: Math.max(1, Math.round(set.randomAccessTicks / set.partTicks)),
    startNumber: set.startNumber,
    zeroMs: presentation.availabilityStartTime - offsetMs,
    startMs: presentation.availabilityStartTime,
    availableAfterMs: segmentMs - presentation.availabilityOffsetMs,
  };
}

/** Path and query of an address relative to `path`; an absolute one loses its host: the edge in use is asked. */
export function resolved(address: string, path: string): string {
  const { pathname, search } = new URL(address, `http://edge${path}`);
  return pathname + search;
}

/** The segment that covers an instant. */
export const segmentAt = (plan: DashTrackPlan, utcMs: number): number =>
  plan.startNumber + Math.floor((utcMs - plan.startMs) / plan.segmentMs);

/** When a segment begins, UTC ms. */
export const segmentStartMs = (plan: DashTrackPlan, segment: number): number =>
  plan.startMs + (segment - plan.startNumber) * plan.segmentMs;

/** The path of a segment, or of a part of it (a segment sequence: `$Number$.$SubNumber$`). */
export const mediaPath = (rung: DashRung, segment: number, part: number | null): string =>
  part === null
    ? `${rung.before}${segment}${rung.after}`
    : `${rung.before}${segment}.${part}${rung.after}`;
