// The places with their viewers: what telemetry tells of them, and what the director wants of them.
import { COHORT_LATE_MS } from "#protocol";
import { BROADCAST_MS, SPREAD_BUDGET_MS, toleranceOf } from "../budgets.ts";
import { COHORT_ROWS_LIMIT } from "../limits.ts";
import type { CohortRow, PlaceSpread, State } from "../picture.ts";
import { networkOf, type View } from "./view.ts";

/** A place in the words of telemetry and of the director; either may know nothing of it. */
type Told = NonNullable<View["summary"]>["cohorts"][number];
type Governed = NonNullable<View["inputs"]["director"]["body"]>["cohorts"][number];

/** The rows of the table, the largest places first. A place without viewers is left out. */
export function cohortsOf(view: View): CohortRow[] {
  const told = new Map((view.summary?.cohorts ?? []).map((cohort) => [cohort.id, cohort]));
  const governed = new Map(
    (view.inputs.director.body?.cohorts ?? []).map((cohort) => [cohort.id, cohort]),
  );
  return [...new Set([...told.keys(), ...governed.keys()])]
    .map((id) => rowOf(view, id, { told: told.get(id), governed: governed.get(id) }))
    .filter(({ viewers }) => viewers > 0)
    .sort((a, b) => b.viewers - a.viewers || (a.id < b.id ? -1 : 1))
    .slice(0, COHORT_ROWS_LIMIT);
}

function rowOf(
  view: View,
  place: string,
  { told, governed }: { told: Told | undefined; governed: Governed | undefined },
): CohortRow {
  const id = `cohort ${place}`;
  const { state, word } = stateOf(told, governed);
  const silent = view.inputs.director.problem !== null;
  return {
    id,
    name: governed?.name ?? place,
    kind: `viewers of ${place}`,
    party: "viewer",
    state,
    word,
    load: told?.latency ? { value: told.latency.p50, capacity: BROADCAST_MS, unit: "ms" } : null,
    facts: [],
    why: governed ? `${silent ? `Told last: ${governed.why}` : sentence(governed.why)}.` : null,
    since: view.since.of(`row ${id}`, word),
    sessions: [],
    json: { telemetry: told ?? null, director: governed ?? null },
    viewers: told?.viewers ?? 0,
    late: told?.late ?? 0,
    targetMs: governed?.nowMs ?? null,
    headsMs: governed?.target.latencyMs ?? null,
    latency: told?.latency ?? null,
    spreadMs: told?.spreadMs ?? null,
    sync: told?.sync ?? null,
    need: told?.need ?? null,
    stallingPercent: 100 * (told?.stalling ?? 0),
    cuesLate: told?.cuesLate ?? 0,
    cuesLost: told?.cuesLost ?? 0,
  };
}

const sentence = (words: string): string => words.charAt(0).toUpperCase() + words.slice(1);

/** A word for how a place is: the gravest that is true. */
function stateOf(
  told: Told | undefined,
  governed: Governed | undefined,
): { state: State; word: string } {
  if (!told) return { state: "waiting", word: "not told" };
  if (told.stalling > 0) {
    const stalled = Math.max(1, Math.round(told.stalling * told.viewers));
    return { state: "watch", word: `${stalled} stalled` };
  }
  if (told.late > 0) return { state: "watch", word: `${told.late} late` };
  if (told.spreadMs !== null && told.spreadMs > SPREAD_BUDGET_MS + toleranceOf(SPREAD_BUDGET_MS))
    return { state: "watch", word: "apart" };
  if (!told.sync) return { state: "waiting", word: "following nobody" };
  if (governed && governed.nowMs !== governed.target.latencyMs)
    return { state: "good", word: "changing" };
  return { state: "good", word: "in sync" };
}

/** Who cannot keep up, in a sentence; the city is not slowed for a few. */
export function lateSentence({ name, late, viewers, headsMs }: CohortRow): string {
  const all = `${viewers.toLocaleString("en-GB")} viewer${viewers === 1 ? "" : "s"}`;
  const who = `${late.toLocaleString("en-GB")} of ${all} in ${name} ${late === 1 ? "is" : "are"}`;
  const text = `${who} late by more than ${COHORT_LATE_MS / 1_000} s`;
  if (headsMs === null || late * 2 >= viewers) return `${text}.`;
  return `${text}; the city stays at ${(headsMs / 1_000).toFixed(2)} s.`;
}

/**
 * How far apart the viewers of each place are: by telemetry, which counts every viewer that told its cohort; without such,
 * by the viewers that are shown one by one.
 */
export function spreadsOf(view: View, cohorts: readonly CohortRow[]): PlaceSpread[] {
  const told = cohorts.flatMap(({ name, viewers, spreadMs }) =>
    spreadMs === null ? [] : [{ place: name, viewers, ms: spreadMs }],
  );
  return told.length > 0 ? told : spreadsByNetwork(view);
}

function spreadsByNetwork(view: View): PlaceSpread[] {
  const places = new Map<string, number[]>();
  for (const viewer of view.viewers) {
    // A latency that begins at the origin cannot be compared with one that begins at the camera.
    if (viewer.latencyFrom === "origin") continue;
    const place = networkOf(view, viewer)?.place ?? "";
    const there = places.get(place);
    if (there) there.push(viewer.latencyMs);
    else places.set(place, [viewer.latencyMs]);
  }
  return [...places].flatMap(([place, latencies]) => {
    const sorted = latencies.toSorted((a, b) => a - b);
    const outside = Math.floor(0.025 * sorted.length);
    const ms = (sorted.at(-1 - outside) ?? 0) - (sorted[outside] ?? 0);
    return sorted.length < 2 ? [] : [{ place, viewers: sorted.length, ms }];
  });
}
