// When viewers come and go. Pure: N viewers, a length of time and a seed give the instants of every visit.
import { chanceOf } from "#base";
import { shuffled } from "./shuffle.ts";

/** How a crowd comes; each is explained by {@link arrivalModels}. */
export const arrivalModels = {
  steady: "one after the other, evenly over --over; everyone stays",
  kickoff:
    "at the whistle: an S over --over, its middle 2.5 times as steep as steady; everyone stays",
  goal: "six in ten watch already; the others come within --over after the goal, most at once, and one in five of those who watch reloads",
  halftime:
    "everyone watches; half of them go within --over and come back over --over before the second half",
  reconnect:
    "everyone watches; all lose their connection in one instant and come back within --over, most at once",
} as const;
export type ArrivalModel = keyof typeof arrivalModels;

export interface ArrivalOptions {
  readonly model: ArrivalModel;
  readonly viewers: number;
  /** The length of the rush, ms. */
  readonly overMs: number;
  /** The length of the whole run, ms. */
  readonly durationMs: number;
  /** When the rush begins, for models whose viewers watch before it, ms; null: at a third of the run. */
  readonly atMs: number | null;
  readonly seed: number;
}

/** From a viewer's coming to its going, ms after the start; null: it stays to the end. */
export interface Visit {
  readonly joinMs: number;
  readonly leaveMs: number | null;
}

/** How steep the S of a kick-off is: the logistic curve from −5 to 5, cut and stretched to reach 0 and 1. */
const SIGMOID_STEEPNESS = 10;
/** Of those who come back or hear of a goal, half have come after this share of the rush. */
const RUSH_HALF = 0.15;
/** Those who watch already come during this share of the time before the event, so that it finds them settled. */
const WARM_SHARE = 0.5;
/** Share that watches before a goal, and share of those that reloads after it. */
const GOAL_PRESENT = 0.6;
const GOAL_RELOADS = 0.2;
/** A reload: the page is gone this long, ms. */
const RELOAD_MS = 300;
/** Share of the crowd that leaves at half-time. */
const BREAK_LEAVERS = 0.5;
const EVENT_AT = 1 / 3;

/** Visits by viewer: each viewer's in order, apart from one another; instants beyond the end of the run are left out. */
export function arrivals(options: ArrivalOptions): Visit[][] {
  const { viewers, durationMs } = options;
  const visits = models[options.model](options);
  const order = shuffled(viewers, chanceOf(options.seed));
  const byViewer: Visit[][] = Array.from({ length: viewers }, () => []);
  visits.forEach((list, place) => {
    byViewer[order[place] as number] = list
      .filter(({ joinMs }) => joinMs < durationMs)
      .map(({ joinMs, leaveMs }) => ({
        joinMs,
        leaveMs: leaveMs !== null && leaveMs < durationMs ? leaveMs : null,
      }));
  });
  return byViewer;
}

/** When the event of the model happens, ms after the start; null when there is none. */
export function eventOf(options: Pick<ArrivalOptions, "model" | "atMs" | "durationMs">): {
  atMs: number;
  says: string;
} | null {
  const words = { goal: "goal", halftime: "half-time", reconnect: "connections lost" } as const;
  if (options.model === "steady" || options.model === "kickoff") return null;
  return { atMs: options.atMs ?? options.durationMs * EVENT_AT, says: words[options.model] };
}

const models: Record<ArrivalModel, (options: ArrivalOptions) => Visit[][]> = {
  steady: ({ viewers, overMs, seed }) =>
    spread(viewers, seed).map((at) => [{ joinMs: overMs * at, leaveMs: null }]),
  kickoff: ({ viewers, overMs, seed }) =>
    spread(viewers, seed).map((at) => [{ joinMs: overMs * sigmoidInstant(at), leaveMs: null }]),
  goal: (options) => {
    const { viewers, overMs, seed } = options;
    const { before, atMs } = warmUp(options, Math.round(viewers * GOAL_PRESENT));
    const reloaders = Math.round(before.length * GOAL_RELOADS);
    const rush = spread(reloaders + viewers - before.length, seed + 1).map(
      (at) => atMs + overMs * rushInstant(at),
    );
    const order = shuffled(rush.length, chanceOf(seed + 2));
    const rushed = (index: number): number => rush[order[index] as number] as number;
    return [
      ...before.map((joinMs, index) =>
        index < reloaders
          ? [
              { joinMs, leaveMs: rushed(index) },
              { joinMs: rushed(index) + RELOAD_MS, leaveMs: null },
            ]
          : [{ joinMs, leaveMs: null }],
      ),
      ...Array.from({ length: viewers - before.length }, (_, index) => [
        { joinMs: rushed(reloaders + index), leaveMs: null },
      ]),
    ];
  },
  halftime: (options) => {
    const { viewers, overMs, durationMs, seed } = options;
    const { before, atMs } = warmUp(options, viewers);
    const leavers = Math.round(viewers * BREAK_LEAVERS);
    const backAt = Math.max(atMs + overMs, atMs + (durationMs - atMs) / 2);
    const going = spread(leavers, seed + 1);
    const coming = shuffled(leavers, chanceOf(seed + 2));
    return before.map((joinMs, index) =>
      index < leavers
        ? [
            { joinMs, leaveMs: atMs + overMs * sigmoidInstant(going[index] as number) },
            {
              joinMs: backAt + overMs * sigmoidInstant(going[coming[index] as number] as number),
              leaveMs: null,
            },
          ]
        : [{ joinMs, leaveMs: null }],
    );
  },
  reconnect: (options) => {
    const { viewers, overMs, seed } = options;
    const { before, atMs } = warmUp(options, viewers);
    const back = spread(viewers, seed + 1);
    const order = shuffled(viewers, chanceOf(seed + 2));
    return before.map((joinMs, index) => [
      { joinMs, leaveMs: atMs },
      {
        joinMs: atMs + overMs * rushInstant(back[order[index] as number] as number),
        leaveMs: null,
      },
    ]);
  },
};

/** `count` numbers in (0, 1), one in each `count`-th, so that a small crowd follows its curve as a large one does. */
function spread(count: number, seed: number): number[] {
  const chance = chanceOf(seed);
  return Array.from({ length: count }, (_, index) => (index + chance()) / count);
}

function warmUp(options: ArrivalOptions, count: number): { before: number[]; atMs: number } {
  const { atMs } = eventOf(options) as { atMs: number };
  const before = spread(count, options.seed).map((at) => at * atMs * WARM_SHARE);
  return { before, atMs };
}

const logistic = (at: number): number => 1 / (1 + Math.exp(-at));

/** Where the cut logistic curve reaches `share`: 0 at 0, ½ at ½, 1 at 1. */
function sigmoidInstant(share: number): number {
  const low = logistic(-SIGMOID_STEEPNESS / 2);
  const height = low + share * (1 - 2 * low);
  return 0.5 + Math.log(height / (1 - height)) / SIGMOID_STEEPNESS;
}

/** Where an exponential rush, half of it over at {@link RUSH_HALF} and all of it at 1, reaches `share`. */
function rushInstant(share: number): number {
  const rate = RUSH_RATE;
  return -Math.log(1 - share * (1 - Math.exp(-rate))) / rate;
}
/** ln 2 / RUSH_HALF: the cut at 1 moves the half by less than one part in a hundred. */
const RUSH_RATE = Math.LN2 / RUSH_HALF;
