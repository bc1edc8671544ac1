// How far behind the camera a cohort should be, and why: by what its viewers can hold and what presses on them. Pure.
import { type Cohorts, startOf, type SyncBounds } from "#protocol";
import type { Course } from "./slope.ts";
import {
  CALM_MS,
  DEAD_BAND_MS,
  LOWER_STEP_MS,
  NEED_ROOM_MS,
  PRESSURE_MOST_MS,
  PRESSURE_STEP_MS,
  STALLING_SHARE,
  STEP_AGAIN_MS,
  WARY_MS,
  WARY_ROOM_MS,
} from "./limits.ts";

/** A cohort in telemetry's words. */
export type CohortWord = Cohorts["cohorts"][number];

/** What raises a target beyond the need of now. */
export const pressures = {
  surge: "sessions come far faster than in the last minute",
  edgeFull: "an edge near the cohort is full",
  edgeLost: "an edge near the cohort was lost",
  stalling: "more viewers stall than one can take for chance",
} as const;
export type PressureName = keyof typeof pressures;

/** A pressure that holds now, with its evidence in a few words. */
export interface Pressure {
  readonly name: PressureName;
  readonly says: string;
}

/** What is remembered of a cohort between two judgements. */
export interface Mood {
  /** Since when all is calm and less would do, UTC ms, and the most that was held meanwhile; null: it is not. */
  readonly calm: { readonly since: number; readonly mostMs: number } | null;
  readonly pressing: ReadonlySet<PressureName>;
  /** When pressure raised the target last, UTC ms. */
  readonly steppedAt: number | null;
  /** Below this viewers stalled, so that it comes no lower before then, UTC ms; null: they did not. */
  readonly wary: { readonly aboveMs: number; readonly until: number } | null;
}

export const noMood: Mood = { calm: null, pressing: new Set(), steppedAt: null, wary: null };

/** What a judgement is made of. */
export interface Case {
  readonly bounds: SyncBounds;
  /** Where the present plan leads, ms, and how it is about to. */
  readonly headingMs: number;
  readonly course: Course;
  /** Telemetry's word; null: it names no viewer of the cohort. */
  readonly word: CohortWord | null;
  /** What presses from outside; stalling is seen in the word. */
  readonly pressing: readonly Pressure[];
  readonly mood: Mood;
  readonly utcMs: number;
}

export interface Wish {
  readonly wantedMs: number;
  /** One sentence. */
  readonly why: string;
  readonly mood: Mood;
}

/** A distance as a sentence says it. */
export const seconds = (ms: number): string => `${(ms / 1_000).toFixed(2)} s`;

/** The lowest that a target may be. */
export const floorOf = ({ leastMs, anchorMs }: SyncBounds): number =>
  Math.max(leastMs, anchorMs ?? 0);

export const within = (bounds: SyncBounds, ms: number): number =>
  Math.min(bounds.mostMs, Math.max(floorOf(bounds), ms));

/** Where the cohort should be: where it is heading, unless there is a reason. */
export function wishOf(asked: Case): Wish {
  const { bounds, headingMs, word, mood, utcMs } = asked;
  const heldMs = word?.need
    ? within(bounds, Math.ceil(word.need.p95 + NEED_ROOM_MS))
    : startOf(bounds);
  const pressing = [...asked.pressing, ...stallingOf(word)];
  const names = new Set(pressing.map(({ name }) => name));
  const says = pressing.map((each) => each.says).join(", ");
  const stepMs = stepOf({ heldMs, names }, asked);
  if (stepMs > headingMs) {
    const why = `raised to ${seconds(Math.max(stepMs, heldMs))}: ${says}`;
    const stalled = names.has("stalling")
      ? { aboveMs: Math.min(stepMs, headingMs + WARY_ROOM_MS), until: utcMs + WARY_MS }
      : mood.wary;
    const after: Mood = { calm: null, pressing: names, steppedAt: utcMs, wary: stalled };
    return { wantedMs: Math.max(stepMs, heldMs), why, mood: after };
  }
  const raised = heldMs >= headingMs + DEAD_BAND_MS;
  if (raised || names.size > 0) {
    const why = raised
      ? `raised to ${seconds(heldMs)}: ${needSays(word, bounds)}`
      : `holds ${seconds(headingMs)}: ${says}`;
    const after: Mood = { ...mood, calm: null, pressing: names };
    return { wantedMs: raised ? heldMs : headingMs, why, mood: after };
  }
  return calmWish(heldMs, asked);
}

/** Pressure raises once when it begins; stalling that lasts raises again. */
function stepOf(
  { heldMs, names }: { heldMs: number; names: ReadonlySet<PressureName> },
  { bounds, headingMs, mood, utcMs }: Case,
): number {
  const due = mood.steppedAt === null || utcMs - mood.steppedAt >= STEP_AGAIN_MS;
  const begins = [...names].some((name) => !mood.pressing.has(name));
  if (!due || !(begins || names.has("stalling"))) return 0;
  return Math.min(bounds.mostMs, heldMs + PRESSURE_MOST_MS, headingMs + PRESSURE_STEP_MS);
}

/** One viewer is no pressure, however often it stalls: what it needs it tells. */
function stallingOf(word: CohortWord | null): Pressure[] {
  if (!word || word.stalling <= STALLING_SHARE) return [];
  if (Math.round(word.stalling * word.viewers) < 2) return [];
  return [{ name: "stalling", says: `${Math.round(100 * word.stalling)} % of viewers stalled` }];
}

/** Nothing presses: it stays, or comes down once it was calm for long enough. */
function calmWish(heldMs: number, { bounds, headingMs, course, word, mood, utcMs }: Case): Wish {
  const wary = mood.wary && mood.wary.until > utcMs ? mood.wary : null;
  const rested: Mood = { ...mood, calm: null, pressing: new Set(), wary };
  const says = needSays(word, bounds);
  const stays = `holds ${seconds(headingMs)}: ${says}${waryOf(wary, heldMs)}`;
  const lowestMs = Math.max(heldMs, Math.min(wary?.aboveMs ?? 0, bounds.mostMs));
  // The last step down to the floor may be a small one.
  const worth = headingMs - lowestMs >= (lowestMs === floorOf(bounds) ? 1 : DEAD_BAND_MS);
  // What is not climbed yet need not be: a need that was over soon has raised by little.
  if (worth && course === "climbs") {
    const why = `climbs no further than it must: ${says}`;
    return { wantedMs: lowestMs, why, mood: rested };
  }
  if (!worth || course === "falls") return { wantedMs: headingMs, why: stays, mood: rested };
  const since = mood.calm?.since ?? utcMs;
  const mostMs = Math.max(mood.calm?.mostMs ?? 0, lowestMs);
  if (utcMs - since < CALM_MS)
    return { wantedMs: headingMs, why: stays, mood: { ...rested, calm: { since, mostMs } } };
  const wantedMs = Math.max(mostMs, headingMs - LOWER_STEP_MS);
  const why = `lowered to ${seconds(wantedMs)}: calm for ${CALM_MS / 1_000} s, ${says}`;
  return { wantedMs, why, mood: rested };
}

const waryOf = (wary: Mood["wary"], heldMs: number): string =>
  wary && wary.aboveMs > heldMs ? `; viewers stalled below ${seconds(wary.aboveMs)}` : "";

function needSays(word: CohortWord | null, bounds: SyncBounds): string {
  if (!word || word.viewers === 0) return "nobody watches";
  if (!word.need) return "no viewer told a need";
  const need = `need p95 ${seconds(word.need.p95)}`;
  const wanted = word.need.p95 + NEED_ROOM_MS;
  if (wanted > bounds.mostMs) return `${need}, more than the bounds allow`;
  if (wanted > floorOf(bounds)) return need;
  return floorOf(bounds) === bounds.anchorMs ? `${need}, the broadcast anchor holds` : need;
}
