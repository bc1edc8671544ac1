// What an edge counts of cues, and why listeners went: rows that feed /status, /metrics and the docs.

export const cueCounters = {
  followed: "Cues that came from upstream, once each in each thread.",
  lost: "Numbers that were not to be had.",
  anew: "Times that the numbering began anew: a restart of the origin.",
  malformed: "Objects that were no cue of their number; they count as lost too.",
  failures: "Answers from upstream that told nothing, so that the same was asked again.",
  joined: "Listeners that joined.",
  told: "Cues handed to listeners, replayed ones included.",
  replayed: "Of these: told on joining.",
  released: "Cues that a cohort's gate let go.",
  overflowed: "Cues that a full gate dropped; its listeners were told that they are lost.",
} as const;
export type CueCounter = keyof typeof cueCounters;

/** Why a listener's stream ended, or never began. */
export const listenerEnds = {
  left: "It went.",
  slow: "More bytes waited for it than may.",
  closing: "The edge closed, or handed over to its successor.",
  crowded: "There were as many listeners, channels or cohorts as may be.",
  unknownChannel: "No channel of this name has cues.",
  badQuery: "Its query was not understood.",
} as const;
export type ListenerEnd = keyof typeof listenerEnds;

/** Cues of one cohort. */
export interface CohortFigures {
  listeners: number;
  waiting: number;
  released: number;
}

/** Of one thread, or added up. Plain values: they go from thread to thread. */
export interface CueFigures {
  readonly counts: Readonly<Record<CueCounter, number>>;
  readonly ends: Readonly<Record<ListenerEnd, number>>;
  readonly listeners: number;
  readonly channels: number;
  readonly cohorts: Readonly<Record<string, CohortFigures>>;
}

const zeros = <Name extends string>(rows: Readonly<Record<Name, string>>): Record<Name, number> =>
  Object.fromEntries(Object.keys(rows).map((name) => [name, 0])) as Record<Name, number>;

/** Before anything has happened. */
export const noCues = (): CueFigures => ({
  counts: zeros(cueCounters),
  ends: zeros(listenerEnds),
  listeners: 0,
  channels: 0,
  cohorts: {},
});

/** Counts since the start. */
export class CueTally {
  readonly counts = zeros(cueCounters);
  readonly ends = zeros(listenerEnds);
  readonly released = new Map<string, number>();

  count(counter: CueCounter, by = 1): void {
    this.counts[counter] += by;
  }

  ended(why: ListenerEnd): void {
    this.ends[why] += 1;
  }
}
